import { expect, test } from '@jest/globals';
import * as columns from '../../src/track/columns.ts';

const all = Object.entries(columns) as [string, number][];
const { ENDPOINT_INT_0, ENDPOINT_INT_STRIDE, INT_STRIDE, ENDPOINT_FLOAT_0, ENDPOINT_FLOAT_STRIDE, FLOAT_STRIDE } =
  columns;

/** Columns of more than one number. */
const WIDE: Record<string, number> = {
  C_ADDRESS_0: 4,
  C_ADDRESS_1: 4,
  C_HISTORY: 6,
  C_UNANSWERED_AT_FIN: 2,
  C_IDLE_AT_FIN: 2,
  C_SILENCE_BEFORE: 2,
  C_SYN_WINDOW: 2,
  C_RESENT_COPIES: 2,
  C_WIRESHARK_NEXT: 2,
  C_WIRESHARK_REACHABLE: 2,
  T_WIRESHARK_NEXT: 2,
  E_TIMED_ENDS: 4,
  E_SIGNATURES: 4,
  E_GAP_EDGES: 8,
  F_TIMED: 4,
};

/** The 4-byte places that the columns of a part take: an int32 one, a float64 two. */
function places(ints: string, floats: string): number[] {
  return all.flatMap(([name, at]) => {
    const width = WIDE[name] ?? 1;
    if (new RegExp(`^${ints}_`).test(name)) return Array.from({ length: width }, (_, i) => at + i);
    if (new RegExp(`^${floats}_`).test(name)) return Array.from({ length: 2 * width }, (_, i) => 2 * at + i);
    return [];
  });
}

test.each([
  ['connection', places('C', 'T'), ENDPOINT_INT_0],
  ['endpoint', places('E', 'F'), ENDPOINT_INT_STRIDE],
])('no two columns of the %s overlap, and all lie within its part of the row', (_, taken, length) => {
  expect(new Set(taken).size).toBe(taken.length);
  expect(taken.length).toBeGreaterThan(60);
  expect(Math.max(...taken)).toBeLessThan(length);
});

test('the parts fill whole cache lines, and both views of a row begin and end together', () => {
  for (const length of [ENDPOINT_INT_0, ENDPOINT_INT_STRIDE, INT_STRIDE]) expect(length % 16).toBe(0);
  expect(INT_STRIDE).toBe(ENDPOINT_INT_0 + 2 * ENDPOINT_INT_STRIDE);
  expect([2 * ENDPOINT_FLOAT_0, 2 * ENDPOINT_FLOAT_STRIDE, 2 * FLOAT_STRIDE]).toEqual([
    ENDPOINT_INT_0,
    ENDPOINT_INT_STRIDE,
    INT_STRIDE,
  ]);
});
