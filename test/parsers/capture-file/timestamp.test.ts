import { expect, test } from '@jest/globals';
import { TimestampUnit } from '../../../parsers/capture-file/timestamp.ts';
import { PacketView } from '../../../parsers/packet-view.ts';

const BINARY = 0x80;

function split(resolution: number, timestamp: bigint, offset = 0): [number, number] {
  const view = new PacketView();
  new TimestampUnit(resolution, offset).setTime(view, Number(timestamp >> 32n), Number(timestamp & 0xffffffffn));
  return [view.seconds, view.nanoseconds];
}

/** What the split must give, in integers of any size. */
function exact(resolution: number, timestamp: bigint): [number, number] {
  const exponent = BigInt(resolution & 0x7f);
  const perSecond = resolution & BINARY ? 2n ** exponent : 10n ** exponent;
  const nanoseconds = (timestamp * 1_000_000_000n) / perSecond;
  return [Number(nanoseconds / 1_000_000_000n), Number(nanoseconds % 1_000_000_000n)];
}

const TIMESTAMPS = [
  0n,
  1n,
  999_999_999n,
  0xffffffffn,
  0x100000000n,
  1_700_000_000_123_456n,
  1_700_000_000_123_456_789n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  2n ** 64n - 1n,
];

test.each([6, 9, 0, 3, 10, 12, 15, 18, 19, 20, 28, 127])('10^-%p seconds are split exactly', (exponent) => {
  for (const timestamp of TIMESTAMPS) expect(split(exponent, timestamp)).toEqual(exact(exponent, timestamp));
});

test.each([0, 1, 10, 20, 31, 32, 33, 40, 48, 63, 64])('2^-%p seconds are split exactly', (exponent) => {
  const resolution = BINARY | exponent;
  for (const timestamp of TIMESTAMPS) expect(split(resolution, timestamp)).toEqual(exact(resolution, timestamp));
});

test('the offset is added in seconds and may be negative', () => {
  expect(split(6, 5_000_001n, 1000)).toEqual([1005, 1000]);
  expect(split(BINARY | 10, 5n * 1024n, -3)).toEqual([2, 0]);
});

test('a unit too fine for a second leaves less than one', () => {
  expect(split(BINARY | 65, 2n ** 64n - 1n)[0]).toBe(0);
  expect(split(BINARY | 127, 2n ** 64n - 1n)).toEqual([0, 0]);
});
