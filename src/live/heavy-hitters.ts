interface Counted<T> {
  weight: number;
  what: T;
}

/**
 * The heaviest of any number of keys, in bounded memory (Misra and Gries 1982, with weights): when there are too many,
 * the weight of the lightest to be kept is taken from all, and who has none left goes. A weight is too small by the
 * sum of all weights divided by the number of keys kept at the most, so nobody heavier than that is missed.
 */
export class HeavyHitters<T> {
  readonly #kept: number;
  readonly #counts = new Map<string, Counted<T>>();

  constructor(kept: number) {
    this.#kept = kept;
  }

  /** @param describe called when the key is new here */
  add(key: string, weight: number, describe: () => T): void {
    const known = this.#counts.get(key);
    if (known !== undefined) {
      known.weight += weight;
      return;
    }
    this.#counts.set(key, { weight, what: describe() });
    if (this.#counts.size >= 2 * this.#kept) this.#lighten();
  }

  /** Weights of long ago fade. */
  fade(factor: number): void {
    for (const [key, counted] of this.#counts) {
      counted.weight *= factor;
      if (counted.weight < 1) this.#counts.delete(key);
    }
  }

  /** The heaviest first. */
  top(count: number): Counted<T>[] {
    return [...this.#counts.values()].sort((a, b) => b.weight - a.weight).slice(0, count);
  }

  get size(): number {
    return this.#counts.size;
  }

  #lighten(): void {
    const weights = Float64Array.from([...this.#counts.values()], ({ weight }) => weight).sort();
    const taken = weights[weights.length - 1 - this.#kept];
    for (const [key, counted] of this.#counts) {
      counted.weight -= taken;
      if (counted.weight <= 0) this.#counts.delete(key);
    }
  }
}
