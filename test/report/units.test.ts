import { describe, expect, test } from '@jest/globals';
import {
  bytes,
  clockDigits,
  count,
  counted,
  duration,
  interval,
  secondsBetween,
  timeOffset,
  utc,
} from '../../src/report/units.ts';

describe('numbers as people read them', () => {
  test.each([
    [count(0), '0'],
    [count(999), '999'],
    [count(1234567), '1,234,567'],
    [counted(1, 'packet'), '1 packet'],
    [counted(0, 'packet'), '0 packets'],
    [bytes(0), '0 B'],
    [bytes(999), '999 B'],
    [bytes(1000), '1.0 kB'],
    [bytes(1_234_567), '1.2 MB'],
    [bytes(999_960), '1.0 MB'],
    [bytes(1.55e9), '1.6 GB'],
    [duration(0), '0 s'],
    [duration(25e-9), '25 ns'],
    [duration(0.00004), '40 µs'],
    [duration(0.9996e-3), '1 ms'],
    [duration(0.0034), '3.4 ms'],
    [duration(0.02), '20 ms'],
    [duration(0.312), '312 ms'],
    [duration(1.02), '1.02 s'],
    [duration(12.34), '12.3 s'],
    [duration(99.96), '1m40s'],
    [duration(245), '4m05s'],
    [duration(7380), '2h03m'],
    [duration(273600), '3d04h'],
    [duration(-0.5), '-500 ms'],
    [duration(0.00102449, 3), '1 ms'],
    [duration(0.00102449, 6), '1.02 ms'],
    [duration(0.0000143, 6), '14 µs'],
    [duration(0.0000143, 7), '14.3 µs'],
    [duration(0.1234, 2), '120 ms'],
    [duration(12.34, 0), '12 s'],
    [duration(0.0004, 3), '0 s'],
    [interval(0, 6), '<1 µs'],
    [interval(0.0004, 3), '<1 ms'],
    [interval(0.0005, 3), '1 ms'],
    [interval(0, 7), '<100 ns'],
    [interval(0), '<1 ns'],
    [timeOffset(1.23456789, 9), '1.234568 s'],
    [timeOffset(1.23456789, 3), '1.235 s'],
    [timeOffset(1.23456789, 0), '1 s'],
    [utc('1700000000.123456789', 3), '2023-11-14 22:13:20.123'],
    [utc('1700000000.123456789', 0), '2023-11-14 22:13:20'],
    [utc('1700000000.123456789'), '2023-11-14 22:13:20.123456'],
    [utc('99999999999999.000000000'), '99999999999999.000000000'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected);
  });

  test('a clock has as many digits as its ticks are sure to tell', () => {
    const resolutions = [10, 1, 0.1, 0.001, 2 ** -10, 1e-6, 1e-7, 2 ** -20, 1e-9, 1e-12];
    expect(resolutions.map(clockDigits)).toEqual([0, 0, 1, 3, 3, 6, 7, 6, 9, 9]);
  });

  test('time differences keep their nanoseconds', () => {
    expect(secondsBetween('1700000000.999999999', '1700000001.000000000')).toBeCloseTo(1e-9, 12);
    expect(secondsBetween('1700000000.000000001', '1700000000.000000003')).toBe(2e-9);
  });
});
