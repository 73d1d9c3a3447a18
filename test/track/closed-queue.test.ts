import { expect, test } from '@jest/globals';
import { ClosedQueue } from '../../src/track/closed-queue.ts';

test('the oldest comes first, with its row and stream', () => {
  const queue = new ClosedQueue(4);
  queue.push(7, 70, 100);
  queue.push(8, 80, 110);
  expect([queue.row, queue.stream]).toEqual([7, 70]);
  queue.drop();
  expect([queue.row, queue.stream]).toEqual([8, 80]);
});

test('it is due when the time of the oldest has come', () => {
  const queue = new ClosedQueue(4);
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
  const queue = new ClosedQueue(4);
  for (let i = 0; i < 4; i++) queue.push(i, i, i);
  expect(queue.isFull).toBe(true);
  for (let i = 4; i < 20; i++) {
    expect(queue.row).toBe(i - 4);
    queue.drop();
    expect(queue.isFull).toBe(false);
    queue.push(i, i, i);
  }
  expect([queue.isFull, queue.row]).toEqual([true, 16]);
});
