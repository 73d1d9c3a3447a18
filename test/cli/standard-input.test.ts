import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { COMMAND, cleanEnvironment, ROOT, shell, sockscope } from '../support/command.ts';

const RESET = 'fixtures/close/abort-by-server.pcap';
/** What a report says beside the capture's name and how long it took. */
const rest = (report: string) => report.replace(/^capture .*\n/, '').replace(/; took .*/, '');

describe('a capture that is piped into the command is read without being named', () => {
  test.each([
    ['the report', `cat ${RESET} | sockscope`, `sockscope - < ${RESET}`],
    ['a format', `cat ${RESET} | sockscope --csv`, `sockscope ${RESET} --csv`],
    ['analyze', `cat ${RESET} | sockscope analyze --ndjson`, `sockscope ${RESET} --ndjson`],
    ['explain', `cat ${RESET} | sockscope explain --problems`, `sockscope explain ${RESET} --problems`],
    ['explain of what seems best', `cat ${RESET} | sockscope explain`, `sockscope explain ${RESET}`],
    ['check', `cat ${RESET} | sockscope check --ready no-resets`, `sockscope check - --ready no-resets < ${RESET}`],
    ['what is compressed', `gzip -c ${RESET} | sockscope --zeek`, `sockscope ${RESET} --zeek`],
  ])('by %s', (_name, piped, named) => {
    const [is, was] = [piped, named].map((script) => shell(script));
    expect(rest(is.stdout)).toBe(rest(was.stdout));
    expect([is.status, is.stderr]).toEqual([was.status, '']);
    expect(is.stdout).not.toBe('');
  });

  test('or redirected', () => {
    expect(shell(`sockscope --csv < ${RESET}`).stdout).toBe(sockscope([RESET, '--csv']).stdout);
    expect(shell(`sockscope < ${RESET}`).stdout).toMatch(/^capture +standard input \(pcap/);
  });

  test('and not where one is named', () => {
    expect(shell(`cat package.json | sockscope ${RESET} --csv`)).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('where nothing is piped the usage is told, in one line', () => {
  test.each([
    ['from /dev/null', '</dev/null'],
    ['from a closed standard input', '<&-'],
    ['from a device', '</dev/zero'],
  ])('%s', (_name, redirection) => {
    for (const command of ['', 'analyze', '--json', 'explain', 'explain --problems', 'check --ready no-resets']) {
      const { status, stdout, stderr } = shell(`sockscope ${command} ${redirection}`);
      expect(stderr).toMatch(/^sockscope: [^\n]*capture[^\n]*\n$/);
      expect([status, stdout]).toEqual([2, '']);
    }
  });

  test('from a terminal', () => {
    const { stdout } = shell(`script -qec "${COMMAND.join(' ')}" /dev/null`);
    expect(stdout).toMatch(/^sockscope <capture\.\.> \[options\]\r?\n/);
  });
});

test('an empty pipe, as cron and CI give, is one line that says what to do', () => {
  const { status, stdout, stderr } = spawnSync(COMMAND[0], [COMMAND[1]], {
    cwd: ROOT,
    encoding: 'utf8',
    env: cleanEnvironment(),
    input: '',
  });
  expect(stderr).toMatch(/^sockscope: standard input: empty; [^\n]*name a capture file[^\n]*\n$/);
  expect([status, stdout]).toEqual([2, '']);
  expect(shell('true | sockscope explain').stderr).toBe(stderr);
  expect(shell('true | sockscope check --ready no-resets')).toMatchObject({ status: 2, stderr: '' });
});
