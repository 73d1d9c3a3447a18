import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ROOT, shell, sockscope } from '../support/command.ts';

const FIRST = 'fixtures/close/client-first.pcap';
const RESET = 'fixtures/close/abort-by-server.pcap';
const UDP = 'fixtures/udp/request-response.pcap';
const INPUT = { input: readFileSync(join(ROOT, RESET)) };
let folder: string;
let before: string;
let after: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
  before = join(folder, 'before');
  after = join(folder, 'after');
  mkdirSync(join(after, 'deep'), { recursive: true });
  mkdirSync(join(folder, 'empty'));
  mkdirSync(join(folder, 'useless'));
  mkdirSync(before);
  writeFileSync(join(folder, 'useless', 'begun.pcap'), '');
  cpSync(join(ROOT, FIRST), join(before, 'first.pcap'));
  cpSync(join(ROOT, FIRST), join(after, 'first.pcap'));
  cpSync(join(ROOT, RESET), join(after, 'deep', 'reset.pcap'));
  writeFileSync(join(after, 'notes.txt'), 'no capture');
  symlinkSync('..', join(after, 'deep', 'up'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const found = () => `sockscope: ${after}: 2 captures found, 1 other file left alone\n`;

describe('a folder means every capture in it', () => {
  test('for the report, as one capture', () => {
    const { status, stdout, stderr } = sockscope([after, '--json']);
    const { captures, connections } = JSON.parse(stdout);
    expect(captures.map(({ file }: { file: string }) => file)).toEqual([
      join(after, 'deep', 'reset.pcap'),
      join(after, 'first.pcap'),
    ]);
    expect([status, stderr, connections.length]).toEqual([0, found(), 2]);
  });

  test('beside files', () => {
    const { stdout, stderr } = sockscope([UDP, after, '--json']);
    expect([stderr, JSON.parse(stdout).captures.length]).toEqual([found(), 3]);
    expect(sockscope([UDP, after, join(after, 'first.pcap'), '--json']).stdout).toBe(stdout);
  });

  test('for explain', () => {
    const { status, stdout, stderr } = sockscope(['explain', after]);
    expect([status, stderr]).toEqual([0, found()]);
    expect(stdout).toMatch(/\nerror reset: reset by the server/);
  });

  test('for check, each on its own', () => {
    const { status, stdout, stderr } = sockscope(['check', after, '--ready', 'no-resets']);
    expect([status, stderr]).toEqual([1, found()]);
    expect(stdout).toContain('2 captures, 2 connections: 1 hold, 1 fail\n');
  });

  test('for both sides of diff', () => {
    const { status, stdout, stderr } = sockscope(['diff', before, after, '--json']);
    const { before: was, after: is } = JSON.parse(stdout);
    expect([status, was.connections, is.connections]).toEqual([0, 1, 2]);
    expect(stderr).toBe(`sockscope: ${before}: 1 capture found\n${found()}`);
  });

  test('and --quiet says nothing of it', () => {
    for (const command of [[after], ['explain', after], ['diff', before, after]]) {
      expect(sockscope([...command, '--quiet']).stderr).toBe('');
    }
  });
});

test('what diff suggests names the folder, and a pipe by its hyphen', () => {
  const suggested = (...args: string[]) =>
    /^sockscope explain .*/m.exec(sockscope(['diff', ...args], INPUT).stdout)?.[0];
  expect(suggested(before, after)).toBe(`sockscope explain ${after} --stream 1`);
  expect(suggested(before, '-')).toBe('sockscope explain - --stream 0');
});

test('what is suggested names the folder', () => {
  const [suggested] = /sockscope explain .*/.exec(sockscope([after]).stdout) ?? [];
  expect(suggested).toBe(`sockscope explain ${after} --stream 1`);
  expect(shell(`${suggested} --quiet`).stdout).toMatch(/^tcp 1: client /);
});

describe('where a folder has no capture that could be read', () => {
  test.each([
    [['EMPTY']],
    [['explain', 'EMPTY']],
    [['check', 'EMPTY', '--ready', 'no-resets']],
    [['diff', 'EMPTY', UDP]],
  ])('%j ends with one line', (args) => {
    const { status, stdout, stderr } = sockscope(args.map((arg) => (arg === 'EMPTY' ? join(folder, 'empty') : arg)));
    expect(stderr).toBe(
      `sockscope: ${folder}/empty: no captures in this folder or below it (pcap or pcapng, by name or by content)\n`,
    );
    expect([status, stdout]).toEqual([2, '']);
  });

  test('what was found is named', () => {
    const useless = join(folder, 'useless');
    const { status, stdout, stderr } = sockscope([useless]);
    expect(stderr.split('\n')).toEqual([
      `sockscope: ${useless}: 1 capture found`,
      `sockscope: ${useless}/begun.pcap: empty; nothing was captured; left out`,
      `sockscope: ${useless}: none of the captures in this folder can be read`,
      '',
    ]);
    expect([status, stdout]).toEqual([2, '']);
  });
});

test('what is found and cannot be read is left out, with a word; what is named must be readable', () => {
  const broken = join(after, 'broken.pcap');
  writeFileSync(broken, 'this is no capture, whatever it is called');
  try {
    const { status, stdout, stderr } = sockscope([after, '--json']);
    expect([status, JSON.parse(stdout).captures.length]).toEqual([0, 2]);
    expect(stderr).toMatch(/3 captures found[^\n]*\n[^\n]*broken\.pcap: [^\n]*; left out\n$/);
    expect(sockscope([after, broken])).toMatchObject({ status: 2, stdout: '' });
    expect(sockscope(['check', after, '--ready', 'no-refused']).status).toBe(2);
  } finally {
    rmSync(broken);
  }
});

// macOS refuses such names.
(process.platform === 'linux' ? test : test.skip)(
  'a capture in a folder whose name is not UTF-8 is told, not passed over',
  () => {
    const file = Buffer.concat([Buffer.from(join(after, 'caf')), Buffer.from([0xe9]), Buffer.from('.pcap')]);
    writeFileSync(file, INPUT.input);
    try {
      const { status, stdout, stderr } = sockscope([after, '--json']);
      expect([status, JSON.parse(stdout).captures.length]).toEqual([0, 2]);
      expect(stderr).toMatch(
        /3 captures found.*\n.*caf\ufffd\.pcap: no such file; if bytes of its name are no UTF-8, /,
      );
      const check = sockscope(['check', after, '--ready', 'no-refused']);
      expect([check.status, check.stdout]).toEqual([
        2,
        expect.stringMatching(/^FAIL {2}.*caf\ufffd\.pcap {2}no such/m),
      ]);
    } finally {
      rmSync(file);
    }
  },
);

test('a capture without a name is an error that says so', () => {
  const { status, stderr } = sockscope(['']);
  expect([status, stderr]).toEqual([2, expect.stringContaining("the name of a capture is empty: ''")]);
});
