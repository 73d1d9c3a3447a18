import { expect, test } from '@jest/globals';
import { harmless } from '../../src/report/harmless.ts';

test.each([
  ['a plain line, and another\n# x :: y\n', 'a plain line, and another\n# x :: y\n'],
  ['\u001b[31mred\u001b[39m \u001b[1;2mx\u001b[0m', '\u001b[31mred\u001b[39m \u001b[1;2mx\u001b[0m'],
  ['\u001b]0;title\u0007 \u001b[2J \u001b[?25l', '\\x1b]0;title\\x07 \\x1b[2J \\x1b[?25l'],
  ['\u009b31m\r\n\u202e\u2028\ud800', '\\x9b31m\\x0d\n\\u{202e}\\u{2028}\\u{d800}'],
  ['::error::x', '\\x3a:error::x'],
  ['a\n  ::set-output name=a::b', 'a\n  \\x3a:set-output name=a::b'],
  ['\u001b[2m::error file=a,line=1::b\u001b[22m', '\u001b[2m\\x3a:error file=a,line=1::b\u001b[22m'],
  ['see ::error::x', 'see ::error::x'],
  // Addresses may begin a line that was wrapped.
  ['fe80::1/64,\n  ::1/128, ::ffff:10.0.0.1', 'fe80::1/64,\n  ::1/128, ::ffff:10.0.0.1'],
  ['a ##[add-mask]x', 'a \\x23#[add-mask]x'],
])('%j is written %j', (text, written) => {
  expect(harmless(text, false)).toBe(written);
});
