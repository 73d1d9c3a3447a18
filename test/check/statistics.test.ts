import { DDSketch } from '@datadog/sketches-js';
import { describe, expect, test } from '@jest/globals';
import { rankTest, shareTest, tailTest } from '../../src/check/statistics.ts';

function sketch(values: number[]): DDSketch {
  const made = new DDSketch({ relativeAccuracy: 0.01 });
  for (const value of values) made.accept(value);
  return made;
}

/** A fixed sequence without order, from 0 to 1. */
function scattered(count: number): number[] {
  return Array.from({ length: count }, (_, i) => ((i * 7919 + 13) % 10007) / 10007);
}

describe("Fisher's exact test of shares, the smaller tail twice", () => {
  // Hypergeometric tails added up with exact fractions.
  test.each<[number, number, number, number, number]>([
    [1, 4, 3, 4, 0.4857142857],
    [3, 4, 1, 4, 0.4857142857],
    [0, 100, 8, 100, 0.00675467457],
    [10, 1000, 30, 1000, 0.00200833356],
    [0, 3, 3, 3, 0.1],
    [5, 50, 5, 60, 1],
    [0, 10, 0, 10, 1],
    [0, 0, 3, 3, 1],
  ])('%d of %d, then %d of %d', (some, of, someAfter, ofAfter, p) => {
    expect(shareTest(some, of, someAfter, ofAfter).p).toBeCloseTo(p, 8);
  });

  test('says which share is greater', () => {
    expect(shareTest(1, 100, 20, 100)).toMatchObject({ greater: true });
    expect(shareTest(20, 100, 1, 100)).toMatchObject({ greater: false });
  });

  test('counts of millions take no time and stay numbers', () => {
    expect(shareTest(1000, 5_000_000, 1100, 5_000_000).p).toBeCloseTo(0.031, 2);
    expect(shareTest(0, 5_000_000, 5_000_000, 5_000_000).p).toBe(0);
  });
});

describe('Mann-Whitney rank test', () => {
  // By its formula on ranks with ties in the middle; values are far enough apart for a bin each.
  test.each<[string, number[], number[], number, boolean]>([
    ['a shift', [1, 2, 3, 4, 5, 6, 7, 8], [5, 6, 7, 8, 9, 10, 11, 12], 0.013313, true],
    ['ties', [1, 1, 2, 2, 3, 3, 4, 4, 5, 5], [1, 1, 2, 2, 3, 3, 4, 4, 5, 6], 0.969339, true],
    ['all the same', [1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1, 1], 1, false],
    ['zeros', [0, 0, 0, 0, 1, 2, 3, 4], [0, 0, 0, 0, 1, 2, 3, 4], 1, false],
  ])('%s', (_name, before, after, p, greater) => {
    const result = rankTest(sketch(before), sketch(after));
    expect(result?.p).toBeCloseTo(p, 5);
    expect(result?.greater).toBe(greater);
  });

  test('is not made of fewer than eight', () => {
    expect(rankTest(sketch([1, 2, 3, 4, 5, 6, 7]), sketch(scattered(100)))).toBeNull();
    expect(rankTest(sketch([]), sketch([]))).toBeNull();
  });

  test('of sketches that were merged is that of the whole', () => {
    const values = scattered(400);
    const parts = sketch(values.slice(0, 150));
    parts.merge(sketch(values.slice(150)));
    const after = sketch(values.map((value) => value * 1.1));
    expect(rankTest(parts, after)).toEqual(rankTest(sketch(values), after));
  });
});

describe('test of the tail beyond a quantile', () => {
  const values = scattered(1000);

  test('finds a tail that grew where the middle stays', () => {
    const after = values.map((value, i) => (i % 12 === 0 ? value + 3 : value));
    expect(tailTest(sketch(values), sketch(after), 0.95)?.greater).toBe(true);
    expect(tailTest(sketch(values), sketch(after), 0.95)?.p).toBeLessThan(1e-6);
    expect(rankTest(sketch(values), sketch(after))?.p).toBeGreaterThan(0.001);
  });

  test('finds nothing where there is nothing', () => {
    expect(tailTest(sketch(values), sketch(scattered(900)), 0.99)?.p).toBeGreaterThan(0.1);
  });

  test('is not made where not one is expected in it', () => {
    expect(tailTest(sketch(values.slice(0, 19)), sketch(values), 0.95)).toBeNull();
    expect(tailTest(sketch(values.slice(0, 20)), sketch(values), 0.95)).not.toBeNull();
  });
});
