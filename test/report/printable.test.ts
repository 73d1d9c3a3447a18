import { expect, test } from '@jest/globals';
import { printable } from '../../src/report/printable.ts';

test.each([
  ['web.pcap', 'web.pcap'],
  ['naïve 网络 🎉', 'naïve 网络 🎉'],
  ['a\nb\r\tc', 'a\\nb\\r\\tc'],
  ['\u001b[31mred\u007f\u009b', '\\x1b[31mred\\x7f\\x9b'],
  ['\0', '\\x00'],
  ['a\u202egnp.pcap', 'a\\u{202e}gnp.pcap'],
  ['\u2028\u2066\ufeff\u061c', '\\u{2028}\\u{2066}\\u{feff}\\u{61c}'],
  ['\ud800x', '\\u{d800}x'],
  ['a ##[add-mask]b ##vso[task.setvariable]c', 'a \\x23#[add-mask]b \\x23#vso[task.setvariable]c'],
  ['# ## [x] #1', '# ## [x] #1'],
])('%j is shown as %s', (text, shown) => {
  expect(printable(text)).toBe(shown);
});
