import { existsSync, openSync } from 'node:fs';
import type { CheckFormat } from '../check/formats/format.ts';
import { checkFormats } from '../check/formats/index.ts';
import { judgeCaptures, ReportBuilder } from '../check/judge-captures.ts';
import { RuleSet } from '../check/rules.ts';
import { BASELINE_RULE, type CaptureVerdict, type Rule } from '../check/verdict.ts';
import { Output, OutputClosed } from '../report/output.ts';
import { tell } from '../report/tell.ts';
import { namedCaptures } from './captures.ts';
import { type CheckArguments, DEFAULT_RULES } from './check-command.ts';
import { UsageError } from './errors.ts';
import { withProgress } from './progress.ts';
import { useColor } from './terminal.ts';

const HOLDS = 0;
const FAILS = 1;
const UNABLE = 2;
const STDOUT = 1;

/** Verdicts are shown as they come, but not each with a write of its own. */
const FLUSH_AFTER_MS = 100;

/** Holds the rules against the captures and writes the report. @returns the exit code */
export async function runCheck(request: CheckArguments): Promise<number> {
  const rules = await readRules(request);
  const captures = namedCaptures(request.captures, request.quiet);

  let reports = await openReports(request);
  /** A reader that goes away (`| head`) must not make a check pass: the rest is judged unseen. */
  const report = (write: (report: Report) => void) => {
    reports = reports.filter((report) => isRead(() => write(report)));
  };
  const builder = new ReportBuilder(rules);
  const groups = request.together ? [captures] : captures.map((capture) => [capture]);
  await withProgress(request.quiet, async ({ onProgress }, above) => {
    let flushed = performance.now();
    const options = onProgress === undefined ? {} : { onProgress };
    for await (const verdict of judgeCaptures(groups, rules, options)) {
      builder.add(verdict);
      if (request.update && !request.quiet) above(() => tellAccepted(verdict));
      report(({ format }) => format.capture(verdict));
      if (performance.now() - flushed < FLUSH_AFTER_MS) continue;
      above(() => report(({ output }) => output.flush()));
      flushed = performance.now();
    }
  });
  const finished = builder.finish();
  report(({ format, output }) => {
    format.finish(finished);
    output.flush();
  });
  return { passed: HOLDS, failed: FAILS, unable: UNABLE }[finished.outcome];
}

interface Report {
  format: CheckFormat;
  output: Output;
}

/** @returns false where nobody reads what is written */
function isRead(write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if (error instanceof OutputClosed) return false;
    throw error;
  }
}

/** Where the report goes, and in which format; people read theirs on standard output beside a file for others. */
async function openReports(request: CheckArguments): Promise<Report[]> {
  const { format, output: file, all, quiet } = request;
  const open = async (name: typeof format, fd: number, color: boolean) => {
    const output = new Output(fd);
    const makeFormat = await checkFormats[name]();
    return { format: makeFormat(output, { color, all }), output };
  };
  if (file === null) return [await open(format, STDOUT, useColor(request.color))];
  const written = await open(format, openSync(file, 'w'), false);
  return quiet || format === 'people' ? [written] : [written, await open('people', STDOUT, useColor(request.color))];
}

/** All rules that were asked for. @throws RulesError */
async function readRules(request: CheckArguments): Promise<Rule[]> {
  const { assertions, ready, allowNone, limit, strict } = request;
  const set = new RuleSet({ allowNone, limit, strict });
  for (const file of ruleFiles(request)) (await import('../check/rule-file.ts')).addRuleFile(set, file);
  for (const name of ready) set.add(name, [`--ready ${name}`], 'file');
  for (const text of assertions) set.addExpression(text, [`--assert '${text}'`]);
  set.throwProblems();
  if (request.baseline === null) return set.rules;
  const { BaselineRule } = await import('../check/baseline-rule.ts');
  const { baseline, update, fields } = request;
  return [...set.rules, new BaselineRule({ baseline, update, fields, limit })];
}

function ruleFiles({ rules, assertions, ready, baseline }: CheckArguments): string[] {
  if (rules.length > 0 || assertions.length > 0 || ready.length > 0 || baseline !== null) return rules;
  if (existsSync(DEFAULT_RULES)) return [DEFAULT_RULES];
  throw new UsageError(
    `nothing to check: give --rules FILE, --ready no-resets or --assert 'handshake.outcome == "completed"', or write ${DEFAULT_RULES}`,
  );
}

function tellAccepted({ capture, rules }: CaptureVerdict): void {
  for (const { rule, message } of rules) {
    if (rule === BASELINE_RULE) tell(`${capture}: ${message}`);
  }
}
