import { describe, expect, test } from '@jest/globals';
import { wrap } from '../../src/report/wrap.ts';

describe('a text of many words', () => {
  test.each([
    ['one two three', 7, ['one two', 'three']],
    ['one  two', 20, ['one two']],
    ['', 10, []],
    ['SHUTDOWN-ACK-SENT', 14, ['SHUTDOWN-ACK-', 'SENT']],
    ['abcdefghij', 4, ['abcd', 'efgh', 'ij']],
    ['it took 3.4 ms', 12, ['it took', '3.4 ms']],
    ['the RST in frame 12', 17, ['the RST in', 'frame 12']],
  ])('%j in %d columns', (text, width, lines) => {
    expect(wrap(text, width)).toEqual(lines);
  });
});
