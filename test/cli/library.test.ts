import { mkdtempSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { analyze, type Connection } from '../../src/index.ts';
import { ethernet, ipv4, pcap, tcp } from '../support/packets.ts';

const SYN = 0x02;
const RST = 0x04;
const COUNT = 20000;
let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
  file = join(folder, 'refused.pcap');
  const packets = Array.from({ length: COUNT }, (_, i) => {
    const port = 10000 + i;
    const time = (n: number) => `1700000000.${String(2 * i + n).padStart(9, '0')}`;
    const client = ipv4({}, tcp({ sourcePort: port, destinationPort: 80, flags: SYN, sequence: 100 }));
    const answer = tcp({ sourcePort: 80, destinationPort: port, flags: RST | 0x10, acknowledgment: 101 });
    const server = ipv4({ source: '10.0.0.2', destination: '10.0.0.1' }, answer);
    return [
      { time: time(0), bytes: ethernet({}, client) },
      { time: time(1), bytes: ethernet({}, server) },
    ];
  });
  writeFileSync(file, pcap(packets.flat()));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function all(connections: AsyncIterable<Connection>): Promise<Connection[]> {
  const list = [];
  for await (const connection of connections) list.push(connection);
  return list;
}

/** Whether this process holds the file open. */
function isOpen(path: string): boolean {
  return readdirSync('/proc/self/fd').some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false;
    }
  });
}

describe('analyze()', () => {
  test('gives every connection and then the summary', async () => {
    const analysis = analyze(file);
    const connections = await all(analysis);
    expect(connections).toHaveLength(COUNT);
    expect(connections[0].handshake?.outcome).toBe('refused');
    expect((await analysis.summary).handshakes.refused).toBe(COUNT);
    expect(await analysis.captures).toMatchObject([{ file, packets: 2 * COUNT, cut: null }]);
  });

  test('gives them in the order of the capture when asked to', async () => {
    const streams = (await all(analyze([file], { order: 'capture' }))).map(({ stream }) => stream);
    expect(streams).toEqual(Array.from({ length: COUNT }, (_, i) => i));
  });

  test.each<[string, string | ((connection: Connection) => boolean)]>([
    ['an expression', 'client.port < 10007'],
    ['a function', ({ client }) => client.port < 10007],
  ])('takes %s as where', async (_name, where) => {
    const analysis = analyze(file, { where });
    expect(await all(analysis)).toHaveLength(7);
    expect((await analysis.summary).connections.tcp).toBe(7);
  });

  test('runs for the summary alone', async () => {
    const analysis = analyze(file);
    expect((await analysis.summary).connections.tcp).toBe(COUNT);
    await expect(all(analysis)).rejects.toThrow(/iterated once/);
  });

  test('closes the file when the loop is left early', async () => {
    const analysis = analyze(file);
    let wasOpen = false;
    for await (const _connection of analysis) {
      wasOpen = isOpen(file);
      break;
    }
    expect(wasOpen).toBe(true);
    expect(isOpen(file)).toBe(false);
    await expect(analysis.summary).rejects.toThrow(/left before the end/);
  });

  test('reads no further than a slow loop takes', async () => {
    let read = 0;
    const analysis = analyze(file, { onProgress: (bytesRead) => (read = bytesRead) });
    for await (const _connection of analysis) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      break;
    }
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(statSync(file).size);
  });

  test.each<[string, string, object, RegExp]>([
    ['a missing file', 'missing.pcap', {}, /missing\.pcap/],
    ['a wrong expression', 'missing.pcap', { where: 'closed.style == "x"' }, /closed/],
  ])('fails in the loop for %s', async (_name, input, options, message) => {
    await expect(all(analyze(input, options))).rejects.toThrow(message);
    await expect(analyze(input, options).summary).rejects.toThrow(message);
  });
});
