import { describe, expect, test } from '@jest/globals';
import * as sequence from '../../src/track/sequence.ts';

const { advance, atOrAfter, atOrBefore, distance, before: isBefore, after: isAfter } = sequence;

const HALF = -0x8000_0000;

describe('order around the circle of sequence numbers', () => {
  test.each([
    ['neighbours', 1, 2],
    ['across the sign', 0x7fff_ffff, -0x8000_0000],
    ['across the wrap to 0', -1, 0],
    ['across the wrap, far apart', -1000, 1000],
    ['as far as can be', 0, 0x7fff_ffff],
  ])('%s', (_, first, second) => {
    expect([isBefore(first, second), isAfter(first, second)]).toEqual([true, false]);
    expect([isBefore(second, first), isAfter(second, first)]).toEqual([false, true]);
    expect([atOrBefore(first, second), atOrAfter(first, second)]).toEqual([true, false]);
    expect([atOrBefore(second, first), atOrAfter(second, first)]).toEqual([false, true]);
    expect(distance(second, first)).toBeGreaterThan(0);
    expect(distance(first, second)).toBe(-distance(second, first));
  });

  test.each([0, 1, -1, 0x7fff_ffff, HALF])('%i is neither before nor after itself', (number) => {
    expect([isBefore(number, number), isAfter(number, number)]).toEqual([false, false]);
    expect([atOrBefore(number, number), atOrAfter(number, number), distance(number, number)]).toEqual([true, true, 0]);
  });
});

test('a number that moves on wraps around', () => {
  expect(advance(-1, 1)).toBe(0);
  expect(advance(0x7fff_ffff, 1)).toBe(HALF);
  expect(distance(advance(-10, 100), -10)).toBe(100);
});
