import { FLOAT_STRIDE } from './columns.ts';
import { EVENT_STRIDE } from './event-columns.ts';
import { KEYED_WORDS } from './time-wait-piles.ts';
import { USUAL_KEPT } from './usual.ts';
import { emptyUsualTables, makeUsualTables, OCCURRENCE_WORDS, type UsualSums } from './usual-sums.ts';
import { SUMS, WORDS } from './words.ts';

/** Where the tables of a tracker have their memory from. */
export interface TableMemory {
  readonly words: Int32Array;
  readonly sums: Float64Array;
  /** Rows, buckets of the flow table, and events, to begin with. */
  readonly firstRows: number;
  readonly firstBuckets: number;
  readonly firstEvents: number;
  /** Room for so many closed connections: a row and a stream for each, and a time. */
  closed(capacity: number): { rows: Int32Array; times: Float64Array };
  /** Where usual connections are added up. */
  usual(): UsualSums;
  /** Room for so many events. */
  events(capacity: number): { eventInts: Int32Array; eventTimes: Float64Array };
  /** A clean array of buckets, in place of the one before. */
  heads(length: number): Int32Array;
  /** Room for so many rows, with what the rows before hold. */
  rows(capacity: number): Float64Array;
  /** Nobody looks into its tables any more. */
  release(): void;
}

/** Tables for usual connections that were used before: to make them takes as long as to analyse a small capture. */
const spareTables: Pick<UsualSums, 'keyed' | 'occurrences'>[] = [];

/** Memory of the ordinary kind. */
export class OrdinaryMemory implements TableMemory {
  readonly words = new Int32Array(WORDS);
  readonly sums = new Float64Array(SUMS);
  /** A row has 1.2 kB, and most captures have few connections. */
  readonly firstRows = 32;
  readonly firstBuckets = 4096;
  readonly firstEvents = 64;
  #rows = new Float64Array(0);
  #tables: Pick<UsualSums, 'keyed' | 'occurrences'> | null = null;

  closed(capacity: number): { rows: Int32Array; times: Float64Array } {
    return { rows: new Int32Array(2 * capacity), times: new Float64Array(capacity) };
  }

  usual(): UsualSums {
    this.#tables = spareTables.pop() ?? {
      keyed: makeUsualTables(new Int32Array(KEYED_WORDS)),
      occurrences: new Float64Array(OCCURRENCE_WORDS),
    };
    return { connects: new Float64Array(USUAL_KEPT), ...this.#tables };
  }

  events(capacity: number): { eventInts: Int32Array; eventTimes: Float64Array } {
    return { eventInts: new Int32Array(capacity * EVENT_STRIDE), eventTimes: new Float64Array(capacity) };
  }

  heads(length: number): Int32Array {
    return new Int32Array(length);
  }

  rows(capacity: number): Float64Array {
    const rows = new Float64Array(capacity * FLOAT_STRIDE);
    rows.set(this.#rows);
    this.#rows = rows;
    return rows;
  }

  release(): void {
    if (this.#tables === null) return;
    emptyUsualTables(this.#tables);
    spareTables.push(this.#tables);
    this.#tables = null;
  }
}
