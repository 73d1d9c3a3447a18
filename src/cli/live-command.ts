import { BACKENDS, type BackendName, type LiveOptions } from '../capture/live.ts';
import type { Command } from './commands.ts';
import { UsageError } from './errors.ts';
import { type AnalyzeArguments, type AnalyzeValues, analyzeArguments, yargsOptions } from './options.ts';

const CAPTURE = 'Capture';

/** What a live session is asked for on the command line. */
export interface LiveArguments {
  /** `device` is null where none was named. */
  capture: Omit<LiveOptions, 'device'> & { device: string | null };
  /** The report at the end; its `captures` mean nothing here. */
  report: AnalyzeArguments;
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
    ...yargsOptions(),
  },
  understand(values) {
    const live = liveArguments(values);
    return async () => (await import('./live.ts')).runLive(live);
  },
};

/** @throws UsageError */
function liveArguments(values: Record<string, unknown>): LiveArguments {
  return { capture: captureOptions(values), report: analyzeArguments(['-'], values as AnalyzeValues) };
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
  return {
    device,
    filter,
    backend: backendName(text(values, 'backend') ?? 'auto'),
    promiscuous: values.promiscuous === true,
    ...(snapLength === null ? {} : { snapLength }),
    ...(buffer === null ? {} : { buffer }),
    ...(packets === null ? {} : { packets }),
    ...(duration === null ? {} : { duration }),
  };
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
