import { E_WINDOW, E_WINDOW_SCALE, ENDPOINT_INT_0, ENDPOINT_INT_STRIDE, FLOAT_STRIDE, INT_STRIDE } from './columns.ts';

/** The two views of rows: enough to read them. */
export interface Rows {
  readonly ints: Int32Array;
  readonly floats: Float64Array;
}

/**
 * Rows of memory, one a connection (columns.ts), handed out and taken back; seen as int32 and as float64.
 *
 * Objects would cost four times as much a packet: the garbage collector and pointer chasing. The arrays
 * are replaced when the slab grows, so read `ints` and `floats` afresh after `allocate`.
 */
export class Slab {
  ints: Int32Array;
  floats: Float64Array;
  /** Rows handed out and not yet taken back. */
  used = 0;
  /** Rows that were ever handed out; those beyond were never touched. */
  high = 0;
  #capacity: number;
  #free: Int32Array;
  #freeCount = 0;

  /** @param capacity to begin with: a row has 1.2 kB, and most captures have few connections */
  constructor(capacity = 32) {
    this.#capacity = capacity;
    this.floats = new Float64Array(capacity * FLOAT_STRIDE);
    this.ints = new Int32Array(this.floats.buffer);
    this.#free = new Int32Array(capacity);
  }

  /** A clean row: its number. Multiply by INT_STRIDE and FLOAT_STRIDE for where it begins. */
  allocate(): number {
    this.used++;
    let row: number;
    if (this.#freeCount > 0) {
      row = this.#free[--this.#freeCount];
    } else {
      if (this.high === this.#capacity) this.#grow();
      row = this.high++;
    }
    const ints = this.ints;
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

  /** Takes a row back; the next `allocate` may hand it out again. */
  release(row: number): void {
    this.used--;
    this.#free[this.#freeCount++] = row;
  }

  #grow(): void {
    this.#capacity *= 2;
    const floats = new Float64Array(this.#capacity * FLOAT_STRIDE);
    this.ints = new Int32Array(floats.buffer);
    this.ints.set(new Int32Array(this.floats.buffer));
    this.floats = floats;
    const free = new Int32Array(this.#capacity);
    free.set(this.#free);
    this.#free = free;
  }
}
