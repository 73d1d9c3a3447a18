import type { Options } from 'yargs';
import { SORT_KEYS, type SortKey } from '../analyze.ts';
import type { ReportName } from '../report/index.ts';
import type { SortOrder } from '../report/selection.ts';
import { DEFAULT_THRESHOLDS, type Thresholds } from '../track/thresholds.ts';
import { capturesOrStandardInput } from './captures.ts';
import { UsageError } from './errors.ts';

/** What an analysis is asked for on the command line. */
export interface AnalyzeArguments {
  captures: string[];
  report: ReportName;
  /** Records say what socket calls the packets show. */
  calls: boolean;
  where: string | null;
  sort: SortOrder | null;
  top: number | null;
  all: boolean;
  /** Those that were given; the others keep their defaults. */
  thresholds: Partial<Thresholds>;
  mostConnections: number | null;
  utc: boolean;
  noColor: boolean;
  quiet: boolean;
}

interface Option {
  type: 'boolean' | 'string';
  describe: string;
  group: string;
  placeholder?: string;
}

const FORMAT = 'Format (default: a report for people)';
const ROWS = 'Connections';
const LIMITS = 'Limits';
const LOOK = 'Appearance';

/** Of every command. main.ts looks for it before the command line is understood: nobody else asks whether it is given. */
export const ASCII_OPTION = {
  type: 'boolean',
  group: LOOK,
  describe: 'Only ASCII (else as LC_ALL, LC_CTYPE, LANG say)',
} as const;

const { slowHandshake, retransmissionShare, retransmissionsAtLeast, zeroWindow, closeWait } = DEFAULT_THRESHOLDS;

/** The options of `analyze`: the one list that both the quick parser and yargs are made from. */
export const ANALYZE_OPTIONS = {
  json: { type: 'boolean', group: FORMAT, describe: 'One JSON document' },
  ndjson: { type: 'boolean', group: FORMAT, describe: 'One JSON record a line, written as connections end' },
  csv: { type: 'boolean', group: FORMAT, describe: 'One row a connection, with a header' },
  zeek: { type: 'boolean', group: FORMAT, describe: "Zeek's conn.log" },
  calls: { type: 'boolean', group: FORMAT, describe: 'With --json or --ndjson: the socket calls of both sides' },
  where: { type: 'string', group: ROWS, describe: 'Only those for which this CEL expression is true' },
  sort: {
    type: 'string',
    group: ROWS,
    describe: `By ${SORT_KEYS.join(', ')}; largest first, start: earliest first; KEY:asc or KEY:desc turns it`,
  },
  top: { type: 'string', group: ROWS, describe: 'Only the first N (report: 20)' },
  all: { type: 'boolean', group: ROWS, describe: 'All of them in the report' },
  'slow-handshake': {
    type: 'string',
    group: LIMITS,
    describe: `A problem when connect() took more than so many seconds (default ${slowHandshake})`,
  },
  'heavy-retransmission': {
    type: 'string',
    group: LIMITS,
    describe: `A problem when more than this share of a side's packets was sent again, and at least ${retransmissionsAtLeast} of them (default ${retransmissionShare})`,
  },
  'zero-window': {
    type: 'string',
    group: LIMITS,
    describe: `A problem when a receive window was closed for more than so many seconds in all (default ${zeroWindow})`,
  },
  'close-wait': {
    type: 'string',
    group: LIMITS,
    describe: `A problem when a side stayed open for more than so many seconds after its peer's FIN (default ${closeWait})`,
  },
  'max-connections': {
    type: 'string',
    group: LIMITS,
    describe: 'Open connections kept at once, about 1 kB each; beyond, those idle longest are reported as they are',
  },
  utc: { type: 'boolean', group: LOOK, describe: 'Absolute times (UTC) in the report' },
  ascii: ASCII_OPTION,
  'no-color': { type: 'boolean', group: LOOK, describe: 'No colours (also NO_COLOR in the environment)' },
  quiet: { type: 'boolean', group: LOOK, describe: 'No warnings and no progress bar' },
} as const satisfies Record<string, Option>;

export type AnalyzeValues = {
  [K in keyof typeof ANALYZE_OPTIONS]?:
    | ((typeof ANALYZE_OPTIONS)[K]['type'] extends 'boolean' ? boolean : string)
    | undefined;
};

