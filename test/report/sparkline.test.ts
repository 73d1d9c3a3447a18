import { expect, test } from '@jest/globals';
import { sparkline } from '../../src/report/sparkline.ts';

const START = '1700000000.000000000';
const line = (counts: number[], { start = START, width = 1, seconds = 8, cells = 8 } = {}) =>
  sparkline({ start, width, counts }, START, seconds, cells);

test.each<[string, string, string]>([
  ['nothing is the base line, the most is full height, and little is seen', line([0, 1, 1000, 500]), '▁▂█▅▁▁▁▁'],
  ['a histogram stands where its times are in the capture', line([3], { start: '1700000005.000000000' }), '▁▁▁▁▁█▁▁'],
  ['bins that are narrower than a character are added up', line([1, 1, 4, 4], { width: 0.5, cells: 4 }), '█▁▁▁'],
  [
    'what happens as often all the time is level',
    line(new Array(31).fill(8), { width: 8, seconds: 248, cells: 16 }),
    '█'.repeat(16),
  ],
  ['one that lies in two characters is shared out', line([8], { start: '1700000001.500000000' }), '▁██▁▁▁▁▁'],
  ['but not what happened once', line([1], { start: '1700000001.600000000' }), '▁▁█▁▁▁▁▁'],
  ['one that is wider is shared out', line([8, 4], { width: 4 }), '████▅▅▅▅'],
  [
    'one that begins before the capture or ends after it counts inside',
    line([5], { start: '1699999999.500000000' }),
    '█▁▁▁▁▁▁▁',
  ],
  ['the last time of the capture is in the last character', line([5], { start: '1700000008.000000000' }), '▁▁▁▁▁▁▁█'],
  ['wider than the capture it is the same everywhere', line([5], { width: 16 }), '████████'],
  ['a capture without length has none', line([5], { seconds: 0 }), ''],
])('%s', (_rule, text, expected) => {
  expect(text).toBe(expected);
});
