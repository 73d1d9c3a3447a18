import pc from 'picocolors';
import { captureName } from '../../report/capture-name.ts';
import { count, counted } from '../../report/units.ts';
import type { CaptureVerdict, RuleVerdict } from '../verdict.ts';
import { evidence, NO_CAPTURE, standing, withoutName } from './evidence.ts';
import type { MakeCheckFormat } from './format.ts';
import { summaryLine } from './summary-line.ts';

/** For people: each capture of which something does not hold, and what to look at. */
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
      const stands = standing(verdict);
      if (!all && (stands === 'passed' || stands === 'skipped')) continue;
      output.write(`  ${words[stands]}  ${colors.bold(verdict.rule)}: ${verdict.message}\n`);
      if (verdict.outcome !== 'failed') continue;
      for (const line of evidence(verdict)) output.write(`        ${line}\n`);
    }
  }

  return {
    capture(verdict) {
      const { capture, error, warnings } = verdict;
      const isFine = error === null && warnings.length === 0 && worst(verdict.rules) === 'passed';
      if (isFine && !all) return;
      const name = captureName(capture);
      const word = error === null ? words[worst(verdict.rules)] : words.failed;
      const what = error === null ? rulesText(verdict) : withoutName(error, name);
      output.write(`${word}  ${colors.bold(name)}  ${what}\n`);
      for (const warning of warnings) output.write(`  ${words.warning}  ${withoutName(warning, name)}\n`);
      rules(verdict.rules);
    },
    finish(report) {
      const { unapplied } = report;
      if (unapplied.some(({ outcome }) => outcome === 'failed')) {
        const none = `${counted(unapplied.length, 'rule')} for captures that are not here`;
        output.write(`${words[worst(unapplied)]}  ${colors.bold(NO_CAPTURE)}  ${none}\n`);
      }
      rules(unapplied);
      output.write(`${summaryLine(report)}\n`);
    },
  };
};

function worst(rules: RuleVerdict[]): 'passed' | 'failed' | 'warning' | 'skipped' {
  const standings = rules.map(standing);
  if (standings.includes('failed')) return 'failed';
  if (standings.includes('warning')) return 'warning';
  return standings.includes('passed') ? 'passed' : 'skipped';
}

function rulesText({ rules, connections }: CaptureVerdict): string {
  const looked = counted(connections, 'connection');
  if (rules.length === 0) return `${looked}, no rule is for it`;
  const broken = rules.filter(({ outcome }) => outcome === 'failed').length;
  const skipped = rules.filter(({ outcome }) => outcome === 'skipped').length;
  const nothing = skipped === 0 ? '' : `, ${count(skipped)} that matched no connection`;
  return broken === 0
    ? `${looked}, ${counted(rules.length, 'rule')}${nothing}`
    : `${looked}, ${count(broken)} of ${counted(rules.length, 'rule')} broken${nothing}`;
}
