import { describe, expect, test } from '@jest/globals';
import { didYouMean, meaning, nearest } from '../../src/report/nearest.ts';

const NAMES = ['json', 'ndjson', 'explain', 'check', 'connect-time', 'expect'];

describe('near to a name is what', () => {
  test.each([
    ['lacks a character', 'jsn', 'json'],
    ['has one too many', 'jsson', 'json'],
    ['has another one', 'jsun', 'json'],
    ['has two neighbours swapped', 'josn', 'json'],
    ['has two slips in a long name', 'xplian', 'explain'],
    ['has other capitals', 'JSON', 'json'],
    ['begins it', 'conn', 'connect-time'],
  ])('%s: %s', (_what, written, name) => {
    expect(nearest(written, NAMES)[0]).toBe(name);
  });
});

test('what is like no name is near to none', () => {
  for (const written of ['yaml', 'jo', 'web.pcap', '', 'explanation']) expect(nearest(written, NAMES)).toEqual([]);
});

test('a suggestion is the nearest name, or a few that fit', () => {
  expect(didYouMean('expct', NAMES)).toBe(' (did you mean "expect"?)');
  expect(didYouMean('yaml', NAMES)).toBe('');
  expect(meaning(['a', 'b', 'c', 'd'])).toBe(' (did you mean a, b or c?)');
});
