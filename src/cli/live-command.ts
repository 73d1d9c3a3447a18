import { BACKENDS, DEFAULT_BUFFER_MEBIBYTES, DEFAULT_SNAP_LENGTH, type LiveOptions } from '../capture/live/options.ts';
import { encoderFor, type WriteOptions } from '../capture/write/capture-writer.ts';
import { EVENT_KINDS, type EventKind } from '../live/events.ts';
import type { ListenAddress } from '../live/metrics/metrics-server.ts';
import { type Command, oneOf, textOf, type Values } from './command.ts';
import { UsageError } from './errors.ts';
import { ANALYZE_OPTIONS, type AnalyzeArguments, type AnalyzeValues, analyzeArguments } from './options.ts';

const CAPTURE = 'Capture';
const KEEPING = 'Keeping the packets';
const SHOWN = 'While it runs';
const METRICS_HOST = '127.0.0.1';
/** As exporters of OpenTelemetry metrics to Prometheus have it. */
const METRICS_PORT = 9464;

/** '9464', 'localhost:9464', '[::1]:9464' */
const LISTEN_ADDRESS = /^(?:(?:\[([^[\]]+)\]|([^:[\]]+)):)?(\d{1,5})$/;

/** A name alone is that of an interface: `--metrics eth0`. */
const LIKE_AN_ADDRESS = /^\d|^\[|:/;

/** What a live session is asked for on the command line. */
export interface LiveArguments {
  /** `device` is null where none was named. */
  capture: Omit<LiveOptions, 'device'> & { device: string | null };
  /** The report at the end; its `captures` mean nothing here. */
  report: AnalyzeArguments;
  /** Events that are written as they happen; asked for by name, or all of them. */
  events: { asked: boolean; kinds: ReadonlySet<EventKind> };
  process: boolean;
  /** Where metrics are served; null: nowhere. */
  metrics: ListenAddress | null;
}

export const liveCommand: Command = {
  name: 'live',
  describe: 'Watch the connections of a network interface while they happen',
  details: [
    'Captures on an interface and shows connections while they happen; Ctrl-C ends the capture and prints the report.',
    'In a terminal it draws a screen; elsewhere it writes one line of JSON for each event. Capturing needs privileges; sockscope interfaces tells what works for you.',
  ],
  arguments: [
    {
      name: 'interface',
      describe:
        'The name of an interface, any for all of them, or - for a capture on standard input; by default the interface of the default route, else the first that is up',
      optional: true,
      completes: 'interface',
    },
    {
      name: 'expression',
      describe:
        'A filter as tcpdump takes it, the same as --filter; put -- before it if one of its words begins with -',
      optional: true,
      several: true,
      completes: null,
    },
  ],
  options: {
    filter: {
      type: 'string',
      value: 'FILTER',
      short: 'f',
      group: CAPTURE,
      describe: 'Only packets that pass this filter, written as for tcpdump',
      example: "'tcp port 443'",
    },
    backend: {
      type: 'string',
      value: 'BACKEND',
      group: CAPTURE,
      describe: 'What captures the packets: {choices} (auto is the first that works)',
      choices: ['auto', ...BACKENDS],
      default: 'auto',
      example: 'tcpdump',
    },
    snaplen: {
      type: 'number',
      value: 'BYTES',
      group: CAPTURE,
      describe: 'Bytes to keep of each packet',
      default: DEFAULT_SNAP_LENGTH,
      example: '96',
    },
    buffer: {
      type: 'number',
      value: 'MIB',
      group: CAPTURE,
      describe: "Size of the kernel's buffer in MiB",
      default: DEFAULT_BUFFER_MEBIBYTES,
      example: '256',
    },
    promiscuous: { type: 'boolean', group: CAPTURE, describe: 'Capture packets for other hosts, too' },
    duration: {
      type: 'number',
      value: 'SECONDS',
      group: CAPTURE,
      describe: 'End after this many seconds',
      example: '60',
    },
    packets: { type: 'number', value: 'N', group: CAPTURE, describe: 'End after N packets', example: '10000' },
    write: {
      type: 'string',
      value: 'FILE',
      path: true,
      group: KEEPING,
      describe: 'Write the packets to this file as well; its name ends with .pcapng or .pcap',
      example: 'web.pcapng',
    },
    'rotate-size': {
      type: 'string',
      value: 'SIZE',
      group: KEEPING,
      describe: 'Begin another file before one gets larger than this; a number and the time become part of its name',
      example: '100M',
    },
    keep: {
      type: 'number',
      value: 'N',
      group: KEEPING,
      describe: 'Keep only the last N of these files',
      example: '10',
    },
    ...ANALYZE_OPTIONS,
    ndjson: {
      ...ANALYZE_OPTIONS.ndjson,
      describe: 'Write one line of JSON for each event, as it happens (the default where there is no terminal)',
    },
    events: {
      type: 'string',
      value: 'EVENTS',
      list: true,
      group: SHOWN,
      choices: EVENT_KINDS,
      describe:
        'Write only these events, as --ndjson does: {choices}; several are separated by commas. A connection that is reset after its handshake has ended, not failed',
      example: 'failed,ended',
    },
    metrics: {
      type: 'string',
      value: '[HOST:]PORT',
      group: SHOWN,
      describe: `Serve metrics for Prometheus at this address; --metrics alone means ${METRICS_HOST}:${METRICS_PORT}`,
      example: '9464',
      alone: { value: '', unless: LIKE_AN_ADDRESS },
    },
    process: { type: 'boolean', group: SHOWN, describe: 'Name the local processes of each connection (Linux)' },
  },
  examples: [
    {
      command: "sockscope live eth0 'tcp port 443 or icmp or icmp6'",
      shows: 'HTTPS connections of one interface, with the ICMP errors that say why a host cannot be reached',
    },
    {
      command: 'sockscope live eth0 --events failed,ended --process -- not port 22',
      shows: 'A line for each connection that fails to open or that ends, SSH excepted, with its local process',
    },
    {
      command: 'sockscope live any --duration 60 --write minute.pcapng',
      shows: 'One minute of all interfaces, kept in a file',
    },
    {
      command: 'ssh host tcpdump -U -w - not port 22 | sockscope live -',
      shows: 'What happens on another machine, which needs only tcpdump',
    },
  ],
  understand({ words: [device, ...filter], values }) {
    const live = liveArguments(device, filter, values);
    return async () => (await import('./live.ts')).runLive(live);
  },
};

/** @throws UsageError */
function liveArguments(device: string | undefined, filter: string[], values: Values): LiveArguments {
  const report = analyzeArguments(['-'], values as AnalyzeValues);
  return {
    capture: captureOptions(device ?? null, filter, values),
    report,
    events: eventOptions(textOf(values, 'events'), report),
    process: wantsProcesses(values, report),
    metrics: listenAddress(textOf(values, 'metrics')),
  };
}

/** @param given an empty text stands for the default */
function listenAddress(given: string | undefined): ListenAddress | null {
  if (given === undefined) return null;
  if (given === '') return { host: METRICS_HOST, port: METRICS_PORT };
  const [, bracketed, plain, port] = LISTEN_ADDRESS.exec(given) ?? [];
  if (port === undefined || Number(port) > 65_535) {
    throw new UsageError(`--metrics ${given}: not [HOST:]PORT; examples: --metrics 9464, --metrics '[::1]:9464'`);
  }
  return { host: bracketed ?? plain ?? METRICS_HOST, port: Number(port) };
}

function wantsProcesses({ process: wanted }: Values, { report }: AnalyzeArguments): boolean {
  if (wanted !== true) return false;
  if (process.platform !== 'linux') throw new UsageError('--process needs Linux, whose /proc shows who owns a socket');
  if (report === 'terminal' || report === 'ndjson') return true;
  throw new UsageError(`--process is of no use to --${report}: use --ndjson, or the report for people`);
}

function eventOptions(given: string | undefined, { report }: AnalyzeArguments): LiveArguments['events'] {
  if (given === undefined) return { asked: false, kinds: new Set(EVENT_KINDS) };
  if (report !== 'terminal' && report !== 'ndjson') {
    throw new UsageError(`--events and --${report} exclude each other: choose lines as it happens, or one document`);
  }
  const kinds = given.split(',').map((name) => oneOf('events', name, EVENT_KINDS));
  return { asked: true, kinds: new Set(kinds) };
}

function captureOptions(device: string | null, words: string[], values: Values): LiveArguments['capture'] {
  const filter = filterText(textOf(values, 'filter'), words);
  if (device === '-' && filter !== '') {
    throw new UsageError('standard input is not filtered here: give the filter to the program that captures');
  }
  const snapLength = number(values, 'snaplen', 14, 262_144);
  const buffer = number(values, 'buffer', 1, 2047);
  const packets = number(values, 'packets', 1, 1e15);
  const duration = seconds(textOf(values, 'duration'));
  const write = writeOptions(values);
  return {
    device,
    filter,
    backend: oneOf('backend', textOf(values, 'backend') ?? 'auto', ['auto', ...BACKENDS]),
    promiscuous: values.promiscuous === true,
    ...(snapLength === null ? {} : { snapLength }),
    ...(buffer === null ? {} : { buffer }),
    ...(packets === null ? {} : { packets }),
    ...(duration === null ? {} : { duration }),
    ...(write === null ? {} : { write }),
  };
}

function writeOptions(values: Values): WriteOptions | null {
  const path = textOf(values, 'write');
  const rotateSize = size(textOf(values, 'rotate-size'));
  const keep = number(values, 'keep', 1, 1e6);
  if (path === undefined) {
    if (rotateSize === null && keep === null) return null;
    throw new UsageError('--rotate-size and --keep are for --write FILE');
  }
  if (encoderFor(path) === null) throw new UsageError(`--write ${path}: the name must end with .pcapng or .pcap`);
  if (keep !== null && rotateSize === null) throw new UsageError('--keep needs --rotate-size: how large each file is');
  return { path, ...(rotateSize === null ? {} : { rotateSize }), ...(keep === null ? {} : { keep }) };
}

const UNITS: Record<string, number> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };
const LEAST_SIZE = 10_000;

