import type { DDSketch } from '@datadog/sketches-js';
import { errorFunction, gammaln } from 'simple-statistics';

/** What a test says of two samples: is the second greater, and by how much chance alone would explain it. */
export interface TestResult {
  /** Probability of a difference at least so great (to either side) where there is none. */
  p: number;
  /** The second has the greater values, or the greater share. */
  greater: boolean;
}

/** The normal approximation of the rank test holds from about so many values on each side. */
export const RANK_TEST_AT_LEAST = 8;

/**
 * Mann-Whitney rank test with correction for ties and continuity, on two sketches: values in one bin are tied.
 * Sketches add up, so the test of parts that were merged is the test of the whole. Bins are 2 % wide.
 * @returns null for too few values
 */
export function rankTest(before: DDSketch, after: DDSketch): TestResult | null {
  const [n, m] = [before.count, after.count];
  if (Math.min(n, m) < RANK_TEST_AT_LEAST) return null;
  let below = 0;
  let rankSum = 0;
  let ties = 0;
  for (const [inBefore, inAfter] of binsOf(before, after)) {
    const tied = inBefore + inAfter;
    rankSum += inAfter * (below + (tied + 1) / 2);
    ties += tied ** 3 - tied;
    below += tied;
  }
  const total = n + m;
  const deviation = rankSum - (m * (total + 1)) / 2;
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)));
  if (variance <= 0) return { p: 1, greater: false };
  const z = Math.max(0, Math.abs(deviation) - 0.5) / Math.sqrt(variance);
  return { p: 1 - errorFunction(z / Math.SQRT2), greater: deviation > 0 };
}

/**
 * Is the tail from a quantile of all values together on fuller on one side (quantile test)? Fisher's exact test on
 * the numbers in it.
 * @returns null for too few values: where less than one of a side would be expected beyond it
 */
export function tailTest(before: DDSketch, after: DDSketch, quantile: number): TestResult | null {
  const [n, m] = [before.count, after.count];
  if (Math.min(n, m) * (1 - quantile) < 1) return null;
  const limit = quantile * (n + m);
  let below = 0;
  const beyond = [0, 0];
  for (const [inBefore, inAfter] of binsOf(before, after)) {
    // The bin that the quantile lies in counts as a whole: its values are the same to us.
    if (below + inBefore + inAfter > limit) {
      beyond[0] += inBefore;
      beyond[1] += inAfter;
    }
    below += inBefore + inAfter;
  }
  return shareTest(beyond[0], n, beyond[1], m);
}

/** The counts of both in each bin that one of them has, from the least on. */
function* binsOf(before: DDSketch, after: DDSketch): Generator<[number, number]> {
  if (before.zeroCount + after.zeroCount > 0) yield [before.zeroCount, after.zeroCount];
  const [a, b] = [before.store, after.store];
  for (let key = Math.min(a.minKey, b.minKey); key <= Math.max(a.maxKey, b.maxKey); key++) {
    const counts: [number, number] = [a.bins[key - a.offset] ?? 0, b.bins[key - b.offset] ?? 0];
    if (counts[0] + counts[1] > 0) yield counts;
  }
}

/** Fisher's exact test (twice the smaller tail): is a share of the second greater than that of the first? */
export function shareTest(some: number, of: number, someAfter: number, ofAfter: number): TestResult {
  const greater = someAfter * of > some * ofAfter;
  const chosen = some + someAfter;
  const total = of + ofAfter;
  if (of === 0 || ofAfter === 0 || chosen === 0 || chosen === total) return { p: 1, greater };
  // Hypergeometric: x of those chosen fall to the second side; from what was seen outward.
  const step = greater ? 1 : -1;
  const end = greater ? Math.min(chosen, ofAfter) : Math.max(0, chosen - of);
  let term = Math.exp(logChoose(ofAfter, someAfter) + logChoose(of, chosen - someAfter) - logChoose(total, chosen));
  let tail = term;
  for (let x = someAfter; x !== end && term > tail * 1e-12; x += step) {
    const up = ((ofAfter - x) * (chosen - x)) / ((x + 1) * (of - chosen + x + 1));
    const down = (x * (of - chosen + x)) / ((ofAfter - x + 1) * (chosen - x + 1));
    term *= greater ? up : down;
    tail += term;
  }
  return { p: Math.min(1, 2 * tail), greater };
}

function logChoose(n: number, k: number): number {
  return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1);
}
