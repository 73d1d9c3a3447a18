import {
  type AnalysisObserver,
  type AnalyzeOptions,
  analyzeInput,
  type ConnectionConsumer,
  type EndedConnection,
} from '../analyze.ts';
import { inputSize, openCaptures, spoolPipes } from '../capture/input.ts';
import { InputError } from '../capture/input-error.ts';
import type { Spool } from '../capture/spool.ts';
import { totalOf, WholeProgress } from '../capture/whole-progress.ts';
import type { Connection, Protocol } from '../record.ts';
import { Selection } from '../report/selection.ts';
import { counted } from '../report/units.ts';
import type { CaptureInfo, ProblemGroup, Summary } from '../summary.ts';
import { type CollectedConnection, FrameCollector, type StreamName } from './frame-collector.ts';

/** Which connections are to be explained. */
export type Choice =
  | { by: 'stream'; stream: number; protocol: Protocol }
  | { by: 'problems' }
  | { by: 'where'; matches: (connection: Connection) => boolean }
  /** The only connection of the capture, or that of its worst problem. */
  | { by: 'itself' };

export interface ExplainOptions
  extends Pick<AnalyzeOptions, 'thresholds' | 'mostConnections' | 'onProgress' | 'onWarning'> {
  choice: Choice;
  /** At most so many connections. */
  top: number;
  /** Rows of a ladder at the most; beyond, its middle is folded. */
  steps: number;
}

/** Connections with their packets, and why these. */
export interface Explained {
  captures: CaptureInfo[];
  connections: ExplainedConnection[];
  /** One line for each thing that was left out, and where to look for it. */
  leftOut: string[];
}

export interface ExplainedConnection extends CollectedConnection {
  /** The problems that it is the example of. */
  exampleOf: ProblemGroup[];
}

/**
 * Analyses the captures, chooses connections and collects their packets: in one reading where it is known before which
 * connections are wanted, in two otherwise; pipes are then put aside.
 *
 * @param inputs paths of captures, '-' for standard input; several are read as one in time order
 * @throws InputError where an input cannot be read, or there is no such connection
 */
export async function explainInputs(inputs: string[], options: ExplainOptions): Promise<Explained> {
  const { choice } = options;
  const readings = new Readings(inputs, choice.by === 'stream' ? 1 : 2, options);
  try {
    if (choice.by === 'stream') return await oneStream(readings, choice);
    await readings.spool();
    if (choice.by === 'where') return await matching(readings, choice.matches, options);
    return await problems(readings, choice.by === 'itself', options);
  } finally {
    readings.close();
  }
}

/** Everything that is wanted has been seen. */
class Enough extends Error {
  override name = 'Enough';
}

/** Reads the same captures as often as need be. */
class Readings {
  readonly inputs: string[];
  readonly #options: ExplainOptions;
  readonly #times: number;
  #spools: Map<string, Spool> = new Map();
  #progress: WholeProgress | null = null;

  /** @param times that they will be read, at the most */
  constructor(inputs: string[], times: number, options: ExplainOptions) {
    this.inputs = inputs;
    this.#times = times;
    this.#options = options;
  }

  async spool(): Promise<void> {
    this.#spools = await spoolPipes(this.inputs, this.#options.onProgress);
  }

