import { describe, expect, test } from '@jest/globals';
import { sockscope } from '../support/command.ts';

const FIRST = 'fixtures/close/client-first.pcap';
const REUSE = 'fixtures/close/port-reuse.pcap';

const diff = (...args: string[]) => sockscope(['diff', ...args]);

describe('diff', () => {
  test('says what is worse and where to look, and fails where it was asked to', () => {
    const { status, stdout, stderr } = diff(FIRST, REUSE, '--fail-on', 'failures,handshake');
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toContain('failures  tcp 10.9.0.2:80  reset: none of 1 → 1 of 3, new (tcp 1)\n');
    expect(stdout).toContain(`\nsockscope explain ${REUSE} --stream 0\n`);
    expect(stdout).toMatch(/connect p50 +\d+\.\d ms +\d+\.\d ms +too few to tell\n/);
    expect(stdout).toContain('\nworse: failures (--fail-on failures, handshake)\n');
  });

  test('passes where nothing is worse than that', () => {
    const { status, stdout } = diff(REUSE, FIRST, '--fail-on', 'failures');
    expect([status, stdout]).toEqual([0, expect.stringContaining('\nnot worse (--fail-on failures)\n')]);
    expect(stdout).toContain('reset: 1 of 3 → none of 1, gone');
  });

  test('of a capture with itself has nothing to say', () => {
    const { status, stdout } = diff(REUSE, REUSE, '--fail-on', 'all');
    expect([status, stdout]).toEqual([0, expect.stringContaining('\nNo difference\n')]);
  });

  test('--json is one document, --where chooses', () => {
    const { status, stdout } = diff(
      FIRST,
      REUSE,
      '--json',
      '--where',
      'close.style == "graceful" && size(findings.filter(f, f.severity == "error")) == 0',
      '--fail-on',
      'failures',
    );
    const document = JSON.parse(stdout);
    expect(status).toBe(0);
    expect(document).toMatchObject({
      schema: 1,
      before: { connections: 1, packets: 10 },
      after: { connections: 1, packets: 22 },
      all: { handshake: { p50: { verdict: 'too few' } } },
      servers: [{ server: { before: 'tcp 10.9.0.2:80', after: 'tcp 10.9.0.2:80' } }],
      failing: [],
    });
  });

  test.each([
    [[FIRST], /diff: <after> is missing; example: sockscope diff before\.pcap after\.pcap/],
    [[FIRST, 'missing.pcap'], /missing\.pcap: no such file/],
    [[FIRST, 'package.json'], /package\.json/],
    [
      [FIRST, 'fixtures/files/no-packets.pcap', '--fail-on', 'failures'],
      /no-packets\.pcap: there is no connection to compare/,
    ],
    [['-', '-'], /standard input \(-\) can be read only once/],
    [[FIRST, REUSE, '--fail-on', 'speed'], /--fail-on speed: one or more of all, failures/],
    [[FIRST, REUSE, '--where', 'stile == 1'], /stile/],
  ])('%j is one line and exit code 2', (args, message) => {
    const { status, stdout, stderr } = diff(...args);
    expect(stderr).toMatch(/^sockscope: [^\n]+\n$/);
    expect(stderr).toMatch(message);
    expect([status, stdout]).toEqual([2, '']);
  });
});
