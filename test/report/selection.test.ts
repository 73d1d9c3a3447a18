import { describe, expect, test } from '@jest/globals';
import { Selection, type SortOrder } from '../../src/report/selection.ts';
import { aConnection, ended } from '../support/records.ts';

/** A fixed shuffle, so that a failure comes again. */
function shuffled(count: number): number[] {
  return Array.from({ length: count }, (_, i) => ((i * 7919) % count) + 1);
}

function select(limit: number, sort: SortOrder | null, made = { records: 0 }): number[] {
  const selection = new Selection(limit, sort, (record) => record.firstFrame);
  for (const firstFrame of shuffled(1000)) {
    const connectTime = firstFrame % 10 === 0 ? null : firstFrame / 1000;
    const record = aConnection({ firstFrame, duration: firstFrame % 5, handshake: { connectTime } });
    selection.offer(ended(record, made));
  }
  expect(selection.offered).toBe(1000);
  return selection.rows();
}

describe('the first connections', () => {
  test.each<[string, number, SortOrder | null, number[]]>([
    ['by first frame', 5, null, [1, 2, 3, 4, 5]],
    ['none', 0, null, []],
    ['by longest duration, then first frame', 3, { key: 'duration', descending: true }, [4, 9, 14]],
    ['by shortest duration', 3, { key: 'duration', descending: false }, [5, 10, 15]],
    ['by connect time, unknown ones never first', 3, { key: 'connect-time', descending: true }, [999, 998, 997]],
    ['by connect time from below', 3, { key: 'connect-time', descending: false }, [1, 2, 3]],
  ])('%s', (_name, limit, sort, expected) => {
    expect(select(limit, sort)).toEqual(expected);
  });

  test('all, when there is no limit', () => {
    expect(select(Number.POSITIVE_INFINITY, null)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
  });

  test('unknown values come last in either direction', () => {
    for (const descending of [true, false]) {
      const rows = select(1000, { key: 'connect-time', descending });
      expect(rows.slice(-100)).toEqual(Array.from({ length: 100 }, (_, i) => (i + 1) * 10));
    }
  });

  test('records are made only for connections that are among the first so far', () => {
    const made = { records: 0 };
    select(20, null, made);
    expect(made.records).toBeLessThan(200);
  });
});

describe('from where on no connection is wanted', () => {
  const closedFrom = (limit: number, sort: SortOrder | null, ...firstFrames: number[]) => {
    const selection = new Selection(limit, sort, (record) => record.firstFrame);
    for (const firstFrame of firstFrames) selection.offer(ended(aConnection({ firstFrame }), { records: 0 }));
    return selection.closedFrom;
  };

  test('behind the last of those kept, once there are enough', () => {
    expect(closedFrom(2, null, 30)).toBe(Number.POSITIVE_INFINITY);
    expect(closedFrom(2, null, 30, 10)).toBe(30);
    expect(closedFrom(2, null, 30, 10, 20, 40)).toBe(20);
  });

  test('everywhere, where none is kept', () => {
    expect(closedFrom(0, null)).toBe(0);
  });

  test('nowhere, where another order counts', () => {
    expect(closedFrom(1, { key: 'duration', descending: true }, 30, 10)).toBe(Number.POSITIVE_INFINITY);
  });
});
