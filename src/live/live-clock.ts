/**
 * What time it is on the capture's clock. Packets tell it; while the analysis waits for packets, the wall clock moves
 * it on, so that a connection attempt into silence ends without another packet. Only the live display uses it.
 */
export class LiveClock {
  #seconds = 0;
  #waitingSince: number | null = null;
  readonly #wall: () => number;

  /** @param wall monotonic milliseconds */
  constructor(wall: () => number = () => performance.now()) {
    this.#wall = wall;
  }

  /** All that came has been read. @param seconds time of the last packet; null where none came since the last wait */
  wait(seconds: number | null): void {
    this.#seconds = seconds ?? this.now();
    this.#waitingSince = this.#wall();
  }

  /** Something came: until it is read, the time stands still. */
  resume(): void {
    this.#seconds = this.now();
    this.#waitingSince = null;
  }

  /** Seconds since 1970; 0 before the first packet. */
  now(): number {
    if (this.#seconds === 0 || this.#waitingSince === null) return this.#seconds;
    return this.#seconds + (this.#wall() - this.#waitingSince) / 1000;
  }
}
