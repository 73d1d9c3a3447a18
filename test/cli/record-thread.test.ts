import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PcapngBlocks } from '../lab/hand-built/pcapng-blocks.ts';
import { sockscope } from '../support/command.ts';
import { bytes, type CapturedPacket, ethernet, ipv4, ipv6, pcap, tcp } from '../support/packets.ts';

const BIN = fileURLToPath(new URL('../../bin/sockscope.js', import.meta.url));
const BUILT = fileURLToPath(new URL('../../dist/report/record-thread-main.js', import.meta.url));

/** So many that most of them end, and are written, while the capture is still being read. */
const CONNECTIONS = 12_000;
const SYN = 0x02;
const RST_ACK = 0x14;

/** Refused connections, one a millisecond: a SYN and the RST that answers it. */
function refused(): CapturedPacket[] {
  return Array.from({ length: CONNECTIONS }, (_, i) => {
    const client = `10.${i >> 8}.${i & 0xff}.1`;
    const time = (1_700_000_000 + i / 1000).toFixed(3);
    const syn = tcp({ sourcePort: 40000, destinationPort: 80, sequence: i, acknowledgment: 0, flags: SYN });
    const rst = tcp({ sourcePort: 80, destinationPort: 40000, sequence: 0, acknowledgment: i + 1, flags: RST_ACK });
    return [
      { time, bytes: ethernet({}, ipv4({ source: client, destination: '10.255.0.2' }, syn)) },
      { time, bytes: ethernet({}, ipv4({ source: '10.255.0.2', destination: client }, rst)) },
    ];
  }).flat();
}

/** The same between link-local addresses of an interface that has a name of its own. */
function refusedOn(interfaceName: string): Uint8Array {
  const blocks = new PcapngBlocks(true);
  const packets = Array.from({ length: CONNECTIONS }, (_, i) => {
    const client = `fe80::1:${(i + 1).toString(16)}`;
    const time = (1_700_000_000 + i / 1000).toFixed(9);
    const syn = tcp({ sourcePort: 40000, destinationPort: 80, sequence: i, acknowledgment: 0, flags: SYN });
    const rst = tcp({ sourcePort: 80, destinationPort: 40000, sequence: 0, acknowledgment: i + 1, flags: RST_ACK });
    return [
      { time, bytes: ethernet({}, ipv6({ source: client, destination: 'fe80::2' }, syn)) },
      { time, bytes: ethernet({}, ipv6({ source: 'fe80::2', destination: client }, rst)) },
    ];
  });
  const records = packets.flat().map((packet) => blocks.packet(packet));
  return bytes(blocks.section(), blocks.interface(1, undefined, interfaceName), ...records);
}

// The thread's file is there once the program is built, as `npm ci` does.
const describeBuilt = existsSync(BUILT) ? describe : describe.skip;

describeBuilt('--ndjson of many connections, made by two threads (needs npm run build)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sockscope-threads-'));
  const capture = join(folder, 'refused.pcap');
  const run = (...options: string[]) =>
    execFileSync(process.execPath, [BIN, ...options, capture], { encoding: 'utf8', maxBuffer: 1 << 30 });

  beforeAll(() => writeFileSync(capture, pcap(refused())));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('has every record once, and the same as --json, which one thread makes', () => {
    const lines = run('--ndjson').trimEnd().split('\n');
    const records: { stream: number }[] = lines.map((line) => JSON.parse(line));
    records.sort((a, b) => a.stream - b.stream);
    const { connections } = JSON.parse(run('--json'));
    expect(records.length).toBe(CONNECTIONS);
    // As text: a list of so many differences would take minutes to make.
    expect(JSON.stringify(records) === JSON.stringify(connections)).toBe(true);
  });

  test('is ASCII where that is wanted, whichever thread writes', () => {
    const file = join(folder, 'local.pcapng');
    writeFileSync(file, refusedOn('é0\u009b'));
    const [ascii, utf8] = ['C', 'C.UTF-8'].map((LC_ALL) => sockscope(['--ndjson', file], { env: { LC_ALL } }).stdout);
    expect(/[^\n\x20-\x7e]/.test(ascii)).toBe(false);
    expect(utf8.includes('%é0\\u009b"')).toBe(true);
    const [escaped, plain] = [ascii, utf8].map((text) =>
      JSON.stringify(
        text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ),
    );
    expect(escaped === plain).toBe(true);
  });

  test('comes in the same order each time', () => {
    const first = run('--ndjson');
    expect(run('--ndjson') === first).toBe(true);
  });
});
