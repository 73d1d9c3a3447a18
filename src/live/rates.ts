/** What is counted; all only grow. */
export interface Totals {
  packets: number;
  wireBytes: number;
  connections: number;
  failures: number;
}

export const NO_TOTALS: Totals = { packets: 0, wireBytes: 0, connections: 0, failures: 0 };

/** Seconds that the sparkline can look back. */
const SECONDS_KEPT = 240;

/** How fast the totals grow: each second's part, the last ones kept. */
export class Rates {
  /** Of the last second. */
  perSecond: Totals = NO_TOTALS;
  /** Bits of each of the last seconds, newest last. */
  readonly bits: number[] = [];
  #before: Totals = NO_TOTALS;

  /** @param seconds since the last tick */
  tick(now: Totals, seconds: number): void {
    const before = this.#before;
    this.#before = now;
    this.perSecond = {
      packets: (now.packets - before.packets) / seconds,
      wireBytes: (now.wireBytes - before.wireBytes) / seconds,
      connections: (now.connections - before.connections) / seconds,
      failures: (now.failures - before.failures) / seconds,
    };
    this.bits.push(this.perSecond.wireBytes * 8);
    if (this.bits.length > SECONDS_KEPT) this.bits.shift();
  }
}
