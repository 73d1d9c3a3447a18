import { FLOAT_STRIDE } from '../track/columns.ts';
import { EVENT_STRIDE } from '../track/event-columns.ts';
import type { TableMemory } from '../track/table-memory.ts';
import { KEYED_WORDS } from '../track/time-wait-piles.ts';
import { USUAL_KEPT } from '../track/usual.ts';
import { makeUsualTables, OCCURRENCE_WORDS, type UsualSums } from '../track/usual-sums.ts';
import { SUMS, WORDS } from '../track/words.ts';
import {
  CLOSED_AT,
  CLOSED_TIMES_AT,
  CONNECTS_AT,
  END,
  EVENT_TIMES_AT,
  EVENTS_AT,
  HEADS_AT,
  KEYED_AT,
  OCCURRENCES_AT,
  ROWS_AT,
  SUMS_AT,
  WINDOW_AT,
  WORDS_AT,
} from './memory-map.ts';
import { type Memory, webAssembly } from './webassembly.ts';

const PAGE = 65_536;
const BYTES_PER_ROW = FLOAT_STRIDE * Float64Array.BYTES_PER_ELEMENT;
/** Most buckets, events and rows that there is room for, and the longest window. */
const MOST_HEADS = (WINDOW_AT - HEADS_AT) / Int32Array.BYTES_PER_ELEMENT;
const MOST_EVENTS = 65_536;
const MOST_ROWS = Math.floor((END - ROWS_AT) / BYTES_PER_ROW);
export const LONGEST_WINDOW = EVENTS_AT - WINDOW_AT;

/**
 * Memory that the fast lane shares with JavaScript: a window into the capture and the tables of the tracker, at the
 * places of memory-map.ts. Shared memory, not because a second thread looks at it, but because views of it stay good
 * when it grows; and it grows in place.
 */
export class LaneMemory implements TableMemory {
  readonly memory: Memory;
  readonly words: Int32Array;
  readonly sums: Float64Array;
  /** Large captures have many connections. */
  readonly firstRows = 4096;
  readonly firstBuckets = 16_384;
  readonly firstEvents = MOST_EVENTS;
  /** The tables have outgrown what the lane can reach: it is closed, and they go on in ordinary memory. */
  isOutgrown = false;
  #rows: Float64Array | null = null;

  /** @throws RangeError where the system gives no address space for it */
  constructor() {
    this.memory = new webAssembly.Memory({ initial: ROWS_AT / PAGE, maximum: END / PAGE, shared: true });
    this.words = new Int32Array(this.memory.buffer, WORDS_AT, WORDS);
    this.sums = new Float64Array(this.memory.buffer, SUMS_AT, SUMS);
  }

  /** Room for chunks of the capture. @param length up to LONGEST_WINDOW */
  window(length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, WINDOW_AT, length);
  }

  closed(capacity: number): { rows: Int32Array; times: Float64Array } {
    return {
      rows: new Int32Array(this.memory.buffer, CLOSED_AT, 2 * capacity),
      times: new Float64Array(this.memory.buffer, CLOSED_TIMES_AT, capacity),
    };
  }

  usual(): UsualSums {
    return {
      connects: new Float64Array(this.memory.buffer, CONNECTS_AT, USUAL_KEPT),
      keyed: makeUsualTables(new Int32Array(this.memory.buffer, KEYED_AT, KEYED_WORDS)),
      occurrences: new Float64Array(this.memory.buffer, OCCURRENCES_AT, OCCURRENCE_WORDS),
    };
  }

  events(capacity: number): { eventInts: Int32Array; eventTimes: Float64Array } {
    if (capacity > MOST_EVENTS) {
      this.isOutgrown = true;
      return { eventInts: new Int32Array(capacity * EVENT_STRIDE), eventTimes: new Float64Array(capacity) };
    }
    return {
      eventInts: new Int32Array(this.memory.buffer, EVENTS_AT, capacity * EVENT_STRIDE),
      eventTimes: new Float64Array(this.memory.buffer, EVENT_TIMES_AT, capacity),
    };
  }

  heads(length: number): Int32Array {
    if (length > MOST_HEADS) {
      this.isOutgrown = true;
      return new Int32Array(length);
    }
    return new Int32Array(this.memory.buffer, HEADS_AT, length).fill(0);
  }

  rows(capacity: number): Float64Array {
    if (this.isOutgrown || capacity > MOST_ROWS || !this.#reach(ROWS_AT + capacity * BYTES_PER_ROW)) {
      this.isOutgrown = true;
      const rows = new Float64Array(capacity * FLOAT_STRIDE);
      if (this.#rows !== null) rows.set(this.#rows);
      this.#rows = rows;
    } else {
      this.#rows = new Float64Array(this.memory.buffer, ROWS_AT, capacity * FLOAT_STRIDE);
    }
    return this.#rows;
  }

  release(): void {
    // It goes as a whole.
  }

  /** Makes the memory so long. False where the system gives no more. */
  #reach(length: number): boolean {
    const missing = Math.ceil((length - this.memory.buffer.byteLength) / PAGE);
    try {
      if (missing > 0) this.memory.grow(missing);
      return true;
    } catch {
      return false;
    }
  }
}
