import { PacketView } from '../../parsers/packet-view.ts';
import type { AnalysisObserver, ConnectionConsumer, RunningAnalysis } from '../analyze.ts';
import type { EndedConnection } from '../ended-connection.ts';
import type { Connection, Protocol } from '../record.ts';
import { C_PROTOCOL, C_STREAM, FLOAT_STRIDE, INT_STRIDE, T_NOW } from '../track/columns.ts';
import { Cursor } from '../track/cursor.ts';
import type { RecordSource } from '../track/record-source.ts';
import { clientOf } from '../track/roles.ts';
import type { Rows } from '../track/slab.ts';
import { seconds, watchedUntil } from '../track/times.ts';
import { type EndpointIndex, FrameReader, isIcmp } from './frame.ts';
import type { Step } from './step.ts';
import { StepList } from './step-list.ts';

/** A connection with the packets that made it. */
export interface CollectedConnection {
  record: Connection;
  steps: readonly Step[];
  /** Whole seconds since 1970 that the times of the steps count from. */
  baseSeconds: number;
  /** Of each endpoint: the sequence number that counts as 0; null where it is not known. */
  bases: readonly [number | null, number | null];
  /** Which endpoint of the steps is the client. */
  client: EndpointIndex;
  /** Seconds that it was watched after its last packet. */
  silence: number;
}

/** What names a connection within a capture. */
export interface StreamName {
  protocol: Protocol;
  stream: number;
}

const PROTOCOL_NUMBERS: Record<Protocol, number> = { tcp: 6, udp: 17, sctp: 132 };
/** Stream numbers are below 2^32 / 256: a protocol's number fits beside them in a double. */
const PROTOCOLS = 256;

/** Follows an analysis and collects the packets of chosen connections. */
export class FrameCollector implements ConnectionConsumer, AnalysisObserver {
  readonly #wanted: Map<number, Collecting>;
  readonly #order: readonly StreamName[];
  readonly #onEnded: (connection: EndedConnection) => void;
  readonly #cursor = new Cursor();
  #source: RecordSource | null = null;
  #slab: Rows = NO_ROWS;
  #packet: Readonly<PacketView> = new PacketView();
  #missing: number;

  /**
   * @param mostSteps rows that are kept of each connection
   * @param onEnded called for each connection that ends, also those that are not wanted
   */
  constructor(
    wanted: readonly StreamName[],
    mostSteps: number,
    onEnded: (connection: EndedConnection) => void = () => {},
  ) {
    this.#order = wanted;
    this.#wanted = new Map(wanted.map((name) => [keyOf(name), new Collecting(mostSteps)]));
    this.#missing = this.#wanted.size;
    this.#onEnded = onEnded;
  }

  /** Everything that is wanted has ended: what is left of the capture changes nothing. */
  get isComplete(): boolean {
    return this.#missing === 0;
  }

  begin({ source, packet }: RunningAnalysis): void {
    this.#source = source;
    this.#slab = source.slab;
    this.#packet = packet;
  }

  updated(row: number, sender: number): void {
    const { ints } = this.#slab;
    const at = row * INT_STRIDE;
    const collecting = this.#wanted.get(ints[at + C_STREAM] * PROTOCOLS + (ints[at + C_PROTOCOL] & 0xff));
    if (collecting === undefined) return;
    this.#cursor.set(this.#slab, row, sender);
    collecting.row = row;
    collecting.add(this.#cursor, this.#packet);
  }

  left(): void {}

  ended(connection: EndedConnection): void {
    this.#onEnded(connection);
    const { protocol, stream } = connection;
    const collecting = this.#wanted.get(keyOf({ protocol, stream }));
    if (collecting === undefined || collecting.record !== null) return;
    collecting.record = connection.record();
    if (this.#source !== null) collecting.silence = silenceAfter(this.#source, collecting.row);
    this.#missing--;
  }

  /** Those that were found, in the order in which they were asked for. */
  collected(): CollectedConnection[] {
    const found: CollectedConnection[] = [];
    for (const name of this.#order) {
      const { record, steps, reader, client, silence } = this.#wanted.get(keyOf(name)) ?? NOTHING;
      if (record === null) continue;
      const { baseSeconds, bases } = reader;
      found.push({ record, steps: steps.steps(), baseSeconds, bases, client, silence });
    }
    return found;
  }
}

/** One connection while it goes on. */
class Collecting {
  readonly reader = new FrameReader();
  readonly steps: StepList;
  client: EndpointIndex = 0;
  /** Where it stands in the tracker while it goes on. */
  row = 0;
  silence = 0;
  record: Connection | null = null;

  constructor(mostSteps: number) {
    this.steps = new StepList(mostSteps);
  }

  add(cursor: Cursor, view: Readonly<PacketView>): void {
    if (isIcmp(view)) {
      this.steps.addIcmp(this.reader.readIcmp(cursor, view));
      return;
    }
    this.steps.add(this.reader.read(cursor, view));
    // Who is the client may only come out on the way; the last packet's answer is that of the record.
    this.client = clientOf(cursor.ints, cursor.at) === 0 ? 0 : 1;
  }
}

function silenceAfter(source: RecordSource, row: number): number {
  const times = row * FLOAT_STRIDE;
  return Math.max(0, watchedUntil(source, times) - seconds(source.slab.floats[times + T_NOW]));
}

/** Until the analysis begins. */
const NO_ROWS: Rows = { ints: new Int32Array(0), floats: new Float64Array(0) };

const NOTHING = new Collecting(0);

function keyOf({ protocol, stream }: StreamName): number {
  return stream * PROTOCOLS + PROTOCOL_NUMBERS[protocol];
}
