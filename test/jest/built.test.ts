import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { canRecord } from '../../src/jest.ts';
import { ROOT } from '../support/command.ts';

/** What a test finds under `sockscope` and `sockscope/jest`; the package's own name leads to the built files, as a user's import does. */
const WAYS = [
  ['import', `const library = await import('sockscope'), forTests = await import('sockscope/jest');`],
  ['require', `const library = require('sockscope'), forTests = require('sockscope/jest');`],
];

/** @returns what the program printed; on stderr nothing may stand, no warning either */
function output(program: string): unknown[] {
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', `(async () => { ${program} })()`], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  expect(stderr).toBe('');
  return stdout.trimEnd().split('\n');
}

const cap = await canRecord({ backend: 'cap' });
const testCap = cap.possible ? test : test.skip;
const record = await canRecord();
const testRecord = record.possible ? test : test.skip;

/** Why a test is skipped, for its name. */
function note({ reason }: { reason: string | null }): string {
  return reason === null ? '' : ` (${reason})`;
}

describe.each(WAYS)('with %s, the built library', (_how, load) => {
  const abort = JSON.stringify(join(ROOT, 'fixtures/close/abort-by-server.pcap'));

  test('reads captures and judges them', () => {
    const program = `${load}
      const { matchers } = forTests;
      for await (const connection of library.analyze(${abort})) {
        console.log(matchers.toHaveNoResets.call({}, connection).pass);
        console.log(matchers.toSatisfy.call({}, connection, 'close.firstCloser == "server"').pass);
      }
      console.log((await matchers.toSeeErrno.call({}, ${abort}, 'client', 'ECONNRESET')).pass);
    `;
    expect(output(program)).toEqual(['false', 'true', 'true']);
  });

  test('shows the ladder of a connection that is not as it should be', () => {
    const program = `${load}
      for await (const connection of library.analyze(${abort}))
        console.log(forTests.matchers.toHaveNoResets.call({}, connection).message());
    `;
    expect(output(program).join('\n')).toMatch(/SYN.*\n.*SYN/);
  });

  test('explains, compares and checks', () => {
    const program = `${load}
      console.log((await library.explain(${abort})).includes('SYN'));
      console.log((await library.diff(${abort}, ${abort})).before.captures.length);
      console.log((await library.check(${abort}, ['no-resets'])).outcome);
    `;
    expect(output(program)).toEqual(['true', '1', 'failed']);
  });

  testRecord(`has nothing left to wait for when canRecord() has answered${note(record)}`, () => {
    // A test runner waits, as node does, for what is still active, a timer for example.
    const program = `${load}
      console.log((await forTests.canRecord()).possible, process.getActiveResourcesInfo().filter((what) => what === 'Timeout'));
    `;
    expect(output(program)).toEqual(['true []']);
  });

  testCap(`records by the package cap${note(cap)}`, () => {
    const program = `${load}
      const recording = await forTests.recordCapture({ backend: 'cap' });
      console.log((await recording.stop()) instanceof Array, recording.capture.length >= 24);
    `;
    expect(output(program)).toEqual(['true true']);
  });
});
