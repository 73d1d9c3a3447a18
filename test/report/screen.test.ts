import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { screenLines } from '../../src/report/screen.ts';
import { COMMAND } from '../support/command.ts';
import { writeFailingCapture } from '../support/failing-capture.ts';

/** The one of util-linux runs a command in a pseudo-terminal. */
const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;
const inTerminal = hasScript ? test : test.skip;
const suffix = hasScript ? '' : ' (needs script of util-linux)';

let folder: string;
let capture: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
  capture = join(folder, 'failing.pcap');
  writeFailingCapture(capture, 400);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What stands on a terminal after the command; its progress and warnings go elsewhere. */
function shown(columns: number, rows: number, ...args: string[]): string {
  const words = [...COMMAND, capture, ...args].map((word) => `'${word}'`).join(' ');
  const { NO_COLOR, ...env } = process.env;
  const { stdout } = spawnSync(
    'script',
    ['-qefc', `stty cols ${columns} rows ${rows}; ${words} 2>'${folder}/err'`, '/dev/null'],
    {
      encoding: 'utf8',
      env: { ...env, TERM: 'xterm-256color', LC_ALL: 'C.UTF-8' },
    },
  );
  return stdout.replaceAll('\r\n', '\n');
}

const tableRows = (text: string) => text.split('\n').filter((line) => /^(tcp|udp) \d/.test(line)).length;

describe('the default report in a pseudo-terminal', () => {
  inTerminal.each([
    [60, 24],
    [80, 24],
    [120, 24],
    [200, 50],
  ])(
    `of %d columns and %d rows leaves one line to the prompt, and ends with what to type next${suffix}`,
    (columns, rows) => {
      const text = shown(columns, rows);
      expect(screenLines(text, columns)).toBeLessThanOrEqual(rows - 1);
      expect(screenLines(text, columns)).toBeGreaterThanOrEqual(rows - 2);
      expect(text).toMatch(/\nConnections with problems|\n\S*Connections with problems/);
      expect(text.trimEnd().split('\n').at(-1)).toMatch(/next:.* sockscope explain .*failing\.pcap --stream \d+$/);
    },
  );

  inTerminal(`has more rows in a higher one${suffix}`, () => {
    expect(tableRows(shown(120, 50))).toBeGreaterThan(tableRows(shown(120, 24)) + 20);
  });

  inTerminal(`is not fitted with --top or --all${suffix}`, () => {
    expect(tableRows(shown(120, 24, '--top', '45'))).toBe(45);
    expect(tableRows(shown(120, 24, '--all'))).toBeGreaterThan(50);
  });
});

test('a line that is longer than the terminal takes as many lines as it fills, and colours take none', () => {
  expect(screenLines('\n', 10)).toBe(1);
  expect(screenLines('0123456789\n', 10)).toBe(1);
  expect(screenLines('0123456789a\n\nb\n', 10)).toBe(4);
  expect(screenLines('\u001b[31m0123456789\u001b[39m', 10)).toBe(1);
  expect(screenLines('x'.repeat(1000), Number.POSITIVE_INFINITY)).toBe(1);
});
