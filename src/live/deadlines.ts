/**
 * Connections to look at again when a second of the capture has come. One array a second, so that adding and taking
 * cost the same however many wait; an entry may be stale (its row is used anew), the frame tells.
 */
export class Deadlines {
  /** Second → row and first frame of each connection, in turn. */
  readonly #bySecond = new Map<number, number[]>();

  /** @param second capture time @param firstFrame of the connection: what tells it from others in the same row */
  add(second: number, row: number, firstFrame: number): void {
    const waiting = this.#bySecond.get(second);
    if (waiting === undefined) this.#bySecond.set(second, [row, firstFrame]);
    else waiting.push(row, firstFrame);
  }

  /** Hands out what is due, the earliest first. New entries may be added meanwhile. */
  due(now: number, visit: (row: number, firstFrame: number) => void): void {
    const seconds = [...this.#bySecond.keys()].filter((second) => second <= now).sort((a, b) => a - b);
    for (const second of seconds) {
      const waiting = this.#bySecond.get(second) ?? [];
      this.#bySecond.delete(second);
      for (let i = 0; i < waiting.length; i += 2) visit(waiting[i], waiting[i + 1]);
    }
  }
}
