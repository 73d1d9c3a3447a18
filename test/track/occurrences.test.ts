import { describe, expect, test } from '@jest/globals';
import {
  addOccurrences,
  BINS,
  CLIENTS_KEPT,
  clientCount,
  hashAddress,
  noteOccurrence,
  O_BINS,
  O_FIRST_NANOSECONDS,
  O_FIRST_SECONDS,
  O_LAST_NANOSECONDS,
  O_LAST_SECONDS,
  O_START,
  O_WIDTH,
  OCCURRENCE_STRIDE,
  UNITS_PER_SECOND,
} from '../../src/track/occurrences.ts';
import { randomOf } from '../support/random-conversation.ts';

interface Time {
  seconds: number;
  nanoseconds: number;
  client: number;
}

const hash = (address: number) => hashAddress(Int32Array.of(address, 0, 0, 0), 0);

function blockOf(times: readonly Time[]): Float64Array {
  const block = new Float64Array(OCCURRENCE_STRIDE);
  for (const { seconds, nanoseconds, client } of times) noteOccurrence(block, 0, seconds, nanoseconds, hash(client));
  return block;
}

/** Times whose distances are now nanoseconds, now days. */
function timesOf(seed: number, count: number, spread: number): Time[] {
  const random = randomOf(seed);
  return Array.from({ length: count }, () => ({
    seconds: 1_700_000_000 + random(spread),
    nanoseconds: random(1000) === 0 ? 0 : random(1_000_000_000),
    client: random(200),
  }));
}

const binsOf = (block: Float64Array) => [...block.subarray(O_BINS, O_BINS + BINS)];

test('the times are counted in at most 32 bins, the narrowest that reach from the first to the last', () => {
  for (const spread of [1, 2, 30, 1000, 10_000_000]) {
    const times = timesOf(spread, 500, spread);
    const block = blockOf(times);
    const units = times.map(({ seconds, nanoseconds }) => {
      return seconds * UNITS_PER_SECOND + Math.floor((nanoseconds * UNITS_PER_SECOND) / 1e9);
    });
    const [first, last] = [Math.min(...units), Math.max(...units)];
    let width = 1;
    while (Math.floor(last / width) - Math.floor(first / width) >= BINS) width *= 2;
    const counts = new Array<number>(BINS).fill(0);
    for (const unit of units) counts[Math.floor(unit / width) - Math.floor(first / width)]++;
    expect([block[O_WIDTH], block[O_START]]).toEqual([width, Math.floor(first / width)]);
    expect(binsOf(block)).toEqual(counts);
  }
});

test('the first and the last time are kept to the nanosecond', () => {
  const at = (seconds: number, nanoseconds: number) => ({ seconds, nanoseconds, client: 1 });
  const block = blockOf([at(7, 5), at(9, 1), at(7, 4), at(9, 2), at(8, 999_999_999)]);
  expect([block[O_FIRST_SECONDS], block[O_FIRST_NANOSECONDS]]).toEqual([7, 4]);
  expect([block[O_LAST_SECONDS], block[O_LAST_NANOSECONDS]]).toEqual([9, 2]);
});

test('what is kept is the same in whatever order things come', () => {
  for (const spread of [1, 3, 100_000]) {
    const times = timesOf(spread + 1, 300, spread);
    const sorted = times.toSorted((a, b) => a.seconds - b.seconds || a.nanoseconds - b.nanoseconds);
    expect(blockOf(sorted)).toEqual(blockOf(times));
    expect(blockOf(sorted.toReversed())).toEqual(blockOf(times));
  }
});

test('two blocks add up to that of both', () => {
  for (const [left, right] of [
    [1, 1],
    [1, 5000],
    [5000, 1],
    [20, 30],
  ]) {
    const one = timesOf(left, 100, left);
    const other = timesOf(right + 7, 150, right).map((time) => ({ ...time, seconds: time.seconds + 40 }));
    const block = blockOf(one);
    addOccurrences(block, 0, blockOf(other), 0);
    expect(block).toEqual(blockOf([...one, ...other]));
    const before = blockOf(other);
    addOccurrences(before, 0, blockOf(one), 0);
    expect(before).toEqual(block);
  }
});

test('nothing is added by a block in which nothing was noted, and all to one', () => {
  const [empty, block] = [new Float64Array(OCCURRENCE_STRIDE), blockOf(timesOf(1, 9, 9))];
  const copy = block.slice();
  addOccurrences(block, 0, empty, 0);
  expect(block).toEqual(copy);
  addOccurrences(empty, 0, block, 0);
  expect(empty).toEqual(block);
});

test('a block touches none beside it', () => {
  const blocks = new Float64Array(3 * OCCURRENCE_STRIDE);
  for (const { seconds, nanoseconds, client } of timesOf(4, 500, 5000)) {
    noteOccurrence(blocks, OCCURRENCE_STRIDE, seconds, nanoseconds, hash(client));
  }
  expect(blocks.subarray(OCCURRENCE_STRIDE, 2 * OCCURRENCE_STRIDE)).toEqual(blockOf(timesOf(4, 500, 5000)));
  expect(blocks.filter((value) => value !== 0).length).toBe(
    blocks.subarray(OCCURRENCE_STRIDE, 2 * OCCURRENCE_STRIDE).filter((value) => value !== 0).length,
  );
});

describe('clients', () => {
  const countOf = (clients: Iterable<number>) =>
    clientCount(blockOf([...clients].map((client) => ({ seconds: 1, nanoseconds: 0, client }))), 0);

  test.each([0, 1, 2, 17, CLIENTS_KEPT - 1])('%d are counted exactly, however often each comes', (count) => {
    const clients = Array.from({ length: count }, (_, i) => 0x0a00_0000 + i * 7);
    expect(countOf([...clients, ...clients.toReversed(), ...clients])).toBe(count);
  });

  test.each([64, 100, 1000, 30_000])('%d are estimated, and never as fewer than are surely there', (count) => {
    const clients = Array.from({ length: count }, (_, i) => 0x0a00_0000 + i);
    const estimate = countOf(clients);
    expect(estimate).toBeGreaterThanOrEqual(CLIENTS_KEPT);
    // Three standard errors.
    expect(Math.abs(estimate - count) / count).toBeLessThan(0.39);
  });

  test('IPv4 addresses never share a hash, and all words of an address count', () => {
    const hashes = new Set(Array.from({ length: 100_000 }, (_, i) => hash(i * 41_943)));
    expect(hashes.size).toBe(100_000);
    const words = [0, 1, 2, 3].map((word) => {
      const address = new Int32Array(4);
      address[word] = 1;
      return hashAddress(address, 0);
    });
    expect(new Set(words).size).toBe(4);
  });
});
