import { describe, expect, test } from '@jest/globals';
import { Budget } from '../../src/live/processes/budget.ts';

describe('a budget of time', () => {
  /** Work that takes so much CPU time, and a clock that goes on by itself. */
  function worker({ share, most, takes }: { share: number; most: number; takes: number }) {
    const time = { now: 0, cpu: 0, done: 0 };
    const budget = new Budget(
      share,
      most,
      () => time.now,
      () => time.cpu,
    );
    const work = () => {
      time.cpu += takes;
      time.done++;
    };
    return { time, turn: () => budget.spend(work) };
  }

  test('lets work take its share of the time, however often it is asked for', () => {
    const { time, turn } = worker({ share: 0.1, most: 1, takes: 7 });
    for (time.now = 0; time.now < 100_000; time.now += 3) turn();
    expect(time.cpu).toBeGreaterThan(0.08 * time.now);
    expect(time.cpu).toBeLessThan(0.11 * time.now);
  });

  test('saves some up, and no more than it may', () => {
    const { time, turn } = worker({ share: 0.1, most: 50, takes: 10 });
    time.now = 1e9;
    for (let i = 0; i < 100; i++) turn();
    expect(time.done).toBe(5);
  });

  test('counts what the work took, and not that others had the processor meanwhile', () => {
    const { time, turn } = worker({ share: 0.1, most: 50, takes: 0 });
    for (let i = 0; i < 100; i++) turn();
    expect(time.done).toBe(100);
  });
});
