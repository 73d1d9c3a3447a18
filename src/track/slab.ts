import {
  C_CHAIN,
  C_STATUS,
  E_WINDOW,
  E_WINDOW_SCALE,
  ENDPOINT_INT_0,
  ENDPOINT_INT_STRIDE,
  INT_STRIDE,
} from './columns.ts';
import { OrdinaryMemory, type TableMemory } from './table-memory.ts';
import { W_FREE_ROW, W_ROWS_CAPACITY, W_ROWS_HIGH, W_ROWS_USED } from './words.ts';

/** The two views of rows: enough to read them. */
export interface Rows {
  readonly ints: Int32Array;
  readonly floats: Float64Array;
}

/**
 * Rows of memory, one a connection (columns.ts), handed out and taken back; seen as int32 and as float64. Beside them
 * the words and sums of what spans connections (words.ts).
 *
 * Objects would cost four times as much a packet: the garbage collector and pointer chasing. The arrays
 * are replaced when the slab grows, so read `ints` and `floats` afresh after `allocate`.
 */
export class Slab {
  ints: Int32Array;
  floats: Float64Array;
  readonly words: Int32Array;
  readonly sums: Float64Array;
  readonly memory: TableMemory;

  /** @param capacity to begin with */
  constructor(capacity = 32, memory: TableMemory = new OrdinaryMemory()) {
    this.memory = memory;
    this.words = memory.words;
    this.sums = memory.sums;
    this.words[W_ROWS_CAPACITY] = capacity;
    this.floats = memory.rows(capacity);
    this.ints = intsOf(this.floats);
  }

  /** Rows handed out and not yet taken back. */
  get used(): number {
    return this.words[W_ROWS_USED];
  }

  /** Rows that were ever handed out; those beyond were never touched. */
  get high(): number {
    return this.words[W_ROWS_HIGH];
  }

  /** A clean row: its number. Multiply by INT_STRIDE and FLOAT_STRIDE for where it begins. */
  allocate(): number {
    this.makeRoom();
    return takeRow(this);
  }

  /** Sees to it that `takeRow` finds a row. */
  makeRoom(): void {
    if (!hasRoom(this)) this.#grow();
  }

  /** Takes a row back; the next `allocate` may hand it out again. */
  release(row: number): void {
    this.words[W_ROWS_USED]--;
    freeRow(this, row);
  }

  #grow(): void {
    this.words[W_ROWS_CAPACITY] *= 2;
    this.floats = this.memory.rows(this.words[W_ROWS_CAPACITY]);
    this.ints = intsOf(this.floats);
  }
}

/** A row is free, or was never used. */
export function hasRoom({ words }: Slab): boolean {
  return words[W_FREE_ROW] !== 0 || words[W_ROWS_HIGH] < words[W_ROWS_CAPACITY];
}

/** Takes a row back that counts as used no more. */
export function freeRow({ ints, words }: Slab, row: number): void {
  ints[row * INT_STRIDE + C_STATUS] = 0;
  ints[row * INT_STRIDE + C_CHAIN] = words[W_FREE_ROW];
  words[W_FREE_ROW] = row + 1;
}

/** A clean row, where there is room. */
export function takeRow({ ints, words }: Slab): number {
  let row = words[W_FREE_ROW] - 1;
  if (row >= 0) {
    words[W_FREE_ROW] = ints[row * INT_STRIDE + C_CHAIN];
  } else {
    row = words[W_ROWS_HIGH];
    words[W_ROWS_HIGH] = row + 1;
  }
  words[W_ROWS_USED]++;
  const at = row * INT_STRIDE;
  ints.fill(0, at, at + INT_STRIDE);
  const first = at + ENDPOINT_INT_0;
  const second = first + ENDPOINT_INT_STRIDE;
  // Neither window is known, so neither is closed.
  ints[first + E_WINDOW] = -1;
  ints[first + E_WINDOW_SCALE] = -1;
  ints[second + E_WINDOW] = -1;
  ints[second + E_WINDOW_SCALE] = -1;
  return row;
}

function intsOf(floats: Float64Array): Int32Array {
  return new Int32Array(floats.buffer, floats.byteOffset, 2 * floats.length);
}
