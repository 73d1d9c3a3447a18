import { describe, expect, test } from '@jest/globals';
import {
  C_STREAM,
  E_PACKETS,
  E_WINDOW_SCALE,
  ENDPOINT_INT_0,
  ENDPOINT_INT_STRIDE,
  F_BYTES,
  FLOAT_STRIDE,
  INT_STRIDE,
} from '../../src/track/columns.ts';
import { Slab } from '../../src/track/slab.ts';

const allocate = (slab: Slab, count: number) => Array.from({ length: count }, () => slab.allocate());

describe('a slab', () => {
  test('hands out rows that do not overlap, and keeps what they hold when it grows', () => {
    const slab = new Slab(2);
    const rows = allocate(slab, 9);
    for (const row of rows) {
      slab.ints[row * INT_STRIDE + C_STREAM] = row + 100;
      slab.floats[row * FLOAT_STRIDE + FLOAT_STRIDE - 1] = row + 0.5;
    }
    rows.push(...allocate(slab, 50));
    expect(new Set(rows).size).toBe(59);
    for (const row of rows.slice(0, 9)) {
      expect(slab.ints[row * INT_STRIDE + C_STREAM]).toBe(row + 100);
      expect(slab.floats[row * FLOAT_STRIDE + FLOAT_STRIDE - 1]).toBe(row + 0.5);
    }
  });

  test('uses a released row again, clean', () => {
    const slab = new Slab(4);
    const [, second] = allocate(slab, 3);
    slab.ints.fill(77, second * INT_STRIDE, (second + 1) * INT_STRIDE);
    slab.release(second);
    expect(slab.allocate()).toBe(second);
    const at = second * INT_STRIDE;
    expect(slab.ints[at + C_STREAM]).toBe(0);
    expect(slab.ints[at + ENDPOINT_INT_0 + ENDPOINT_INT_STRIDE + E_PACKETS]).toBe(0);
    expect(slab.floats[second * FLOAT_STRIDE + F_BYTES]).toBe(0);
  });

  test('clears nothing but the row', () => {
    const slab = new Slab(4);
    const [first, second, third] = allocate(slab, 3);
    for (const row of [first, third]) {
      slab.ints.fill(5, row * INT_STRIDE, (row + 1) * INT_STRIDE);
      slab.floats[row * FLOAT_STRIDE + F_BYTES] = 5;
    }
    slab.release(second);
    slab.allocate();
    expect(slab.ints[INT_STRIDE - 1]).toBe(5);
    expect(slab.ints[third * INT_STRIDE]).toBe(5);
    expect(slab.floats[F_BYTES]).toBe(5);
    expect(slab.floats[third * FLOAT_STRIDE + F_BYTES]).toBe(5);
  });

  test('knows no window scale of either endpoint of a new row', () => {
    const slab = new Slab();
    const first = slab.allocate() * INT_STRIDE + ENDPOINT_INT_0 + E_WINDOW_SCALE;
    expect([slab.ints[first], slab.ints[first + ENDPOINT_INT_STRIDE]]).toEqual([-1, -1]);
  });

  test('counts the rows in use, and those ever used', () => {
    const slab = new Slab(2);
    const rows = allocate(slab, 5);
    for (const row of rows.slice(0, 3)) slab.release(row);
    expect([slab.used, slab.high]).toEqual([2, 5]);
    allocate(slab, 3);
    expect([slab.used, slab.high]).toEqual([5, 5]);
  });
});
