/** Most captures have few connections. */
const FIRST_SIZE = 64;

/**
 * Connections that are closed and wait to be reported, oldest first, in a ring that grows up to a size.
 *
 * A closed connection is kept for a while because segments of it may still come: a FIN sent again, the
 * last ACK. An entry may be stale: its row was reported earlier and is used anew; `stream` tells.
 */
export class ClosedQueue {
  #rows: Int32Array;
  #streams: Int32Array;
  #deadlines: Float64Array;
  #mask: number;
  readonly #capacity: number;
  #head = 0;
  #count = 0;
  /** Time of the oldest entry, Infinity where there is none: asked for every packet. */
  #due = Number.POSITIVE_INFINITY;

  /** @param capacity a power of two */
  constructor(capacity: number) {
    const size = Math.min(capacity, FIRST_SIZE);
    this.#capacity = capacity;
    this.#rows = new Int32Array(size);
    this.#streams = new Int32Array(size);
    this.#deadlines = new Float64Array(size);
    this.#mask = size - 1;
  }

  get isFull(): boolean {
    return this.#count === this.#capacity;
  }

  /** True when the oldest entry's time has come. @param seconds capture time */
  isDue(seconds: number): boolean {
    return seconds >= this.#due;
  }

  push(row: number, stream: number, deadline: number): void {
    if (this.#count > this.#mask) this.#grow();
    const at = (this.#head + this.#count) & this.#mask;
    this.#rows[at] = row;
    this.#streams[at] = stream;
    this.#deadlines[at] = deadline;
    if (this.#count++ === 0) this.#due = deadline;
  }

  /** Row and stream of the oldest entry, which `drop` then takes out. */
  get row(): number {
    return this.#rows[this.#head];
  }

  get stream(): number {
    return this.#streams[this.#head];
  }

  #grow(): void {
    const size = 2 * this.#rows.length;
    this.#rows = unrolled(this.#rows, this.#head, new Int32Array(size));
    this.#streams = unrolled(this.#streams, this.#head, new Int32Array(size));
    this.#deadlines = unrolled(this.#deadlines, this.#head, new Float64Array(size));
    this.#head = 0;
    this.#mask = size - 1;
  }

  drop(): void {
    this.#head = (this.#head + 1) & this.#mask;
    this.#due = --this.#count > 0 ? this.#deadlines[this.#head] : Number.POSITIVE_INFINITY;
  }
}

/** A full ring from its oldest entry on, at the start of a larger one. */
function unrolled<Ring extends Int32Array | Float64Array>(ring: Ring, head: number, larger: Ring): Ring {
  larger.set(ring.subarray(head));
  larger.set(ring.subarray(0, head), ring.length - head);
  return larger;
}
