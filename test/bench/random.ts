/** A seeded generator of uniform numbers in [0, 1): the same seed gives the same capture everywhere. */
export type Random = () => number;

/** mulberry32: 32 bits of state are plenty to draw packet sizes with. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

/** Exponentially distributed waiting time with this mean. */
export function waiting(random: Random, mean: number): number {
  return -Math.log(1 - random()) * mean;
}
