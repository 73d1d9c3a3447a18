import pc from 'picocolors';
import { endpointText, streamText } from '../../report/endpoint.ts';
import { count, counted } from '../../report/units.ts';
import type { CaptureVerdict, CheckReport, Failure, RuleVerdict, Value } from '../verdict.ts';
import type { MakeCheckFormat } from './format.ts';
import { valueText } from './value-text.ts';

/** For people: each capture, what does not hold of it, and what to look at. */
export const people: MakeCheckFormat = (output, { color, all }) => {
  const colors = pc.createColors(color);
  const words = {
    passed: colors.green('ok  '),
    failed: colors.red('FAIL'),
    warning: colors.yellow('warn'),
    skipped: colors.dim('none'),
  };

  function rules(verdicts: RuleVerdict[]): void {
    for (const verdict of verdicts) {
      const word = verdict.outcome === 'failed' && verdict.severity === 'warning' ? 'warning' : verdict.outcome;
      if (!all && word === 'passed') continue;
      output.write(`  ${words[word]}  ${colors.bold(verdict.rule)}: ${verdict.message}\n`);
      if (word === 'passed' || word === 'skipped') continue;
      if (verdict.description !== null) output.write(`        ${colors.dim(verdict.description)}\n`);
      for (const value of verdict.values) output.write(`        ${assignment(value)}\n`);
      for (const failure of verdict.failures)
        for (const line of failureLines(failure)) output.write(`        ${line}\n`);
      const more = (verdict.failed ?? 0) - verdict.failures.length;
      if (more > 0) output.write(`        … and ${counted(more, 'more connection')}: --limit\n`);
    }
  }

  return {
    capture(verdict) {
      const { capture, error, warnings, connections } = verdict;
      const word = error !== null ? words.failed : words[worst(verdict)];
      const what = error ?? `${counted(connections, 'connection')}, ${rulesText(verdict)}`;
      output.write(`${word}  ${colors.bold(capture)}  ${what.replace(`${capture}: `, '')}\n`);
      for (const warning of warnings) output.write(`  ${words.warning}  ${warning}\n`);
      rules(verdict.rules);
      output.flush();
    },
    finish(report) {
      rules(report.unapplied);
      output.write(`${summaryLine(report)}\n`);
      output.flush();
    },
  };
};

function worst({ rules }: CaptureVerdict): 'passed' | 'failed' | 'warning' {
  const failed = rules.filter(({ outcome }) => outcome === 'failed');
  if (failed.some(({ severity }) => severity === 'error')) return 'failed';
  return failed.length > 0 ? 'warning' : 'passed';
}

function rulesText({ rules }: CaptureVerdict): string {
  if (rules.length === 0) return 'no rule is for it';
  const failed = rules.filter(({ outcome }) => outcome === 'failed').length;
  if (failed === 0) return `${counted(rules.length, 'rule')}`;
  return `${count(failed)} of ${counted(rules.length, 'rule')} broken`;
}

function failureLines(failure: Failure): string[] {
  const { client, server, frames, values, details, filter, explain } = failure;
  const where = `${streamText(failure)}  ${endpointText(client)} → ${endpointText(server)}`;
  return [
    `${where}  ${frames.length === 1 ? 'frame' : 'frames'} ${frames.join(', ')}`,
    ...values.map((value) => `  ${assignment(value)}`),
    ...details.map((detail) => `  ${detail}`),
    `  ${filter}   ${explain}`,
  ];
}

function assignment({ expression, value }: Value): string {
  return `${expression.replaceAll(/\s+/g, ' ')} = ${valueText(value)}`;
}

/** What everything adds up to, in one line. */
export function summaryLine({ summary }: CheckReport): string {
  const { captures, unreadable, connections, passed, failed, warnings, skipped } = summary;
  const parts = [`${count(passed)} hold`, `${count(failed)} fail`];
  if (warnings > 0) parts.push(counted(warnings, 'warning'));
  if (skipped > 0) parts.push(`${count(skipped)} with nothing to look at`);
  if (unreadable > 0) parts.push(`${counted(unreadable, 'capture')} not readable`);
  return `${counted(captures, 'capture')}, ${counted(connections, 'connection')}: ${parts.join(', ')}`;
}
