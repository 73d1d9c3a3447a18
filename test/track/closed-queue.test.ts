import { expect, test } from '@jest/globals';
import {
  CLOSED_KEPT,
  ClosedQueue,
  dropClosed,
  isQueueFull,
  oldestRow,
  oldestStream,
  pushClosed,
} from '../../src/track/closed-queue.ts';
import { Slab } from '../../src/track/slab.ts';

test('the oldest comes first, with its row and stream', () => {
  const queue = new ClosedQueue(new Slab());
  pushClosed(queue, 7, 70, 100);
  pushClosed(queue, 8, 80, 110);
  expect([oldestRow(queue), oldestStream(queue)]).toEqual([7, 70]);
  dropClosed(queue);
  expect([oldestRow(queue), oldestStream(queue)]).toEqual([8, 80]);
});

test('it is due when the time of the oldest has come', () => {
  const queue = new ClosedQueue(new Slab());
  expect(queue.isDue(1e9)).toBe(false);
  pushClosed(queue, 7, 70, 100);
  pushClosed(queue, 8, 80, 110);
  expect([queue.isDue(99), queue.isDue(100)]).toEqual([false, true]);
  dropClosed(queue);
  expect([queue.isDue(109), queue.isDue(110)]).toEqual([false, true]);
  dropClosed(queue);
  expect(queue.isDue(1e9)).toBe(false);
});

test('it holds its capacity, however often it went round', () => {
  const queue = new ClosedQueue(new Slab());
  for (let i = 0; i < CLOSED_KEPT; i++) pushClosed(queue, i, i, i);
  expect(isQueueFull(queue)).toBe(true);
  for (let i = CLOSED_KEPT; i < 5 * CLOSED_KEPT; i++) {
    expect(oldestRow(queue)).toBe(i - CLOSED_KEPT);
    dropClosed(queue);
    expect(isQueueFull(queue)).toBe(false);
    pushClosed(queue, i, i, i);
  }
  expect([isQueueFull(queue), oldestRow(queue)]).toEqual([true, 4 * CLOSED_KEPT]);
});
