import { decode } from '../parsers/decode.ts';
import { PacketView } from '../parsers/packet-view.ts';
import { type CaptureInput, openCaptures } from './capture/input.ts';
import { type EndedConnection, EndedRow } from './ended-connection.ts';
import { FastLane } from './lane/fast-lane.ts';
import type { Connection } from './record.ts';
import { SummaryBuilder } from './summarize.ts';
import type { CaptureInfo, Summary } from './summary.ts';
import type { RecordSource } from './track/record-source.ts';
import type { RowObserver } from './track/row-observer.ts';
import { DEFAULT_THRESHOLDS, type Thresholds } from './track/thresholds.ts';
import { formatTime } from './track/times.ts';
import { Tracker } from './track/tracker.ts';
import { INT32_MAX, W_FAILED_FROM, W_TWO_WAY, W_USUAL_FROM } from './track/words.ts';

export { type EndedConnection, SORT_KEYS, type SortKey } from './ended-connection.ts';

/** What a user may set for an analysis. */
export interface AnalyzeOptions {
  /**
   * 'end' (default): connections come when they have ended and their memory is used again.
   * 'capture': they come after the last packet, in order of their first frame; memory grows with their number.
   */
  order?: 'end' | 'capture';
  /** Only connections for which this is true are handed out and counted in the summary. */
  where?: Where;
  /** Records say what socket calls the packets show (`sockets.client.calls`); takes memory for every open connection. */
  calls?: boolean;
  /** False: the summary counts packets and frames alone, for who wants the connections and not what they add up to. */
  summarize?: boolean;
  /** From where on something is worth a finding. */
  thresholds?: Partial<Thresholds>;
  /** Open connections kept at once (default 1,000,000, about 1.3 GB); beyond, the longest idle is reported as it is. */
  mostConnections?: number;
  /** Called once in a while with the bytes read so far and the size of the input (null for a pipe). */
  onProgress?: (bytesRead: number, bytesTotal: number | null) => void;
  /** Called with one line for everything the user should know: a cut file, an unknown link type. */
  onWarning?: (message: string) => void;
}

/** Chooses connections. */
export interface Where {
  (connection: Connection): boolean;
  /** It reads a field or two during the call: a view is enough for it, which costs less than a record. */
  readonly keepsNothing?: boolean;
}

/** Takes what the analysis finds, as it finds it. */
export interface ConnectionConsumer {
  ended(connection: EndedConnection): void;
  /**
   * Connections that begin at this frame or later need not be handed out where nothing is to be said of them: they are
   * counted in the summary. May fall while the analysis runs.
   */
  readonly needlessFrom?: number;
  /** The same for connections that were refused or not answered, of which there is nothing else to say; else `needlessFrom`. */
  readonly failedNeedlessFrom?: number;
  /** Called after each chunk of input: the place to wait for a slow output. */
  chunkDone?(): void | Promise<void>;
}

/** Looks on while an analysis runs; it is called for every packet, so it must be quick. */
export interface AnalysisObserver extends RowObserver {
  /** Called once, before the first packet. */
  begin(analysis: RunningAnalysis): void;
}

/** An analysis that has not ended: what may be looked at between two packets. */
export interface RunningAnalysis {
  readonly source: RecordSource;
  readonly tracker: Pick<Tracker, 'packets' | 'wireBytes' | 'evicted' | 'visit'>;
  /** The last packet; its time is the time of the analysis. */
  readonly packet: Readonly<PacketView>;
  /**
   * The row's connection as far as it has come. Valid until the next call.
   * @param nowSeconds capture time, where it is later than that of the last packet
   */
  connection(row: number, nowSeconds?: number): EndedConnection;
  /**
   * What the analysis would say if the capture ended here; nothing of it changes.
   * @param consumer has been given the connections that have ended, and is now given the others
   */
  resultSoFar(consumer: ConnectionConsumer): AnalysisResult;
}

export interface AnalysisResult {
  captures: CaptureInfo[];
  summary: Summary;
}

const MOST_CONNECTIONS = 1_000_000;

/**
 * The whole flow: bytes of the inputs, packets, connections, into the consumer.
 *
 * @param inputs paths of capture files, '-' for standard input; several are read as one in time order
 * @throws CaptureFormatError or an InputError for what cannot be read at all
 */
export async function analyzeInto(
  inputs: string[],
  consumer: ConnectionConsumer,
  options: AnalyzeOptions = {},
): Promise<AnalysisResult> {
  const { onWarning } = options;
  const lane = new FastLane();
  // Packets of several files come in order of their times, from several windows.
  const input = await openCaptures(inputs, {
    ...(onWarning === undefined ? {} : { onWarning }),
    ...(inputs.length === 1 ? { makeWindow: lane.window } : {}),
  });
  try {
    return await analyzeInput(input, consumer, options, null, lane);
  } finally {
    await input.close();
  }
}

