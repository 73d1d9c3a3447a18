import type { FieldOptions } from '../check/field-choice.ts';
import { CHECK_FORMATS, type CheckFormatName } from '../check/formats/index.ts';
import { READY_RULES } from '../check/ready-rules.ts';
import { COLOR_OPTIONS, type Command, colorChoice, oneOf, textOf, textsOf, type Values } from './command.ts';
import { UsageError } from './errors.ts';
import type { ColorChoice } from './terminal.ts';

/** Read where neither rules nor assertions are given. */
export const DEFAULT_RULES = 'sockscope.yml';
const DEFAULT_LIMIT = 5;

const RULES = 'Rules';
const BASELINE = 'Baseline';
const INPUT = 'Captures';
const REPORT = 'Report';
const LOOK = 'Appearance';

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
  color: ColorChoice;
  quiet: boolean;
}

/** `sockscope check`: captures checked against rules. */
export const checkCommand: Command = {
  name: 'check',
  describe: 'Check captures against rules and baselines; exit code 1 if one of them fails',
  details: [
    'Checks captures, or all captures in a folder, against rules. Rules come from a file, from the list of ready rules, or as CEL expressions over the connection record.',
    'The exit code is 0 when all rules hold, 1 when one fails, and 2 when something could not be checked.',
  ],
  arguments: [
    {
      name: 'capture',
      describe: 'A capture file, a folder with captures, or - for standard input',
      several: true,
      completes: 'capture',
    },
  ],
  options: {
    rules: {
      type: 'string',
      value: 'FILE',
      repeatable: true,
      path: true,
      group: RULES,
      describe: `Read rules from this YAML or JSON file; may be repeated. If no rule is given at all, ${DEFAULT_RULES} is read`,
      example: DEFAULT_RULES,
    },
    assert: {
      type: 'string',
      value: 'EXPRESSION',
      repeatable: true,
      group: RULES,
      describe: 'A CEL expression that must hold for every connection; may be repeated',
      example: `'handshake.outcome == "completed"'`,
    },
    ready: {
      type: 'string',
      value: 'RULE',
      repeatable: true,
      list: true,
      group: RULES,
      choices: READY_RULES.map(({ name }) => name),
      describe: 'Ready rules, separated by commas, some with a limit as in handshake-under:0.05; there are {choices}',
      example: 'no-resets,handshake-under:0.05',
    },
    'allow-none': {
      type: 'boolean',
      group: RULES,
      describe: 'A rule that matches no connection passes',
    },
    strict: { type: 'boolean', group: RULES, describe: 'The check also fails when a rule of severity warning fails' },
    baseline: {
      type: 'string',
      value: 'FILE',
      path: true,
      group: BASELINE,
      describe:
        'Compare the captures with the behaviour accepted in this file; if it is a folder, it has one file per capture',
      example: 'baseline.json',
    },
    update: {
      type: 'boolean',
      group: BASELINE,
      describe: 'Accept what the captures show, and write it to the baseline',
    },
    keep: {
      type: 'string',
      value: 'FIELD',
      repeatable: true,
      group: BASELINE,
      describe: 'Also compare this field of the record, although it differs from run to run; may be repeated',
      example: 'close.finToAck',
    },
    ignore: {
      type: 'string',
      value: 'FIELD',
      repeatable: true,
      group: BASELINE,
      describe: 'Do not compare this field of the record; may be repeated',
      example: 'fromServer.bytes',
    },
    tolerance: {
      type: 'string',
      value: 'FIELD=AMOUNT',
      repeatable: true,
      group: BASELINE,
      describe: 'Compare this field, but allow this much difference: 50%, 20ms, 3; may be repeated',
      example: 'handshake.connectTime=50%',
    },
    together: { type: 'boolean', group: INPUT, describe: 'Read all captures as one, in time order' },
    format: {
      type: 'string',
      value: 'FORMAT',
      group: REPORT,
      describe: 'Format of the report: {choices}',
      choices: CHECK_FORMATS,
      default: 'people',
      example: 'junit',
    },
    output: {
      type: 'string',
      value: 'FILE',
      path: true,
      group: REPORT,
      describe: 'Write the report to this file; a readable one still goes to standard output',
      example: 'report.xml',
    },
    limit: {
      type: 'number',
      value: 'N',
      group: REPORT,
      describe: 'Name at most N connections that break a rule',
      default: DEFAULT_LIMIT,
      example: '20',
    },
    all: { type: 'boolean', group: REPORT, describe: 'Also list the rules that hold' },
    ...COLOR_OPTIONS,
    quiet: {
      type: 'boolean',
      group: LOOK,
      describe: 'Do not say which captures were found; with --output, print nothing on standard output',
    },
  },
  examples: [
    {
      command: 'sockscope check web.pcap --ready no-resets,handshake-under:0.5',
      shows: 'No connection may be reset, and every handshake must take less than half a second',
    },
    {
      command: `sockscope check captures/ --assert 'sockets.client.error == null' --format junit --output report.xml`,
      shows: 'No client may see an error, in any capture of a folder; the report is for a CI server',
    },
    {
      command: 'sockscope check web.pcap --baseline baseline.json --update',
      shows: 'Accept what the capture shows; later runs without --update compare with it',
    },
  ],
  understand({ words, values }) {
    const request = checkArguments([...words], values);
    return async () => (await import('./check.ts')).runCheck(request);
  },
};

function checkArguments(captures: string[], values: Values): CheckArguments {
  if (captures.filter((capture) => capture === '-').length > 1) {
    throw new UsageError('standard input (-) can be read only once: give it once');
  }
  const list = (name: string) => [...textsOf(values, name)];
  const limit = textOf(values, 'limit') ?? String(DEFAULT_LIMIT);
  if (!/^\d{1,9}$/.test(limit)) {
    throw new UsageError(`--limit ${limit}: not a number of connections; example: --limit 20`);
  }
  return {
    captures,
    rules: list('rules'),
    assertions: list('assert'),
    ready: list('ready').flatMap((names) => names.split(',')),
    ...baselineArguments(values),
    allowNone: values['allow-none'] === true,
    strict: values.strict === true,
    together: values.together === true,
    format: oneOf('format', textOf(values, 'format') ?? 'people', CHECK_FORMATS),
    output: textOf(values, 'output') ?? null,
    limit: Number(limit),
    all: values.all === true,
    color: colorChoice(values),
    quiet: values.quiet === true,
  };
}

function baselineArguments(values: Values): Pick<CheckArguments, 'baseline' | 'update' | 'fields'> {
  const list = (name: string) => [...textsOf(values, name)];
  const baseline = textOf(values, 'baseline') ?? null;
  const lone = ['update', 'keep', 'ignore', 'tolerance'].find((name) => values[name] !== undefined);
  if (baseline === null && lone !== undefined)
    throw new UsageError(`--${lone} is for a baseline: give --baseline FILE`);
  const tolerance = list('tolerance').map((text) => {
    const [field, amount, ...rest] = text.split('=');
    if (amount !== undefined && rest.length === 0) return [field, amount];
    throw new UsageError(`--tolerance ${text}: not FIELD=AMOUNT; example: --tolerance handshake.connectTime=50%`);
  });
  const fields = { keep: list('keep'), ignore: list('ignore'), tolerance: Object.fromEntries(tolerance) };
  return { baseline, update: values.update === true, fields };
}
