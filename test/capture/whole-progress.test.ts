import { statSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { WholeProgress } from '../../src/capture/whole-progress.ts';
import { diffCaptures } from '../../src/check/diff-captures.ts';
import { judgeCaptures } from '../../src/check/judge-captures.ts';
import { explainInputs } from '../../src/explain/explain.ts';
import { fixturePath } from '../fixtures/fixture-files.ts';

type Told = [read: number, total: number | null][];

test('several readings are told as one', () => {
  const told: Told = [];
  const progress = new WholeProgress([100, 50, 200], (...now) => told.push(now));
  progress.next().onProgress?.(60, 100);
  // It could not be read to its end.
  progress.next().onProgress?.(50, 50);
  progress.next().onProgress?.(10, 200);
  expect(told).toEqual([
    [60, 350],
    [150, 350],
    [160, 350],
  ]);
});

test('where one has no size the whole has none, and what was read still adds up', () => {
  const told: Told = [];
  const progress = new WholeProgress([null, 50], (...now) => told.push(now));
  progress.next().onProgress?.(70, null);
  progress.next().onProgress?.(10, 50);
  expect(told).toEqual([
    [70, null],
    [80, null],
  ]);
});

test('nobody who does not ask is told', () => {
  expect(new WholeProgress([1], undefined).next()).toEqual({});
});

describe('from nothing to all, once, goes', () => {
  const FIRST = fixturePath('close/client-first.pcap');
  const SECOND = fixturePath('close/port-reuse.pcap');
  const [first, second] = [FIRST, SECOND].map((path) => statSync(path).size);

  async function toldBy(work: (onProgress: (read: number, total: number | null) => void) => Promise<unknown>) {
    const told: Told = [];
    await work((...now) => told.push(now));
    const reads = told.map(([read]) => read);
    expect(reads).toEqual(reads.toSorted((a, b) => a - b));
    return { last: told.at(-1), totals: new Set(told.map(([, total]) => total)) };
  }

  const explaining = { top: 10, steps: 40 };

  test('an explanation that reads the capture twice', async () => {
    const { last, totals } = await toldBy((onProgress) =>
      explainInputs([FIRST], { ...explaining, choice: { by: 'where', matches: () => true }, onProgress }),
    );
    expect([last, totals]).toEqual([[2 * first, 2 * first], new Set([2 * first])]);
  });

  test('one that reads it once', async () => {
    const { last } = await toldBy((onProgress) =>
      explainInputs([FIRST], { ...explaining, choice: { by: 'stream', stream: 0, protocol: 'tcp' }, onProgress }),
    );
    expect(last).toEqual([first, first]);
  });

  test('a comparison of two captures', async () => {
    const { last, totals } = await toldBy((onProgress) => diffCaptures([FIRST], [SECOND], { onProgress }));
    expect([last, totals]).toEqual([[first + second, first + second], new Set([first + second])]);
  });

  test('a check of several captures', async () => {
    const { last, totals } = await toldBy(async (onProgress) => {
      for await (const _ of judgeCaptures([[FIRST], ['missing.pcap'], [SECOND, FIRST]], [], { onProgress }));
    });
    const total = first + second + first;
    expect([last, totals]).toEqual([[total, total], new Set([total])]);
  });
});
