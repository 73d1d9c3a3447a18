import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { analyzeInput } from '../../src/analyze.ts';
import { openCaptures } from '../../src/capture/input.ts';
import { seededRandom } from '../bench/random.ts';
import { fixtureNames, fixturePath } from '../fixtures/fixture-files.ts';
import { damaged, Snapped, survives } from './survive.ts';

const DAMAGED_COPIES = 25;
/** Longer than all headers of any fixture together. */
const LONGEST_SNAP = 160;
/** Far above what the largest fixture needs, far below what a length field of 4 GB would take. */
const MEMORY_LIMIT = 400e6;

const memoryBefore = process.memoryUsage().rss;

describe('a file cut at any byte is analysed up to there or refused in words', () => {
  test.each(fixtureNames().filter((name) => /^(files|sctp)/.test(name)))('%s', async (name) => {
    const file = readFileSync(fixturePath(name));
    for (let length = 0; length < file.length; length++) await survives(file.subarray(0, length));
  });
});

describe('packets cut at any byte are decoded as far as they go', () => {
  test.each(fixtureNames().filter((name) => /^(encapsulation|sctp|udp|oddities)/.test(name)))('%s', async (name) => {
    for (let length = 0; length <= LONGEST_SNAP; length++) {
      const input = new Snapped(await openCaptures([fixturePath(name)]), length);
      const { summary } = await analyzeInput(input, { ended: (connection) => void connection.record() });
      expect(summary.packets).toBeGreaterThan(0);
      await input.close();
    }
  });
});

describe('a damaged capture is survived', () => {
  test.each(fixtureNames())('%s', async (name) => {
    const file = readFileSync(fixturePath(name));
    const random = seededRandom(file.length);
    for (let copy = 0; copy < DAMAGED_COPIES; copy++) await survives(damaged(file, random));
  });
});

test('none of it makes memory grow', () => {
  // V8 may keep what it has freed, so what is still in use after a collection decides where the process has grown.
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { rss, heapUsed, external } = process.memoryUsage();
  expect(Math.min(rss - memoryBefore, heapUsed + external)).toBeLessThan(MEMORY_LIMIT);
});
