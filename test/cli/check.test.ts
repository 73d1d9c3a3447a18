import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { COMMAND, ROOT, shell, sockscope } from '../support/command.ts';

const GRACEFUL = 'fixtures/close/client-first.pcap';
const RESET = 'fixtures/close/abort-by-server.pcap';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
  writeFileSync(join(folder, 'text.pcap'), 'this is no capture, whatever it is called\n'.repeat(10));
  writeFileSync(join(folder, 'wrong.yml'), 'rules:\n  - no-reset\n  - no-refuse\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('sockscope check ends with', () => {
  test.each<[number, string, string[]]>([
    [0, 'all hold', [GRACEFUL, '--ready', 'no-resets,clean-close']],
    [1, 'some fail', [GRACEFUL, RESET, '--ready', 'no-resets']],
    [1, 'a rule looked at nothing', [GRACEFUL, '--assert', 'true', '--rules', 'fixtures/sockscope.yml']],
    [2, 'a capture could not be read', [GRACEFUL, join('nowhere', 'missing.pcap'), '--ready', 'no-resets']],
    [2, 'a folder has no captures', ['src/check', '--ready', 'no-resets']],
  ])('%s where %s', (status, _what, args) => {
    expect(sockscope(['check', ...args]).status).toBe(status);
  });

  test.each<[string, string[], RegExp]>([
    ['there is nothing to check', [GRACEFUL], /^nothing to check: give --rules FILE, .* or write sockscope\.yml$/],
    [
      'the format is unknown',
      [GRACEFUL, '--ready', 'no-resets', '--format', 'xml'],
      /^--format xml: .* people, json, /,
    ],
    ['the limit is no number', [GRACEFUL, '--ready', 'no-resets', '--limit', 'x'], /^--limit x: not a number of /],
    ['standard input is named twice', ['-', '-', '--ready', 'no-resets'], /read only once/],
    [
      'an assertion is wrong',
      [GRACEFUL, '--assert', 'duratio > 1'],
      /^--assert 'duratio > 1': Unknown variable: duratio /,
    ],
    [
      'a ready rule is not there',
      [GRACEFUL, '--ready', 'no-resets,clean'],
      /^--ready clean: .*\(did you mean "clean-close"\?\)$/,
    ],
    ['an option is misspelt', [GRACEFUL, '--asert', 'true'], /unknown option --asert \(did you mean --assert\?\)/],
  ])('2 and one line where %s', (_what, args, message) => {
    const { status, stdout, stderr } = sockscope(['check', ...args]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^sockscope: [^\n]+\n$/);
    expect(stderr.slice('sockscope: '.length).trimEnd()).toMatch(message);
  });

  test('2 and a line for each thing that is wrong with a rule file', () => {
    const { status, stdout, stderr } = sockscope(['check', GRACEFUL, '--rules', join(folder, 'wrong.yml')]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^sockscope: \S+wrong\.yml:2:5: [^\n]+\nsockscope: \S+wrong\.yml:3:5: [^\n]+\n$/);
  });
});

test('a capture that cannot be read does not stop the others', () => {
  const { stdout, status } = sockscope(['check', join(folder, 'text.pcap'), RESET, '--assert', 'size(resets) == 0']);
  expect(status).toBe(2);
  expect(stdout).toContain(`FAIL  ${RESET}  1 connection, 1 of 1 rule broken`);
  expect(stdout).toMatch(/^2 captures, 1 connection: 0 hold, 1 fail, 1 capture not readable$/m);
});

test('a capture comes from standard input as well', () => {
  const input = readFileSync(join(ROOT, RESET));
  const { stdout, status } = sockscope(['check', '-', '--ready', 'no-resets'], { input });
  expect(status).toBe(1);
  expect(stdout).toMatch(/^FAIL {2}standard input {2}1 connection, 1 of 1 rule broken\n/);
});

test('captures are judged together where that is wanted', () => {
  const args = ['check', GRACEFUL, RESET, '--assert', 'size(connections) == 2'];
  expect(sockscope(args).stdout).toContain('2 captures, 2 connections: 0 hold, 2 fail\n');
  expect(sockscope([...args, '--together'])).toMatchObject({
    status: 0,
    stdout: '1 capture, 2 connections: 1 hold, 0 fail\n',
  });
});

test('a report goes to a file, and people still read theirs', () => {
  const file = join(folder, 'report.xml');
  const args = ['check', RESET, '--ready', 'no-resets', '--format', 'junit', '--output', file];
  const { status, stdout } = sockscope(args);
  expect([status, stdout.split('\n')[0]]).toEqual([1, `FAIL  ${RESET}  1 connection, 1 of 1 rule broken`]);
  expect(readFileSync(file, 'utf8')).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites /);
  expect(sockscope([...args, '--quiet'])).toMatchObject({ status: 1, stdout: '', stderr: '' });
});

test('sockscope.yml is read where no other rules are named, and a folder is searched', () => {
  const project = join(folder, 'project');
  mkdirSync(join(project, 'captures', 'deep'), { recursive: true });
  cpSync(join(ROOT, GRACEFUL), join(project, 'captures', 'deep', 'a.pcap'));
  writeFileSync(join(project, 'captures', 'notes.txt'), 'not a capture');
  writeFileSync(join(project, 'sockscope.yml'), 'rules: [server-closes-first]\n');
  const command = `cd '${project}' && '${COMMAND.join("' '")}' check captures`;
  const { status, stdout, stderr } = shell(command);
  expect(status).toBe(1);
  expect(stdout).toContain(
    'FAIL  server-closes-first: broken by 1 of 1 connection; expected: the server began to close',
  );
  expect(stderr).toBe('sockscope: captures: 1 capture found, 1 other file left alone\n');
});

test('a closed pipe does not make a check pass', () => {
  const { stdout, stderr } = shell(
    `(sockscope check ${RESET} ${RESET} fixtures/close --quiet --all --ready no-resets; echo "code $?" >&2) | true`,
  );
  expect([stdout, stderr]).toEqual(['', 'code 1\n']);
});
