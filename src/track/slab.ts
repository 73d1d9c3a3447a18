import { E_WINDOW_SCALE, ENDPOINT_INT_0, ENDPOINT_INT_STRIDE, FLOAT_STRIDE, INT_STRIDE } from './columns.ts';

/**
 * Rows of two typed arrays, one row a connection (columns.ts), handed out and taken back.
 *
 * Objects would cost four times as much a packet: the garbage collector and pointer chasing. The arrays
 * are replaced when they grow, so read `ints` and `floats` afresh after `allocate`.
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

  constructor(capacity = 1024) {
    this.#capacity = capacity;
    this.ints = new Int32Array(capacity * INT_STRIDE);
    this.floats = new Float64Array(capacity * FLOAT_STRIDE);
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
    ints[at + ENDPOINT_INT_0 + E_WINDOW_SCALE] = -1;
    ints[at + ENDPOINT_INT_0 + ENDPOINT_INT_STRIDE + E_WINDOW_SCALE] = -1;
    this.floats.fill(0, row * FLOAT_STRIDE, (row + 1) * FLOAT_STRIDE);
    return row;
  }

  /** Takes a row back; the next `allocate` may hand it out again. */
  release(row: number): void {
    this.used--;
    this.#free[this.#freeCount++] = row;
  }

  #grow(): void {
    this.#capacity *= 2;
    const ints = new Int32Array(this.#capacity * INT_STRIDE);
    ints.set(this.ints);
    this.ints = ints;
    const floats = new Float64Array(this.#capacity * FLOAT_STRIDE);
    floats.set(this.floats);
    this.floats = floats;
    const free = new Int32Array(this.#capacity);
    free.set(this.#free);
    this.#free = free;
  }
}
