/** The largest of about the last one to two periods: those of this period and of the one before. */
export class LargestRecently<T> {
  readonly #count: number;
  readonly #period: number;
  #current: { value: number; what: T }[] = [];
  #before: { value: number; what: T }[] = [];
  #began = Number.NEGATIVE_INFINITY;

  /** @param count how many are kept @param period seconds */
  constructor(count: number, period: number) {
    this.#count = count;
    this.#period = period;
  }

  /** @param now seconds, by the same clock each time @param describe called when it is among the largest */
  offer(value: number, now: number, describe: () => T): void {
    this.#turn(now);
    const list = this.#current;
    if (list.length === this.#count && value <= list[list.length - 1].value) return;
    const at = list.findIndex((each) => each.value < value);
    list.splice(at < 0 ? list.length : at, 0, { value, what: describe() });
    if (list.length > this.#count) list.pop();
  }

  /** Largest first. */
  list(now: number): { value: number; what: T }[] {
    this.#turn(now);
    return [...this.#current, ...this.#before].sort((a, b) => b.value - a.value).slice(0, this.#count);
  }

  #turn(now: number): void {
    if (now < this.#began + this.#period) return;
    this.#before = now < this.#began + 2 * this.#period ? this.#current : [];
    this.#current = [];
    this.#began = now;
  }
}

/** The last ones, newest first. */
export class Latest<T> {
  readonly #count: number;
  readonly #ring: T[] = [];
  #at = 0;

  constructor(count: number) {
    this.#count = count;
  }

  add(what: T): void {
    this.#ring[this.#at] = what;
    this.#at = (this.#at + 1) % this.#count;
  }

  list(): T[] {
    return [...this.#ring.slice(0, this.#at).reverse(), ...this.#ring.slice(this.#at).reverse()];
  }
}