export const FORMATS = ['json', 'ndjson', 'csv', 'zeek'] as const;

/**
 * From what was written to what is meant.
 * @throws UsageError
 */
export function analyzeArguments(named: string[], values: AnalyzeValues): AnalyzeArguments {
  const captures = capturesOrStandardInput(named);
  if (captures.length === 0) {
    throw new UsageError('no capture given: name a pcap or pcapng file, or - for standard input (sockscope --help)');
  }
  if (captures.filter((capture) => capture === '-').length > 1) {
    throw new UsageError('standard input (-) can be read only once: give it once');
  }
  const formats = FORMATS.filter((format) => values[format]);
  if (formats.length > 1) {
    throw new UsageError(`--${formats.join(' and --')} exclude each other: choose one format`);
  }
  const report: ReportName = formats[0] ?? 'terminal';
  const sort = values.sort === undefined ? null : sortOrder(values.sort);
  const top = values.top === undefined ? null : rowCount(values.top);
  if (top !== null && values.all) throw new UsageError('--top and --all exclude each other: choose one');
  if (report === 'ndjson' && (sort !== null || top !== null)) {
    throw new UsageError('--ndjson writes connections as they end, so it takes no --sort and no --top: use --json');
  }
  if (values.calls && report !== 'json' && report !== 'ndjson') {
    throw new UsageError('--calls is for records: give --json or --ndjson with it');
  }
  return {
    captures,
    report,
    calls: values.calls ?? false,
    where: values.where ?? null,
    sort,
    top,
    all: values.all ?? false,
    thresholds: thresholds(values),
    mostConnections: values['max-connections'] === undefined ? null : connectionCount(values['max-connections']),
    utc: values.utc ?? false,
    noColor: values['no-color'] ?? false,
    quiet: values.quiet ?? false,
  };
}

function sortOrder(text: string): SortOrder {
  const [name, direction, ...rest] = text.split(':');
  const key = SORT_KEYS.find((known): known is SortKey => known === name);
  if (key === undefined || rest.length > 0 || ![undefined, 'asc', 'desc'].includes(direction)) {
    throw new UsageError(
      `--sort ${text}: not a sort key; one of ${SORT_KEYS.join(', ')}, with :asc or :desc if need be`,
    );
  }
  return { key, descending: direction === undefined ? key !== 'start' : direction === 'desc' };
}

function rowCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--top ${text}: not a number of connections; example: --top 50`);
  return Number(text);
}

function thresholds(values: AnalyzeValues): Partial<Thresholds> {
  const given: Partial<Thresholds> = {};
  for (const [option, key] of DURATIONS) {
    const text = values[option];
    if (text !== undefined) given[key] = duration(option, text);
  }
  const share = values['heavy-retransmission'];
  if (share !== undefined) given.retransmissionShare = shareOfPackets(share);
  return given;
}

const DURATIONS = [
  ['slow-handshake', 'slowHandshake'],
  ['zero-window', 'zeroWindow'],
  ['close-wait', 'closeWait'],
] as const;

const DECIMAL = /^(\d+\.?\d*|\.\d+)$/;

function duration(option: (typeof DURATIONS)[number][0], text: string): number {
  if (DECIMAL.test(text)) return Number(text);
  throw new UsageError(`--${option} ${text}: not a number of seconds; example: --${option} 0.5`);
}

function shareOfPackets(text: string): number {
  if (DECIMAL.test(text) && Number(text) <= 1) return Number(text);
  throw new UsageError(
    `--heavy-retransmission ${text}: not a share between 0 and 1; example: --heavy-retransmission 0.02 for 2 %`,
  );
}

function connectionCount(text: string): number {
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
  throw new UsageError(
    `--max-connections ${text}: not a number of connections from 1 on; example: --max-connections 100000`,
  );
}

/** The options of `analyze` as yargs wants them, also for commands that give the same reports. */
export function yargsOptions(): Record<string, Options> {
  const options = Object.entries(ANALYZE_OPTIONS).map(([name, { type, describe, group }]) => [
    name,
    { type, describe, group, requiresArg: type === 'string' },
  ]);
  return Object.fromEntries(options);
}
