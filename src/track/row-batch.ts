import { FLOAT_STRIDE, INT_STRIDE } from './columns.ts';
import { EVENT_STRIDE } from './event-columns.ts';
import { EventPool } from './events.ts';
import type { RecordSource } from './record-source.ts';
import type { Thresholds } from './thresholds.ts';
import { Zones } from './zones.ts';

/** A batch as it travels between threads: the rows themselves, and copies of the little that goes with them. */
export interface RowMessage {
  rows: ArrayBuffer;
  count: number;
  eventInts: Int32Array;
  eventTimes: Float64Array;
  /** Capture time when each row was copied. */
  nowSeconds: Float64Array;
  /** 1 where the capture had shown both directions by then. */
  isTwoWay: Uint8Array;
  zones: string[];
  thresholds: Thresholds;
}

/**
 * Rows of ended connections, copied with their events out of the tracker, so that their records can be made
 * elsewhere and later. A copy takes a hundredth of the time of its record.
 */
export class RowBatch {
  readonly ints: Int32Array;
  readonly floats: Float64Array;
  readonly #rows: ArrayBuffer;
  readonly #capacity: number;
  readonly #events = new EventPool();
  readonly #nowSeconds: Float64Array;
  readonly #isTwoWay: Uint8Array;
  #zones: string[] = [];
  #thresholds: Thresholds | null = null;
  count = 0;

  /** @param rows memory of an earlier batch to use again */
  constructor(capacity: number, rows = new ArrayBuffer(capacity * FLOAT_STRIDE * 8)) {
    this.#capacity = capacity;
    this.#rows = rows;
    this.ints = new Int32Array(rows);
    this.floats = new Float64Array(rows);
    this.#nowSeconds = new Float64Array(capacity);
    this.#isTwoWay = new Uint8Array(capacity);
  }

  get isFull(): boolean {
    return this.count === this.#capacity;
  }

  add(source: RecordSource, row: number): void {
    const copy = this.count++;
    this.ints.set(source.slab.ints.subarray(row * INT_STRIDE, (row + 1) * INT_STRIDE), copy * INT_STRIDE);
    source.events.copyTo(source.slab, row, this.#events, this, copy);
    this.#nowSeconds[copy] = source.nowSeconds;
    this.#isTwoWay[copy] = source.isTwoWay ? 1 : 0;
    this.#zones = source.zones.names;
    this.#thresholds = source.thresholds;
  }

  /** The batch for another thread, null where it is empty; transfer `rows`, the batch is of no use afterwards. */
  message(): RowMessage | null {
    const thresholds = this.#thresholds;
    if (thresholds === null) return null;
    const events = this.#events.used;
    return {
      rows: this.#rows,
      count: this.count,
      eventInts: this.#events.eventInts.slice(0, events * EVENT_STRIDE),
      eventTimes: this.#events.eventTimes.slice(0, events),
      nowSeconds: this.#nowSeconds,
      isTwoWay: this.#isTwoWay,
      zones: this.#zones,
      thresholds,
    };
  }
}

/** Calls `each` with what each row's record is made from. */
export function forEachRow(message: RowMessage, each: (source: RecordSource, row: number) => void): void {
  const source: RecordSource = {
    slab: { ints: new Int32Array(message.rows), floats: new Float64Array(message.rows) },
    events: EventPool.of(message.eventInts, message.eventTimes),
    zones: new Zones(message.zones),
    thresholds: message.thresholds,
    nowSeconds: 0,
    isTwoWay: false,
    turns: null,
  };
  for (let row = 0; row < message.count; row++) {
    source.nowSeconds = message.nowSeconds[row];
    source.isTwoWay = message.isTwoWay[row] === 1;
    each(source, row);
  }
}
