import { describe, expect, test } from '@jest/globals';
import { isUtf8, toAscii, toAsciiColumns } from '../../src/report/ascii.ts';
import { escaped } from '../../src/report/printable.ts';
import { written } from '../support/reports.ts';

describe('the locale decides as setlocale(3) does', () => {
  test.each<[environment: NodeJS.ProcessEnv, utf8: boolean]>([
    [{}, false],
    [{ LANG: 'C' }, false],
    [{ LANG: 'en_GB.UTF-8' }, true],
    [{ LANG: 'en_GB' }, false],
    [{ LC_ALL: 'POSIX', LANG: 'en_GB.UTF-8' }, false],
    [{ LC_ALL: '', LC_CTYPE: 'de_DE.utf8' }, true],
    [{ LC_CTYPE: 'C', LANG: 'en_GB.UTF-8' }, false],
  ])('%j: UTF-8 %s', (environment, utf8) => {
    expect(isUtf8(environment, 'linux')).toBe(utf8);
    expect(isUtf8(environment, 'darwin')).toBe(utf8);
  });

  test('on Windows, which has none of these variables, there is UTF-8', () => {
    expect([isUtf8({}, 'win32'), isUtf8({ LANG: 'C' }, 'win32')]).toEqual([true, false]);
  });
});

test('a line of text gets what reads best', () => {
  expect(toAscii('connect() → 0, 3 × 4 µs, a…b, naïve\n')).toBe('connect() -> 0, 3 x 4 us, a...b, na?ve\n');
  expect(toAscii('naïve 🎉', escaped)).toBe('na\\xefve \\u{1f389}');
});

describe('text that is laid out', () => {
  test.each([
    ['12 ×  40 µs  2001:db8:…:443', '12 x  40 us  2001:db8:~:443'],
    ['a → b ← c', 'a > b < c'],
    ['▁▂▃▄▅▆▇█', '_.:-=+*#'],
    ['├─ SYN ─▶│ ◀═╌┤ ┌┐└┘┼ ⋮◇', '+- SYN ->| <=.+ +++++ :o'],
    ['caffè 网络 🎉', 'caff? ?? ??'],
    ['\u001b[31m×\u001b[39m', '\u001b[31mx\u001b[39m'],
  ])('%s keeps its columns and colours', (text, ascii) => {
    expect(toAsciiColumns(text)).toBe(ascii);
    expect(ascii).toHaveLength(text.length);
  });

  test('an ellipsis that stands for itself is three points', () => {
    expect(toAsciiColumns('… 22 more: --all\nsudo sockscope live …\n')).toBe(
      '... 22 more: --all\nsudo sockscope live ...\n',
    );
  });
});

describe('an output', () => {
  const use = (ascii: boolean) =>
    written(
      (output) => {
        output.write('\u001b[1m3 ×\u001b[22m … é\u0007\r\n');
        output.json.string('é🎉\u009b##[x');
        output.data('é\t\r\n');
        output.flush();
      },
      { ascii },
    );

  test('in ASCII turns text into it, keeps colours, and escapes JSON', () => {
    expect(use(true)).toBe('\u001b[1m3 x\u001b[22m ... ?\\x07\\x0d\n"\\u00e9\\ud83c\\udf89\\u009b\\u0023#[x"é\t\r\n');
  });

  test('otherwise only replaces what would act', () => {
    expect(use(false)).toBe('\u001b[1m3 ×\u001b[22m … é\\x07\\x0d\n"é🎉\\u009b\\u0023#[x"é\t\r\n');
  });
});
