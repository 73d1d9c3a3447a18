import { SORT_KEYS, type SortKey } from '../analyze.ts';
import type { ReportName } from '../report/index.ts';
import { didYouMean } from '../report/nearest.ts';
import type { SortOrder } from '../report/selection.ts';
import { DEFAULT_THRESHOLDS, type Thresholds } from '../track/thresholds.ts';
import { COLOR_OPTIONS, colorChoice, type Option } from './command.ts';
import { UsageError } from './errors.ts';
import type { ColorChoice } from './terminal.ts';

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
  color: ColorChoice;
  quiet: boolean;
}

const FORMAT = 'Output format (default: a report to read)';
const ROWS = 'Connections';
const LIMITS = 'What counts as a problem';
const MEMORY = 'Memory';
const LOOK = 'Appearance';

const { slowHandshake, retransmissionShare, retransmissionsAtLeast, zeroWindow, closeWait } = DEFAULT_THRESHOLDS;

/** The options of `analyze`; other commands that give the same reports have them, too. */
export const ANALYZE_OPTIONS = {
  json: { type: 'boolean', group: FORMAT, describe: 'Write one JSON document' },
  ndjson: { type: 'boolean', group: FORMAT, describe: 'Write one JSON record per line, as connections end' },
  csv: { type: 'boolean', group: FORMAT, describe: 'Write one CSV row per connection, below a header' },
  zeek: { type: 'boolean', group: FORMAT, describe: "Write Zeek's conn.log" },
  calls: {
    type: 'boolean',
    group: FORMAT,
    describe: 'With --json or --ndjson: add the socket calls of both sides to each record',
  },
  where: {
    type: 'string',
    value: 'EXPRESSION',
    group: ROWS,
    describe: 'Only connections for which this CEL expression over the record is true',
    example: `'close.style == "reset"'`,
  },
  sort: {
    type: 'string',
    value: 'KEY',
    group: ROWS,
    describe:
      'Sort by this key: {choices}; the largest comes first (with start the earliest), and KEY:asc or KEY:desc changes that',
    choices: SORT_KEYS,
    example: 'duration',
  },
  top: {
    type: 'number',
    value: 'N',
    group: ROWS,
    describe: 'At most N connections (default of the report: as many as fit the terminal, or 20 where there is none)',
    example: '50',
  },
  all: {
    type: 'boolean',
    group: ROWS,
    describe: 'No limit on the rows of the report; if any connection has a problem, it still lists only those',
  },
  'slow-handshake': {
    type: 'number',
    value: 'SECONDS',
    group: LIMITS,
    describe: 'connect() took longer than this many seconds',
    default: slowHandshake,
    example: '0.5',
  },
  'heavy-retransmission': {
    type: 'number',
    value: 'SHARE',
    group: LIMITS,
    describe: `A side retransmitted more than this share of its packets, and at least ${retransmissionsAtLeast} of them`,
    default: retransmissionShare,
    example: '0.02',
  },
  'zero-window': {
    type: 'number',
    value: 'SECONDS',
    group: LIMITS,
    describe: 'A receive window was closed for longer than this many seconds in total',
    default: zeroWindow,
    example: '0.5',
  },
  'close-wait': {
    type: 'number',
    value: 'SECONDS',
    group: LIMITS,
    describe: 'A side stayed open for longer than this many seconds after the FIN of the other',
    default: closeWait,
    example: '30',
  },
  'max-connections': {
    type: 'number',
    value: 'N',
    group: MEMORY,
    describe:
      'Keep at most N open connections, about 1 kB each; when there are more, the longest-idle ones are reported early, in their current state',
    example: '100000',
  },
  utc: { type: 'boolean', group: LOOK, describe: 'Show absolute times (UTC) in the report' },
  ...COLOR_OPTIONS,
  quiet: { type: 'boolean', group: LOOK, describe: 'No warnings and no progress bar' },
} as const satisfies Record<string, Option>;

/** What was written of them. */
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
export function analyzeArguments(captures: string[], values: AnalyzeValues): AnalyzeArguments {
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
    color: colorChoice(values),
    quiet: values.quiet ?? false,
  };
}

function sortOrder(text: string): SortOrder {
  const [name, direction, ...rest] = text.split(':');
  const key = SORT_KEYS.find((known): known is SortKey => known === name);
  if (key === undefined || rest.length > 0 || ![undefined, 'asc', 'desc'].includes(direction)) {
    throw new UsageError(
      `--sort ${text}: not a sort key; one of ${SORT_KEYS.join(', ')}, with :asc or :desc if need be${didYouMean(name, SORT_KEYS)}`,
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
