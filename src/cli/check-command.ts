import { existsSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { FieldOptions } from '../check/field-choice.ts';
import type { FoundCaptures } from '../check/find-captures.ts';
import { CHECK_FORMATS, type CheckFormatName, checkFormats } from '../check/formats/index.ts';
import { BASELINE_RULE, type CaptureVerdict, type Rule } from '../check/verdict.ts';
import { Output } from '../report/output.ts';
import type { Command } from './commands.ts';
import { UsageError } from './errors.ts';

const HOLDS = 0;
const FAILS = 1;
const UNABLE = 2;
const STDOUT = 1;

/** Read where neither rules nor assertions are given. */
const DEFAULT_RULES = 'sockscope.yml';
const DEFAULT_LIMIT = 5;

const RULES = 'Rules';
const BASELINE = 'Baseline';
const INPUT = 'Captures';
const REPORT = 'Report';

interface CheckArguments {
  captures: string[];
  rules: string[];
  assertions: string[];
  ready: string[];
  baseline: string | null;
  update: boolean;
  fields: FieldOptions;
  allowNone: boolean;
  strict: boolean;
  together: boolean;
  format: CheckFormatName;
  output: string | null;
  limit: number;
  all: boolean;
  noColor: boolean;
  quiet: boolean;
}

/** `sockscope check`: rules held against captures. */
export const checkCommand: Command = {
  usage: 'check <capture..>',
  describe: 'Hold rules against captures, or against all in a folder; exit 0 all hold, 1 some fail, 2 could not run',
  positionals: { capture: { type: 'string', array: true } },
  options: {
    rules: {
      type: 'string',
      array: true,
      nargs: 1,
      group: RULES,
      describe: `A rule file (YAML or JSON); default: ${DEFAULT_RULES} where there is one and nothing else is asked`,
    },
    assert: { type: 'string', array: true, nargs: 1, group: RULES, describe: 'A CEL expression that must hold' },
    ready: {
      type: 'string',
      array: true,
      nargs: 1,
      group: RULES,
      describe: 'Ready rules, separated by commas: no-resets,handshake-under:0.05',
    },
    'allow-none': { type: 'boolean', group: RULES, describe: 'A rule that finds nothing to look at does not fail' },
    strict: { type: 'boolean', group: RULES, describe: 'Warnings fail as well' },
    baseline: {
      type: 'string',
      requiresArg: true,
      group: BASELINE,
      describe: 'Compare with what was accepted in this file; a folder has a file for each capture',
    },
    update: { type: 'boolean', group: BASELINE, describe: 'Accept what is there: write the baseline' },
    keep: {
      type: 'string',
      array: true,
      nargs: 1,
      group: BASELINE,
      describe: 'Compare this field as well, though it differs from run to run: close.finToAck',
    },
    ignore: { type: 'string', array: true, nargs: 1, group: BASELINE, describe: 'Do not compare this field' },
    tolerance: {
      type: 'string',
      array: true,
      nargs: 1,
      group: BASELINE,
      describe: 'Compare this field, and let it be so far off: handshake.connectTime=50%, duration=20ms',
    },
    together: { type: 'boolean', group: INPUT, describe: 'Read all captures as one, in time order' },
    format: { type: 'string', requiresArg: true, group: REPORT, describe: `${CHECK_FORMATS.join(', ')}` },
    output: { type: 'string', requiresArg: true, group: REPORT, describe: 'Write the report to this file' },
    limit: {
      type: 'string',
      requiresArg: true,
      group: REPORT,
      describe: `Connections told of each broken rule (default ${DEFAULT_LIMIT})`,
    },
    all: { type: 'boolean', group: REPORT, describe: 'Tell the rules that hold as well' },
    'no-color': { type: 'boolean', group: REPORT, describe: 'No colours (also NO_COLOR in the environment)' },
    quiet: { type: 'boolean', group: REPORT, describe: 'Do not say which captures were found' },
  },
  understand(values) {
    const request = checkArguments(values);
    return () => run(request);
  },
};

function checkArguments(values: Record<string, unknown>): CheckArguments {
  const captures = values.capture as string[];
  if (captures.filter((capture) => capture === '-').length > 1) {
    throw new UsageError('standard input (-) can be read only once: give it once');
  }
  const list = (name: string) => (values[name] as string[] | undefined) ?? [];
  const limit = (values.limit as string | undefined) ?? String(DEFAULT_LIMIT);
  if (!/^\d{1,9}$/.test(limit))
    throw new UsageError(`--limit ${limit}: not a number of connections; example: --limit 20`);
  return {
    captures,
    rules: list('rules'),
    assertions: list('assert'),
    ready: list('ready').flatMap((names) => names.split(',')),
    ...baselineArguments(values),
    allowNone: values['allow-none'] === true,
    strict: values.strict === true,
    together: values.together === true,
    format: formatName((values.format as string | undefined) ?? 'people'),
    output: (values.output as string | undefined) ?? null,
    limit: Number(limit),
    all: values.all === true,
    noColor: values['no-color'] === true,
    quiet: values.quiet === true,
  };
}

function baselineArguments(values: Record<string, unknown>): Pick<CheckArguments, 'baseline' | 'update' | 'fields'> {
  const list = (name: string) => (values[name] as string[] | undefined) ?? [];
  const baseline = (values.baseline as string | undefined) ?? null;
  const lone = ['update', 'keep', 'ignore', 'tolerance'].find((name) => values[name] !== undefined);
  if (baseline === null && lone !== undefined)
    throw new UsageError(`--${lone} is for a baseline: give --baseline FILE`);
  if (Array.isArray(baseline)) throw new UsageError('--baseline is given twice: one file, or one folder');
  const tolerance = list('tolerance').map((text) => {
    const [field, amount, ...rest] = text.split('=');
    if (amount !== undefined && rest.length === 0) return [field, amount];
    throw new UsageError(`--tolerance ${text}: not FIELD=AMOUNT; example: --tolerance handshake.connectTime=50%`);
  });
  const fields = { keep: list('keep'), ignore: list('ignore'), tolerance: Object.fromEntries(tolerance) };
  return { baseline, update: values.update === true, fields };
}

function formatName(text: string): CheckFormatName {
  const name = CHECK_FORMATS.find((known) => known === text);
  if (name === undefined) throw new UsageError(`--format ${text}: not a format; one of ${CHECK_FORMATS.join(', ')}`);
  return name;
}

async function run(request: CheckArguments): Promise<number> {
  const { findCaptures } = await import('../check/find-captures.ts');
  const { judgeCaptures, ReportBuilder } = await import('../check/judge-captures.ts');
  const rules = await readRules(request);
  const { captures, found } = findCaptures(request.captures);
  if (!request.quiet) for (const folder of found) process.stderr.write(`sockscope: ${foundText(folder)}\n`);

  const makeFormat = await checkFormats[request.format]();
  const output = new Output(request.output === null ? STDOUT : openSync(request.output, 'w'));
  const format = makeFormat(output, { color: useColor(request), all: request.all });
  const report = new ReportBuilder(rules);
  const groups = request.together ? [captures] : captures.map((capture) => [capture]);
  for await (const verdict of judgeCaptures(groups, rules)) {
    report.add(verdict);
    if (request.update && !request.quiet) tellAccepted(verdict);
    format.capture(verdict);
  }
  const finished = report.finish();
  format.finish(finished);
  return { passed: HOLDS, failed: FAILS, unable: UNABLE }[finished.outcome];
}

/** All rules that were asked for. @throws RulesError */
async function readRules(request: CheckArguments): Promise<Rule[]> {
  const { assertions, ready, allowNone, limit, strict } = request;
  const [{ RuleSet }, { RulesError }] = await Promise.all([
    import('../check/rules.ts'),
    import('../check/rules-error.ts'),
  ]);
  const set = new RuleSet({ allowNone, limit, strict });
  for (const file of ruleFiles(request)) (await import('../check/rule-file.ts')).addRuleFile(set, file);
  for (const name of ready) set.add(name, [`--ready ${name}`], 'file');
  for (const text of assertions) set.addExpression(text, [`--assert '${text}'`]);
  if (set.problems.length > 0) {
    const lines = set.problems.map(
      ({ path, message, at }) => `${path[0]}: ${message}${at == null ? '' : ` at character ${at + 1}`}`,
    );
    throw new RulesError(lines.join('\n'));
  }
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
    if (rule === BASELINE_RULE) process.stderr.write(`sockscope: ${capture}: ${message}\n`);
  }
}

function foundText({ folder, captures, others }: FoundCaptures): string {
  return `${folder}: ${captures} captures found, ${others} other files left alone`;
}

/** https://no-color.org: any value but the empty one. */
function useColor({ noColor, output }: CheckArguments): boolean {
  return output === null && !noColor && !process.env.NO_COLOR && process.env.TERM !== 'dumb' && isatty(STDOUT);
}
