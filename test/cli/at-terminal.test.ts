import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import { programAtTerminal, type Seen } from '../live/terminal.ts';
import { COMMAND, ROOT } from '../support/command.ts';
import { zstdStored } from '../support/zstd.ts';

// A bar is shown after a second of work, and only at a terminal: so nothing but a run of that kind sees whether it works.

const hasTerminals = spawnSync('python3', ['-c', 'import pty']).status === 0;
const describeAtTerminal = hasTerminals ? describe : describe.skip;

const SMALL = 'fixtures/encapsulation/teredo.pcap';
const PCAP_HEADER = 24;
const FIRST_SIZE = 40e6;
const LARGEST_SIZE = 16 * FIRST_SIZE;

const BAR = /reading .*\d%/;
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';

describeAtTerminal(
  `at a terminal${hasTerminals ? '' : ' (needs python3)'}, a run that lasts shows a bar and ends well`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'sockscope-terminal-'));
    afterAll(() => rmSync(folder, { recursive: true }));

    /** Of captures that take more than a second: found out with the first. */
    let size = FIRST_SIZE;

    /** The packets of a small capture again and again: a connection that sends much again, in a tunnel, which takes long to follow. */
    function capture(): Buffer {
      const small = readFileSync(join(ROOT, SMALL));
      const packets = small.subarray(PCAP_HEADER);
      return Buffer.concat([small, ...Array<Buffer>(Math.ceil(size / packets.length)).fill(packets)]);
    }

    /** Runs a command line of the shell with such a capture. */
    async function atTerminal(name: string, pack: (bytes: Buffer) => Uint8Array, script: string): Promise<Seen> {
      const path = join(folder, name);
      writeFileSync(path, pack(capture()));
      const command = `sockscope() { '${COMMAND.join("' '")}' "$@"; }; capture='${path}'; cd '${folder}'; ${script}`;
      return programAtTerminal(['bash', '-c', command], [['end']]);
    }

    /** The same; on a machine so fast that there was no need for a bar, with a larger one. */
    async function seenWithBar(...run: Parameters<typeof atTerminal>): Promise<Seen> {
      for (;;) {
        const seen = await atTerminal(...run);
        if (BAR.test(seen.output) || seen.status !== 0 || size >= LARGEST_SIZE) return seen;
        size *= 2;
      }
    }

    function expectBarAndGoodEnd({ output, status, restored }: Seen): string {
      expect(output).toMatch(BAR);
      expect(output).toContain(HIDE_CURSOR);
      expect(output.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(output.lastIndexOf(HIDE_CURSOR));
      expect([status, restored]).toEqual([0, true]);
      return output.slice(output.lastIndexOf(SHOW_CURSOR));
    }

    const plain = (bytes: Buffer) => bytes;

    test.each<[string, (bytes: Buffer) => Uint8Array]>([
      ['large.pcap', plain],
      ['large.pcap.gz', (bytes) => gzipSync(bytes, { level: 1 })],
      ['large.pcap.zst', zstdStored],
    ])('the report of %s', async (name, pack) => {
      const report = expectBarAndGoodEnd(await seenWithBar(name, pack, 'sockscope "$capture"'));
      expect(report).toMatch(/connections\S* +1 TCP/);
      expect(report).toMatch(/tcp 0 +\S*\[2001:db8::1\]:40000/);
    });

    test('--json, into a file', async () => {
      expectBarAndGoodEnd(await seenWithBar('large.pcap', plain, 'sockscope "$capture" --json > out.json'));
      expect(JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8')).connections).toHaveLength(1);
    });

    test('--json, on the terminal itself', async () => {
      const document = expectBarAndGoodEnd(await seenWithBar('large.pcap', plain, 'sockscope "$capture" --json'));
      expect(JSON.parse(document.slice(document.indexOf('{'))).connections).toHaveLength(1);
    });

    test('explain', async () => {
      const story = expectBarAndGoodEnd(await seenWithBar('large.pcap', plain, 'sockscope explain "$capture"'));
      expect(story).toMatch(/SYN/);
    });

    test('diff', async () => {
      const small = `'${join(ROOT, SMALL)}'`;
      const changes = expectBarAndGoodEnd(await seenWithBar('large.pcap', plain, `sockscope diff ${small} "$capture"`));
      expect(changes).toContain('heavy-retransmission');
    });

    test('check', async () => {
      const script = 'sockscope check "$capture" --ready no-resets';
      const verdict = expectBarAndGoodEnd(await seenWithBar('large.pcap', plain, script));
      expect(verdict).toContain('1 hold, 0 fail');
    });
  },
);