  close(): void {
    for (const spool of this.#spools.values()) spool.close();
  }

  /** Bytes of one reading. */
  get #size(): number | null {
    return totalOf(this.inputs.map((input) => this.#spools.get(input)?.size ?? inputSize(input)));
  }

  /** @returns null where the consumer had enough before the end */
  async analyze(
    consumer: ConnectionConsumer,
    { where, observer }: { where?: (connection: Connection) => boolean; observer?: AnalysisObserver } = {},
  ): Promise<{ captures: CaptureInfo[]; summary: Summary | null }> {
    const { onWarning, onProgress, thresholds, mostConnections } = this.#options;
    const warn = this.#progress !== null || onWarning === undefined ? {} : { onWarning };
    this.#progress ??= new WholeProgress(Array(this.#times).fill(this.#size), onProgress);
    const input = await openCaptures(this.inputs, { ...warn, spools: this.#spools });
    try {
      const options = {
        ...warn,
        ...this.#progress.next(),
        ...(thresholds === undefined ? {} : { thresholds }),
        ...(mostConnections === undefined ? {} : { mostConnections }),
        ...(where === undefined ? {} : { where }),
        // Only the reading that collects packets makes records that are kept.
        calls: observer !== undefined,
      };
      const { captures, summary } = await analyzeInput(input, consumer, options, observer ?? null);
      return { captures, summary };
    } catch (error) {
      if (!(error instanceof Enough)) throw error;
      return { captures: input.captures, summary: null };
    } finally {
      await input.close();
    }
  }

  /** Collects the packets of those connections; reads no further than it must. */
  async collect(
    names: readonly StreamName[],
    onEnded?: ConstructorParameters<typeof FrameCollector>[2],
  ): Promise<{ captures: CaptureInfo[]; connections: CollectedConnection[] }> {
    const collector = new FrameCollector(names, this.#options.steps, onEnded);
    const consumer = {
      ended: (connection: EndedConnection) => collector.ended(connection),
      chunkDone: () => {
        if (collector.isComplete) throw new Enough('every wanted connection has ended');
      },
    };
    const { captures } = await this.analyze(consumer, { observer: collector });
    return { captures, connections: collector.collected() };
  }
}

async function oneStream(
  readings: Readings,
  { stream, protocol }: Extract<Choice, { by: 'stream' }>,
): Promise<Explained> {
  const known = new KnownStreams(stream);
  const { captures, connections } = await readings.collect([{ stream, protocol }], (connection) =>
    known.add(connection),
  );
  if (connections.length === 0) throw new InputError(known.unknown(readings.inputs, protocol));
  return { captures, connections: connections.map((found) => ({ ...found, exampleOf: [] })), leftOut: [] };
}

/** Which stream numbers there are: what to say of one that there is not. */
class KnownStreams {
  readonly #wanted: number;
  readonly #last = new Map<Protocol, number>();
  readonly #others: Protocol[] = [];

  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  add({ protocol, stream }: StreamName): void {
    this.#last.set(protocol, Math.max(stream, this.#last.get(protocol) ?? 0));
    if (stream === this.#wanted) this.#others.push(protocol);
  }

  unknown(inputs: string[], protocol: Protocol): string {
    const where = inputs.length === 1 ? `${inputs[0] === '-' ? 'standard input' : inputs[0]}: ` : '';
    const name = protocol.toUpperCase();
    const stream = this.#wanted;
    const [other] = this.#others;
    if (other !== undefined) {
      return `${where}stream ${stream} is no ${name} connection but ${other.toUpperCase()}: add --protocol ${other}`;
    }
    const last = this.#last.get(protocol);
    if (last === undefined) {
      const rest = [...this.#last].map(([each, number]) => `${each} 0 to ${number}`).join(', ');
      return `${where}there is no ${name} connection${rest === '' ? '' : `; streams are ${rest}`}`;
    }
    if (stream > last) return `${where}there is no ${name} stream ${stream}: the last one is ${last}`;
    return `${where}${name} stream ${stream} holds no packets of a connection: it is that of a tunnel, or only an ICMP error speaks of it`;
  }
}

async function matching(
  readings: Readings,
  matches: (connection: Connection) => boolean,
  { top }: ExplainOptions,
): Promise<Explained> {
  const first = new Selection<StreamName>(top, null, ({ protocol, stream }) => ({ protocol, stream }));
  await readings.analyze({ ended: (connection) => first.offer(connection) }, { where: matches });
  const { captures, connections } = await readings.collect(first.rows());
  const more = first.offered - connections.length;
  const leftOut = [];
  if (first.offered === 0) leftOut.push('no connection matches');
  if (more > 0) leftOut.push(`${counted(more, 'more connection')}: --top N`);
  return { captures, connections: connections.map((found) => ({ ...found, exampleOf: [] })), leftOut };
}

async function problems(readings: Readings, onlyTheWorst: boolean, { top }: ExplainOptions): Promise<Explained> {
  const first = new Selection<StreamName>(1, null, ({ protocol, stream }) => ({ protocol, stream }));
  const { summary, captures } = await readings.analyze({ ended: (connection) => first.offer(connection) });
  const examples = examplesOf(summary?.problems ?? []);
  // A connection without any problem is worth explaining where nothing else is asked for.
  const wanted = onlyTheWorst && examples.length === 0 ? first.rows() : examples.slice(0, onlyTheWorst ? 1 : top);
  const names = wanted.map(({ protocol, stream }) => ({ protocol, stream }));
  if (names.length === 0) {
    const what = first.offered === 0 ? 'there is no connection in it' : 'no connection has a problem';
    return { captures, connections: [], leftOut: [what] };
  }
  const collected = await readings.collect(names);
  const connections = collected.connections.map((found) => ({
    ...found,
    exampleOf: examples.find((example) => isSame(example, found.record))?.groups ?? [],
  }));
  return {
    captures: collected.captures,
    connections,
    leftOut: onlyTheWorst ? besides(first.offered, examples) : beyond(examples.length - names.length),
  };
}

/** A connection that stands for one kind of problem at one server, or for several. */
interface Example extends StreamName {
  groups: ProblemGroup[];
}

/** The examples of the problems, each connection once. */
function examplesOf(groups: readonly ProblemGroup[]): Example[] {
  const examples: Example[] = [];
  for (const group of groups) {
    const name = { protocol: group.protocol, stream: group.example };
    const known = examples.find((example) => isSame(example, name));
    if (known === undefined) examples.push({ ...name, groups: [group] });
    else known.groups.push(group);
  }
  return examples;
}

function isSame(a: StreamName, b: StreamName): boolean {
  return a.stream === b.stream && a.protocol === b.protocol;
}

function besides(connections: number, examples: Example[]): string[] {
  const lines = [];
  if (examples.length > 1) lines.push(`the worst of ${examples.length} examples of problems: --problems shows each`);
  if (examples.length === 0 && connections > 1) lines.push('no connection has a problem; this is the first');
  if (connections > 1) lines.push(`one of ${counted(connections, 'connection')}: --stream N, --where`);
  return lines;
}

function beyond(more: number): string[] {
  return more === 0 ? [] : [`${counted(more, 'more example')} of problems: --top N`];
}
