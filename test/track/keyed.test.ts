import { expect, test } from '@jest/globals';
import { emptyTable, enter, entriesOf, makeTable, nextKey } from '../../src/track/keyed.ts';
import { OrdinaryMemory } from '../../src/track/table-memory.ts';
import { KEYED_WORDS, TABLE_PILES, TABLE_STEPS } from '../../src/track/time-wait-piles.ts';
import { TABLE_BEYOND, TABLE_FAILED } from '../../src/track/usual-sums.ts';
import { randomOf } from '../support/random-conversation.ts';

const WIDTH = 3;

function tableOf(most: number, slots: number) {
  const keyed = { keyed: new Int32Array(100_000) };
  const end = makeTable(keyed, 10, { most, slots, width: WIDTH, stride: WIDTH + 1 });
  const find = (...words: number[]) => {
    keyed.keyed.set(words, nextKey(keyed, 10));
    return enter(keyed, 10);
  };
  const entries = () => [...entriesOf(keyed, 10)].map((at) => [...keyed.keyed.subarray(at, at + WIDTH + 1)]);
  return { ...keyed, end, find, entries };
}

test('each key has one entry, new and zero when it first comes, in the order in which they came', () => {
  const { keyed, find, entries } = tableOf(1000, 2048);
  const random = randomOf(3);
  const counts = new Map<string, number>();
  for (let i = 0; i < 5000; i++) {
    const key = [random(10), -random(10), random(10) << 28];
    const entry = find(...key);
    expect(keyed[entry + WIDTH]).toBe(counts.get(String(key)) ?? 0);
    keyed[entry + WIDTH]++;
    counts.set(String(key), keyed[entry + WIDTH]);
  }
  expect(counts.size).toBeGreaterThan(500);
  expect(entries()).toEqual([...counts].map(([key, count]) => [...key.split(',').map(Number), count]));
});

test('a table that was emptied is as it was', () => {
  const { keyed, find, entries } = tableOf(1000, 1024);
  const before = keyed.slice();
  for (let i = 0; i < 1010; i++) find(i, i >> 3, 7);
  for (const entry of entriesOf({ keyed }, 10)) keyed[entry + WIDTH] = 9;
  expect(entries()).toHaveLength(1000);
  emptyTable({ keyed }, 10);
  expect(keyed).toEqual(before);
  expect(entries()).toEqual([]);
});

test('no more than the most are kept, and those are still found', () => {
  const { keyed, end, find, entries } = tableOf(3, 4);
  expect([find(1, 1, 1), find(2, 2, 2), find(3, 3, 3)].every((entry) => entry > 0)).toBe(true);
  expect([find(4, 4, 4), find(5, 5, 5)]).toEqual([-1, -1]);
  expect(find(2, 2, 2)).toBe(find(2, 2, 2));
  expect(entries()).toHaveLength(3);
  expect([...keyed.subarray(end)].every((word) => word === 0)).toBe(true);
});

test('the tables of a tracker do not overlap', () => {
  const { keyed } = new OrdinaryMemory().usual();
  const before = keyed.slice();
  for (const table of [TABLE_FAILED, TABLE_PILES, TABLE_STEPS, TABLE_BEYOND])
    expect(keyed[table + 1]).toBeGreaterThan(0);
  // Filling each to its end changes nothing of the next, nor beyond all.
  const fill = (table: number, next: number, width: number) => {
    for (let i = 0; i <= keyed[table + 1]; i++) {
      keyed.fill(i, nextKey({ keyed }, table), nextKey({ keyed }, table) + width);
      enter({ keyed }, table);
    }
    expect([...keyed.subarray(next, next + 6)]).toEqual([...before.subarray(next, next + 6)]);
  };
  fill(TABLE_FAILED, TABLE_PILES, 7);
  fill(TABLE_PILES, TABLE_STEPS, 10);
  fill(TABLE_STEPS, TABLE_BEYOND, 2);
  fill(TABLE_BEYOND, KEYED_WORDS, 9);
  expect(nextKey({ keyed }, TABLE_BEYOND) + 9).toBeLessThanOrEqual(KEYED_WORDS);
});
