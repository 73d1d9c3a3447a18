import { describe, expect, test } from '@jest/globals';
import { OutboundQueue } from '../../../src/capture/live/outbound-queue.ts';

/** A reader that takes so many bytes at a time as it is allowed to. */
class Reader {
  allowance = 0;
  readonly taken: number[] = [];

  readonly write = (bytes: Uint8Array, offset: number, length: number): number => {
    const some = Math.min(length, this.allowance);
    this.allowance -= some;
    this.taken.push(...bytes.subarray(offset, offset + some));
    return some;
  };
}

function add(queue: OutboundQueue, value: number, length: number): boolean {
  const at = queue.room(length);
  if (at < 0) return false;
  queue.bytes.fill(value, at, at + length);
  queue.added(length);
  return true;
}

describe('a queue to a slow reader', () => {
  test('keeps the order, drops what has no room whole, and counts it', () => {
    const reader = new Reader();
    const queue = new OutboundQueue(100, reader.write);
    const kept: number[] = [];
    for (let value = 1; value <= 200; value++) {
      if (value % 3 === 0) reader.allowance = 11;
      if (add(queue, value, 7)) kept.push(...Array(7).fill(value));
    }
    reader.allowance = Number.POSITIVE_INFINITY;
    queue.flush();
    expect(reader.taken).toEqual(kept);
    expect(queue.dropped).toBe(200 - kept.length / 7);
    expect(queue.dropped).toBeGreaterThan(0);
    expect(queue.length).toBe(0);
  });

  test('holds as much as it was made for, and no more', () => {
    const queue = new OutboundQueue(100, () => 0);
    for (let value = 1; value <= 20; value++) add(queue, value, 10);
    expect([queue.length, queue.dropped]).toEqual([100, 10]);
  });

  test('goes on when the reader has caught up', () => {
    const reader = new Reader();
    const queue = new OutboundQueue(50, reader.write);
    while (add(queue, 1, 10));
    reader.allowance = 1000;
    expect(add(queue, 2, 10)).toBe(true);
    queue.flush();
    expect(reader.taken).toHaveLength(60);
  });
});
