import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sockscope } from '../support/command.ts';

const REUSE = 'fixtures/close/port-reuse.pcap';
const ABORT = 'fixtures/close/abort-by-server.pcap';
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const check = (...args: string[]) => sockscope(['check', ...args]);

describe('check --baseline', () => {
  test('without a baseline fails and says how to make one', () => {
    const file = join(folder, 'none.json');
    const { status, stdout } = check(REUSE, '--baseline', file);
    expect([status, stdout]).toEqual([
      1,
      expect.stringContaining(`no baseline ${file}: --update accepts what is there\n`),
    ]);
  });

  test('accepts with --update, holds, and holds no more for another capture', () => {
    const file = join(folder, 'reuse.json');
    const accept = check(REUSE, '--baseline', file, '--update');
    expect([accept.status, accept.stderr]).toEqual([
      0,
      `sockscope: ${REUSE}: ${file} written: 3 connections accepted\n`,
    ]);
    expect(JSON.parse(readFileSync(file, 'utf8')).servers['tcp 10.9.0.2:80']).toHaveLength(3);
    expect(check(REUSE, '--baseline', file).status).toBe(0);
    expect(check(REUSE, '--baseline', file, '--update').stderr).toContain('stays as it is');

    const { status, stdout } = check(ABORT, '--baseline', file);
    expect(status).toBe(1);
    expect(stdout).toMatch(/\n +close\.(style|firstCloser) was "\w+", is "(reset|server)"\n/);
    expect(stdout).toContain('sockets.client.error was none, is "ECONNRESET"\n');
    expect(stdout).toContain(
      `  in Wireshark: tcp.stream eq 0\n          next: sockscope explain ${ABORT} --stream 0\n`,
    );
    expect(stdout).toContain('tcp 10.9.0.2:80: connections missing = 1\n');
    expect(stdout).toContain('… handshake.outcome = "completed"\n');
  });

  test('keeps the chosen fields and tolerances in its file', () => {
    const file = join(folder, 'chosen.json');
    const options = ['--keep', 'close.finToAck', '--tolerance', 'handshake.connectTime=50%', '--ignore', 'findings'];
    expect(check(REUSE, '--baseline', file, '--update', ...options).status).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      keep: ['close.finToAck'],
      ignore: ['findings'],
      tolerance: { 'handshake.connectTime': '50%' },
    });
    expect(check(REUSE, '--baseline', file, ...options).status).toBe(0);
    const kept = readFileSync(file, 'utf8');
    const [line, connectTime] = kept.match(/"handshake\.connectTime": (0\.\d+)/) ?? [];
    writeFileSync(file, kept.replace(`${line}`, '"handshake.connectTime": 0.03'));
    const { status, stdout } = check(REUSE, '--baseline', file);
    const told = `handshake.connectTime was 0.03, is ${connectTime}`;
    expect([status, stdout]).toEqual([1, expect.stringContaining(told)]);
    const other = check(REUSE, '--baseline', file, '--keep', 'duration');
    expect([other.status, other.stderr]).toEqual([
      2,
      `sockscope: ${file} was made without --keep duration: --update rewrites it with this option\n`,
    ]);
  });

  test('a folder has a file for each capture', () => {
    const baselines = `${join(folder, 'all')}/`;
    expect(check('fixtures/udp', '--baseline', baselines, '--update').status).toBe(0);
    expect(JSON.parse(readFileSync(join(baselines, 'fixtures/udp/closed-port.pcap.json'), 'utf8')).baseline).toBe(1);
    expect(check('fixtures/udp', '--baseline', baselines).stdout).toContain('8 hold, 0 fail');
  });

  test.each([
    [['--update'], /--update is for a baseline: give --baseline FILE/],
    [['--keep', 'duration'], /--keep is for a baseline/],
    [['--baseline', 'x.json', '--tolerance', 'duration'], /--tolerance duration: not FIELD=AMOUNT; example: /],
    [['--baseline', 'x.json', '--tolerance', 'duration=much'], /duration=much: not a tolerance/],
    [['--baseline', 'x.json', '--keep', 'close.stile'], /close\.stile: no field of a connection record/],
    [['--baseline', '/dev/null'], /\/dev\/null: not a baseline: not a regular file/],
    [['--baseline', '/proc/no/baseline.json', '--update'], /baseline\.json cannot be written: ENOENT/],
    [['--baseline', 'package.json'], /package\.json: not a baseline: "baseline" is missing/],
  ])('%j is one line and exit code 2', (args, message) => {
    const { status, stdout, stderr } = check(REUSE, ...args);
    expect(stderr).toMatch(/^sockscope: [^\n]+\n$/);
    expect(stderr).toMatch(message);
    expect([status, stdout]).toEqual([2, '']);
  });
});
