import type { FieldOptions } from '../check/field-choice.ts';
import { CHECK_FORMATS, type CheckFormatName } from '../check/formats/index.ts';
import { capturesOrStandardInput } from './captures.ts';
import type { Command } from './commands.ts';
import { UsageError } from './errors.ts';
import { ASCII_OPTION } from './options.ts';

/** Read where neither rules nor assertions are given. */
export const DEFAULT_RULES = 'sockscope.yml';
const DEFAULT_LIMIT = 5;

const RULES = 'Rules';
const BASELINE = 'Baseline';
const INPUT = 'Captures';
const REPORT = 'Report';

/** What a check is asked for on the command line. */
export interface CheckArguments {
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
  usage: 'check [capture..]',
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
    format: {
      type: 'string',
      requiresArg: true,
      group: REPORT,
      describe: `One of ${CHECK_FORMATS.join(', ')}; default: people`,
    },
    output: {
      type: 'string',
      requiresArg: true,
      group: REPORT,
      describe: 'Write the report to this file; people still read theirs on standard output',
    },
    limit: {
      type: 'string',
      requiresArg: true,
      group: REPORT,
      describe: `Connections told of each broken rule (default ${DEFAULT_LIMIT})`,
    },
    all: { type: 'boolean', group: REPORT, describe: 'Tell the rules that hold as well' },
    ascii: { ...ASCII_OPTION, group: REPORT },
    'no-color': { type: 'boolean', group: REPORT, describe: 'No colours (also NO_COLOR in the environment)' },
    quiet: {
      type: 'boolean',
      group: REPORT,
      describe: 'Do not say which captures were found; with --output: nothing on standard output',
    },
  },
  understand(values) {
    const request = checkArguments(values);
    return async () => (await import('./check.ts')).runCheck(request);
  },
};

function checkArguments(values: Record<string, unknown>): CheckArguments {
  const captures = capturesOrStandardInput((values.capture ?? []) as string[]);
  if (captures.length === 0) {
    throw new UsageError(
      'no capture given: name a pcap or pcapng file, a folder, or - for standard input (sockscope check --help)',
    );
  }
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
