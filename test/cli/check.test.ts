import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sockscope } from '../support/command.ts';

const GRACEFUL = 'fixtures/close/client-first.pcap';
const RESET = 'fixtures/close/abort-by-server.pcap';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
  writeFileSync(join(folder, 'text.pcap'), 'this is no capture, whatever it is called\n'.repeat(10));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('sockscope check ends with', () => {
  test.each<[number, string, string[]]>([
    [0, 'all hold', [GRACEFUL, '--ready', 'no-resets,clean-close']],
    [1, 'some fail', [GRACEFUL, RESET, '--ready', 'no-resets']],
    [2, 'a capture could not be read', [GRACEFUL, join('nowhere', 'missing.pcap'), '--ready', 'no-resets']],
    [2, 'there is nothing to check', [GRACEFUL]],
    [2, 'the format is unknown', [GRACEFUL, '--ready', 'no-resets', '--format', 'xml']],
  ])('%s where %s', (status, _what, args) => {
    expect(sockscope(['check', ...args]).status).toBe(status);
  });
});

test('a capture that cannot be read does not stop the others', () => {
  const { stdout, status } = sockscope(['check', join(folder, 'text.pcap'), RESET, '--assert', 'size(resets) == 0']);
  expect(status).toBe(2);
  expect(stdout).toContain(`FAIL  ${RESET}  1 connection, 1 of 1 rule broken`);
  expect(stdout).toMatch(/^1 capture|^2 captures, 1 connection: 0 hold, 1 fail, 1 capture not readable$/m);
});
