import { BACKENDS, type BackendName, type LiveOptions } from '../capture/live.ts';
import { encoderFor, type WriteOptions } from '../capture/write/capture-writer.ts';
import { EVENT_KINDS, type EventKind } from '../live/events.ts';
import type { ListenAddress } from '../live/metrics/metrics-server.ts';
import type { Command } from './commands.ts';
import { UsageError } from './errors.ts';
import { type AnalyzeArguments, type AnalyzeValues, analyzeArguments, yargsOptions } from './options.ts';

const CAPTURE = 'Capture';
const KEEPING = 'Keeping the packets';
const SHOWN = 'While it runs';
const METRICS_HOST = '127.0.0.1';
/** As exporters of OpenTelemetry metrics to Prometheus have it. */
const METRICS_PORT = 9464;

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
  usage: 'live [interface] [words..]',
  describe: 'Connections of a network interface while they happen; Ctrl-C gives the report',
  positionals: {
    interface: { type: 'string', describe: 'Its name, any, or - for a capture that comes through standard input' },
    words: { type: 'string', array: true, describe: 'A filter: the same as --filter' },
  },
  options: {
    filter: {
      type: 'string',
      alias: 'f',
      group: CAPTURE,
      requiresArg: true,
      describe: 'Only packets that this filter lets through, written as for tcpdump',
    },
    backend: {
      type: 'string',
      group: CAPTURE,
      requiresArg: true,
      describe: `What captures: ${BACKENDS.join(', ')}; auto (default): the first that works`,
    },
    snaplen: { type: 'string', group: CAPTURE, requiresArg: true, describe: 'Bytes kept of each packet (default 256)' },
    buffer: { type: 'string', group: CAPTURE, requiresArg: true, describe: "The kernel's buffer in MiB (default 64)" },
    promiscuous: { type: 'boolean', group: CAPTURE, describe: 'Also packets for other hosts' },
    duration: { type: 'string', group: CAPTURE, requiresArg: true, describe: 'End after so many seconds' },
    packets: { type: 'string', group: CAPTURE, requiresArg: true, describe: 'End after so many packets' },
    write: { type: 'string', group: KEEPING, requiresArg: true, describe: 'Also into this file, .pcapng or .pcap' },
    'rotate-size': {
      type: 'string',
      group: KEEPING,
      requiresArg: true,
      describe: 'Begin the next file before one is larger than this, as 100M; a number and the time go into the name',
    },
    keep: { type: 'string', group: KEEPING, requiresArg: true, describe: 'Only the last N files' },
    ...yargsOptions(),
    ndjson: {
      ...yargsOptions().ndjson,
      describe: 'One JSON line for each event, as it happens (also without a terminal)',
    },
    events: {
      type: 'string',
      group: SHOWN,
      requiresArg: true,
      describe: `Only these events, as --ndjson: ${EVENT_KINDS.join(', ')}, separated by commas`,
    },
    metrics: {
      type: 'string',
      group: SHOWN,
      describe: `Serve metrics for Prometheus at [HOST:]PORT (default ${METRICS_HOST}:${METRICS_PORT})`,
    },
    process: { type: 'boolean', group: SHOWN, describe: 'The local processes of each connection (Linux)' },
  },
  understand(values) {
    const live = liveArguments(values);
    return async () => (await import('./live.ts')).runLive(live);
  },
};

/** @throws UsageError */
function liveArguments(values: Record<string, unknown>): LiveArguments {
  const report = analyzeArguments(['-'], values as AnalyzeValues);
  return {
    capture: captureOptions(values),
    report,
    events: eventOptions(text(values, 'events'), report),
    process: wantsProcesses(values, report),
    metrics: listenAddress(text(values, 'metrics')),
  };
}

/** '9464', 'localhost:9464', '[::1]:9464'; an empty text stands for the default. */
function listenAddress(given: string | undefined): ListenAddress | null {
  if (given === undefined) return null;
  if (given === '') return { host: METRICS_HOST, port: METRICS_PORT };
  const [, bracketed, plain, port] = /^(?:(?:\[([^[\]]+)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(given) ?? [];
  if (port === undefined || Number(port) > 65_535) {
    throw new UsageError(`--metrics ${given}: not [HOST:]PORT; examples: --metrics 9464, --metrics '[::1]:9464'`);
  }
  return { host: bracketed ?? plain ?? METRICS_HOST, port: Number(port) };
}

function wantsProcesses({ process: wanted }: Record<string, unknown>, { report }: AnalyzeArguments): boolean {
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
  const kinds = given.split(',').map((name) => {
    const kind = EVENT_KINDS.find((known) => known === name);
    if (kind === undefined)
      throw new UsageError(`--events ${given}: '${name}' is not one of ${EVENT_KINDS.join(', ')}`);
    return kind;
  });
  return { asked: true, kinds: new Set(kinds) };
}

function captureOptions(values: Record<string, unknown>): LiveArguments['capture'] {
  const device = text(values, 'interface') ?? null;
  const filter = filterText(text(values, 'filter'), (values.words ?? []) as string[]);
  if (device === '-' && filter !== '') {
    throw new UsageError('standard input is not filtered here: give the filter to the program that captures');
  }
  const snapLength = number(values, 'snaplen', 14, 262_144);
  const buffer = number(values, 'buffer', 1, 2047);
  const packets = number(values, 'packets', 1, 1e15);
  const duration = seconds(text(values, 'duration'));
  const write = writeOptions(values);
  return {
    device,
    filter,
    backend: backendName(text(values, 'backend') ?? 'auto'),
    promiscuous: values.promiscuous === true,
    ...(snapLength === null ? {} : { snapLength }),
    ...(buffer === null ? {} : { buffer }),
    ...(packets === null ? {} : { packets }),
    ...(duration === null ? {} : { duration }),
    ...(write === null ? {} : { write }),
  };
}

function writeOptions(values: Record<string, unknown>): WriteOptions | null {
  const path = text(values, 'write');
  const rotateSize = size(text(values, 'rotate-size'));
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

function backendName(name: string): BackendName | 'auto' {
  const known = BACKENDS.find((each) => each === name);
  if (known !== undefined) return known;
  if (name === 'auto') return name;
  throw new UsageError(`--backend ${name}: not known; one of auto, ${BACKENDS.join(', ')}`);
}

function seconds(given: string | undefined): number | null {
  if (given === undefined) return null;
  if (/^(\d+\.?\d*|\.\d+)$/.test(given) && Number(given) > 0) return Number(given);
  throw new UsageError(`--duration ${given}: not a number of seconds; example: --duration 60`);
}

function number(values: Record<string, unknown>, name: string, least: number, most: number): number | null {
  const given = text(values, name);
  if (given === undefined) return null;
  if (/^\d{1,15}$/.test(given) && Number(given) >= least && Number(given) <= most) return Number(given);
  throw new UsageError(`--${name} ${given}: not a whole number from ${least} to ${most}`);
}

/** An option that makes sense once. @throws UsageError where it is given again */
function text(values: Record<string, unknown>, name: string): string | undefined {
  const value = values[name];
  if (Array.isArray(value)) throw new UsageError(`--${name} is given ${value.length} times: give it once`);
  return value as string | undefined;
}
