/**
 * Lets work take a share of the time, counted in the CPU time that it takes: on a busy machine it is not the work's
 * fault that the clock runs on. Some may be saved up for when much comes at once.
 */
export class Budget {
  readonly #share: number;
  readonly #most: number;
  readonly #clock: () => number;
  readonly #cpu: () => number;
  #credit: number;
  #creditAt: number;

  /** @param share of the time, 0 to 1 @param most milliseconds that are saved up @param clock, cpu milliseconds */
  constructor(share: number, most: number, clock: () => number, cpu: () => number = cpuTime) {
    this.#share = share;
    this.#most = most;
    this.#clock = clock;
    this.#cpu = cpu;
    this.#credit = most;
    this.#creditAt = clock();
  }

  /** Does the work, if there is time for it: what it takes too much is missing the next time. */
  spend(work: () => void): void {
    const now = this.#clock();
    this.#credit = Math.min(this.#most, this.#credit + (now - this.#creditAt) * this.#share);
    this.#creditAt = now;
    if (this.#credit <= 0) return;
    const before = this.#cpu();
    work();
    this.#credit -= this.#cpu() - before;
  }
}

/** Milliseconds of CPU time that this process has taken. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
