import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { goldenOf } from '../fixtures/golden.ts';
import { sockscope } from '../support/command.ts';

const HTTP = 'fixtures/transfer/http.pcap';
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a capture that comes through standard input', () => {
  test.each([
    [HTTP, 'kept.pcapng'],
    [HTTP, 'kept.pcap'],
    ['fixtures/files/interfaces.pcapng', 'kept.pcapng'],
    ['fixtures/files/other-blocks.pcapng', 'kept.pcapng'],
  ])('gives live the records that %s gives, and so does what is kept in %s', async (file, kept) => {
    const path = join(folder, kept);
    const input = readFileSync(file);
    const { status, stdout } = sockscope(['live', '-', '--json', '--quiet', '--write', path], { input });
    expect(status).toBe(0);
    const { connections, captures } = JSON.parse(stdout);
    const expected = await goldenOf(file);
    expect(connections).toEqual(expected.connections);
    expect(captures[0]).toMatchObject({ file: 'standard input', live: { backend: null, timestamps: null } });
    const read = await goldenOf(path);
    expect(read.connections).toEqual(expected.connections);
    expect(read.captures[0].drops).toBe(expected.captures[0].drops);
  });

  test.each([
    [[], true],
    [['--rotate-size', '10k'], false],
  ])('ends with a report that says how to explain what was kept, if it is in one file: %j', (options, isThere) => {
    const path = join(folder, 'explained.pcapng');
    const input = readFileSync('fixtures/handshake/refused.pcap');
    const { stderr } = sockscope(['live', '-', '--write', path, ...options], { input });
    const next = stderr.match(/^next: sockscope explain (.*) --stream 0\n$/m)?.[1];
    expect(next).toBe(isThere ? path : undefined);
    if (isThere) expect(sockscope(['explain', path, '--stream', '0']).stdout).toContain('ECONNREFUSED');
  });

  test('is kept in a ring of files that read as one', async () => {
    const args = ['live', '-', '--json', '--quiet', '--write', join(folder, 'ring.pcapng'), '--rotate-size', '10k'];
    const { status } = sockscope(args, { input: readFileSync('fixtures/transfer/loss.pcap') });
    expect(status).toBe(0);
    const names = readdirSync(folder).filter((name) => name.startsWith('ring-'));
    expect(names.length).toBeGreaterThan(1);
    const { stdout } = sockscope([...names.sort().map((name) => join(folder, name)), '--json']);
    const expected = await goldenOf('fixtures/transfer/loss.pcap');
    expect(JSON.parse(stdout).connections).toEqual(expected.connections);
  });

  test('and is none is one line and exit code 2', () => {
    const input = Buffer.from('this is text, and no capture at all: more than the header of one');
    const { status, stderr } = sockscope(['live', '-', '--json', '--quiet'], { input });
    expect(stderr).toMatch(/^sockscope: standard input: not a capture[^\n]*\n$/);
    expect(status).toBe(2);
  });
});