/**
 * The same for an input that is open, and for one that looks on.
 * @param lane gave the input its window
 */
export async function analyzeInput(
  input: CaptureInput,
  consumer: ConnectionConsumer,
  options: AnalyzeOptions = {},
  observer: AnalysisObserver | null = null,
  lane = new FastLane(),
): Promise<AnalysisResult> {
  const { where } = options;
  const span = new CaptureSpan();
  const thresholds = { ...DEFAULT_THRESHOLDS, ...options.thresholds };
  // Of a pipe nobody knows when more will come.
  const mayWait = lane.memory !== undefined && input.bytesTotal !== null && observer === null;
  const tracker = new Tracker({
    thresholds,
    retain: options.order === 'capture',
    mostConnections: options.mostConnections ?? MOST_CONNECTIONS,
    turns: options.calls === true,
    interfaceName: (packet) => input.interfaceName(packet),
    ended: (row) => handOut(row, summary, consumer),
    observer,
    mayWait,
    ...(lane.memory === undefined ? {} : { memory: lane.memory }),
  });
  const summary = new SummaryBuilder(tracker.slab, tracker.usual);
  const source = {
    slab: tracker.slab,
    events: tracker.events,
    zones: tracker.zones,
    thresholds,
    nowSeconds: 0,
    isTwoWay: false,
    turns: tracker.turns,
  };
  const connection = new EndedRow(source);
  const view = new PacketView();

  const setTo = (row: number, nowSeconds = tracker.now) => {
    source.nowSeconds = nowSeconds;
    source.isTwoWay = tracker.slab.words[W_TWO_WAY] !== 0;
    connection.set(row);
    return connection;
  };
  const handOut = (row: number, total: SummaryBuilder, to: ConnectionConsumer) => {
    setTo(row);
    if (where !== undefined && !where(where.keepsNothing ? connection.view() : connection.record())) return;
    if (options.summarize !== false) total.add(source, row, connection);
    to.ended(connection);
  };
  // Who chooses connections or looks on must see each.
  const seesAll = where !== undefined || options.summarize === false || observer !== null || tracker.turns !== null;
  const maySkip = !seesAll && options.order !== 'capture';
  const makeRoom = () => {
    if (!mayWait) tracker.reportLeft();
    summary.addConnects();
    if (!maySkip) return;
    const needlessFrom = consumer.needlessFrom ?? INT32_MAX;
    tracker.slab.words[W_USUAL_FROM] = Math.min(needlessFrom, INT32_MAX);
    tracker.slab.words[W_FAILED_FROM] = Math.min(consumer.failedNeedlessFrom ?? needlessFrom, INT32_MAX);
  };
  const result = (total: SummaryBuilder): AnalysisResult => ({
    captures: input.captures,
    summary: {
      packets: tracker.packets,
      wireBytes: tracker.wireBytes,
      ...span.record(tracker),
      ...total.finish(),
      otherFrames: tracker.frames.list(),
      evicted: tracker.evicted,
    },
  });
  observer?.begin({
    source,
    tracker,
    packet: view,
    connection: setTo,
    resultSoFar: (to) => {
      const total = summary.copy();
      tracker.visit((row) => {
        handOut(row, total, to);
      });
      return result(total);
    },
  });

  makeRoom();
  while (await input.fill()) {
    lane.run();
    while (input.next(view)) {
      if (tracker.packets === 0) {
        span.begin(view);
        if (observer === null && tracker.turns === null) lane.open(input.plainRecords ?? null);
      }
      if (!lane.follow(view)) {
        decode(view);
        tracker.update(view);
      }
      lane.run();
    }
    makeRoom();
    options.onProgress?.(input.bytesRead, input.bytesTotal);
    await consumer.chunkDone?.();
  }
  for (let row = 0; row < tracker.slab.high; ) {
    row = lane.finish(tracker, row);
    makeRoom();
  }
  summary.addUsual();
  await consumer.chunkDone?.();
  const ended = result(summary);
  // Who looks on may go on to do so.
  if (observer === null) tracker.slab.memory.release();
  return ended;
}

/** Time of the first packet, and how far the last one is from it. */
class CaptureSpan {
  #seconds = 0;
  #nanoseconds = 0;

  begin(view: PacketView): void {
    this.#seconds = view.seconds;
    this.#nanoseconds = view.nanoseconds;
  }

  record(last: Tracker): { start: string | null; end: string | null; duration: number } {
    if (last.packets === 0) return { start: null, end: null, duration: 0 };
    const elapsed = (last.seconds - this.#seconds) * 1e9 + last.nanoseconds - this.#nanoseconds;
    return {
      start: formatTime(this.#seconds, this.#nanoseconds),
      end: formatTime(last.seconds, last.nanoseconds),
      duration: elapsed / 1e9,
    };
  }
}
