import { expect, test } from '@jest/globals';
import { CLOSED_KEPT, ClosedQueue } from '../../src/track/closed-queue.ts';
import { Slab } from '../../src/track/slab.ts';

test('the oldest comes first, with its row and stream', () => {
  const queue = new ClosedQueue(new Slab());
  queue.push(7, 70, 100);
  queue.push(8, 80, 110);
  expect([queue.row, queue.stream]).toEqual([7, 70]);
  queue.drop();
  expect([queue.row, queue.stream]).toEqual([8, 80]);
});

test('it is due when the time of the oldest has come', () => {
  const queue = new ClosedQueue(new Slab());
  expect(queue.isDue(1e9)).toBe(false);
  queue.push(7, 70, 100);
  queue.push(8, 80, 110);
  expect([queue.isDue(99), queue.isDue(100)]).toEqual([false, true]);
  queue.drop();
  expect([queue.isDue(109), queue.isDue(110)]).toEqual([false, true]);
  queue.drop();
  expect(queue.isDue(1e9)).toBe(false);
});

test('it holds its capacity, however often it went round', () => {
  const queue = new ClosedQueue(new Slab());
  for (let i = 0; i < CLOSED_KEPT; i++) queue.push(i, i, i);
  expect(queue.isFull).toBe(true);
  for (let i = CLOSED_KEPT; i < 5 * CLOSED_KEPT; i++) {
    expect(queue.row).toBe(i - CLOSED_KEPT);
    queue.drop();
    expect(queue.isFull).toBe(false);
    queue.push(i, i, i);
  }
  expect([queue.isFull, queue.row]).toEqual([true, 4 * CLOSED_KEPT]);
});
