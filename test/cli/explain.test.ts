import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { understand } from '../../src/cli/commands.ts';
import { UsageError } from '../../src/cli/errors.ts';
import { explanationPath } from '../fixtures/fixture-files.ts';
import { shell, sockscope } from '../support/command.ts';

const UTF8 = { LC_ALL: 'C.UTF-8' };
const ONE = 'fixtures/close/client-first.pcap';
const SEVERAL = 'fixtures/handshake/backlog-full.pcap';
const BOTH = ['fixtures/handshake/refused.pcap', 'fixtures/udp/request-response.pcap'];

function explained(...args: string[]) {
  const { stdout, stderr, status } = sockscope(['explain', ...args], { env: UTF8 });
  return { stdout, stderr, status };
}

test('the only connection is explained', () => {
  expect(explained(ONE)).toEqual({
    stdout: readFileSync(explanationPath('close/client-first.pcap'), 'utf8'),
    stderr: '',
    status: 0,
  });
});

test('the options reach the explanation', () => {
  expect(explained(...BOTH, '--stream', '0', '--protocol', 'udp').stdout).toMatch(/^udp 0: /);
  const { stdout } = explained(SEVERAL, '--where', 'protocol == "tcp"', '--top', '2', '--absolute', '--utc');
  expect(stdout.match(/^tcp \d: /gm)).toEqual(['tcp 0: ', 'tcp 1: ']);
  expect(stdout).toMatch(/\d\d:\d\d:\d\d\.\d{6}.* SYN J=\d{6,}/);
});

describe('what comes through a pipe', () => {
  test('is explained as if it were a file, and leaves none behind', () => {
    const read = shell(`sockscope explain ${SEVERAL}`, UTF8);
    const script = `export TMPDIR=$(mktemp -d); cat ${SEVERAL} | sockscope explain - ; ls -d $TMPDIR/sockscope-*`;
    const piped = shell(script, UTF8);
    expect(piped.stdout).toBe(read.stdout);
    expect(piped.stderr).toMatch(/No such file/);
  });

  test('a reader that goes away ends it quietly', () => {
    const { stderr, status } = shell(`sockscope explain ${BOTH.join(' ')} --where true | head -n 1`, UTF8);
    expect([stderr, status]).toEqual(['', 0]);
  });
});

describe('what it looks like', () => {
  test.each([
    [{ LC_ALL: 'C' }, false],
    [{ LANG: 'en_GB.UTF-8' }, true],
    [{ LC_ALL: 'POSIX', LANG: 'en_GB.UTF-8' }, false],
    [{ LC_ALL: '', LC_CTYPE: 'de_DE.utf8' }, true],
  ])('%j: UTF-8 %s', (locale, isUtf8) => {
    const env = { LC_ALL: '', LC_CTYPE: '', LANG: '', ...locale };
    const { stdout } = sockscope(['explain', ONE], { env });
    expect(/[^\n -~]/.test(stdout)).toBe(isUtf8);
    expect(stdout).toMatch(isUtf8 ? /├─ SYN J=0.*─▶│/ : /\+- SYN J=0.*->\|/);
  });

  test('states and errors stay in one piece on a terminal of 60 columns', () => {
    for (const [capture, words] of [
      ['fixtures/close/abort-by-client.pcap', ['ESTABLISHED', 'SYN-RECEIVED', 'ECONNRESET']],
      ['fixtures/handshake/refused.pcap', ['SYN-SENT', 'ECONNREFUSED']],
    ] as const) {
      const { stdout } = sockscope(['explain', capture], { env: { ...UTF8, COLUMNS: '60' } });
      const ladder = stdout.slice(0, stdout.indexOf('What happened'));
      for (const word of words) expect(ladder).toContain(` ${word}`);
    }
  });

  test('COLUMNS gives the width', () => {
    const { stdout } = sockscope(['explain', ONE], { env: { ...UTF8, COLUMNS: '120' } });
    expect(stdout).toContain('0.000000');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeGreaterThan(80);
  });
});

describe('wrong usage is one clear line', () => {
  test.each([
    [['--stream', 'x'], '--stream x: not a stream number; example: --stream 17'],
    [['--problems', '--stream', '0'], '--stream and --problems exclude each other: choose one'],
    [['--protocol', 'tcp'], '--protocol says what --stream N counts: give --stream, too'],
    [['--stream', '0', '--protocol', 'tpc'], '--protocol tpc: not one of tcp, udp, sctp (did you mean "tcp"?)'],
    [['--where', 'true', '--top', '0'], '--top 0: not a number of connections from 1 on; example: --top 3'],
    [['-', '-'], 'standard input (-) can be read only once: give it once'],
  ])('%j', async (args, message) => {
    await expect(understand(['explain', ONE, ...args])).rejects.toThrow(new UsageError(message));
  });

  test('and an exit code', () => {
    const { stdout, stderr, status } = explained(ONE, '--stream', '9');
    const message = `sockscope: ${ONE}: there is no TCP stream 9: the last one is 0\n`;
    expect([stdout, stderr, status]).toEqual(['', message, 2]);
  });
});