function size(given: string | undefined): number | null {
  if (given === undefined) return null;
  const [, digits, unit] = /^(\d{1,12})([kMG]?)B?$/i.exec(given) ?? [];
  const bytes = Number(digits) * UNITS[unit?.toLowerCase() ?? ''];
  if (digits !== undefined && bytes >= LEAST_SIZE) return bytes;
  throw new UsageError(`--rotate-size ${given}: not a size from 10k on; example: --rotate-size 100M`);
}

function filterText(option: string | undefined, words: string[]): string {
  const trailing = words.join(' ');
  if (option !== undefined && trailing !== '') {
    throw new UsageError(`a filter is given twice, by --filter and as '${trailing}': give it once`);
  }
  return option ?? trailing;
}

function seconds(given: string | undefined): number | null {
  if (given === undefined) return null;
  if (/^(\d+\.?\d*|\.\d+)$/.test(given) && Number(given) > 0) return Number(given);
  throw new UsageError(`--duration ${given}: not a number of seconds; example: --duration 60`);
}

function number(values: Values, name: string, least: number, most: number): number | null {
  const given = textOf(values, name);
  if (given === undefined) return null;
  if (/^\d{1,15}$/.test(given) && Number(given) >= least && Number(given) <= most) return Number(given);
  throw new UsageError(`--${name} ${given}: not a whole number from ${least} to ${most}`);
}
