/**
 * Connections that are closed and wait to be reported, oldest first, in a ring of fixed size.
 *
 * A closed connection is kept for a while because segments of it may still come: a FIN sent again, the
 * last ACK. An entry may be stale: its row was reported earlier and is used anew; `stream` tells.
 */
export class ClosedQueue {
  readonly #rows: Int32Array;
  readonly #streams: Int32Array;
  readonly #deadlines: Float64Array;
  readonly #mask: number;
  #head = 0;
  #count = 0;

  /** @param capacity a power of two */
  constructor(capacity: number) {
    this.#rows = new Int32Array(capacity);
    this.#streams = new Int32Array(capacity);
    this.#deadlines = new Float64Array(capacity);
    this.#mask = capacity - 1;
  }

  get isFull(): boolean {
    return this.#count > this.#mask;
  }

  /** True when the oldest entry's time has come. @param seconds capture time */
  isDue(seconds: number): boolean {
    return this.#count > 0 && seconds >= this.#deadlines[this.#head];
  }

  push(row: number, stream: number, deadline: number): void {
    const at = (this.#head + this.#count) & this.#mask;
    this.#rows[at] = row;
    this.#streams[at] = stream;
    this.#deadlines[at] = deadline;
    this.#count++;
  }

  /** Row and stream of the oldest entry, which `drop` then takes out. */
  get row(): number {
    return this.#rows[this.#head];
  }

  get stream(): number {
    return this.#streams[this.#head];
  }

  drop(): void {
    this.#head = (this.#head + 1) & this.#mask;
    this.#count--;
  }
}
