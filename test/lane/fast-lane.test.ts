import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { TCP_SYN } from '../../parsers/packet-view.ts';
import { LaneMemory } from '../../src/lane/lane-memory.ts';
import { fixtureNames, fixturePath } from '../fixtures/fixture-files.ts';
import { COMMAND, ROOT } from '../support/command.ts';
import { START } from '../support/conversation.ts';
import { ethernet, ipv4, pcap, tcp, udp } from '../support/packets.ts';
import { randomOf } from '../support/random-conversation.ts';
import { analyzed, bothWays, type Options } from './both-ways.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'lane-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

/** @returns packets that went through the lane */
async function expectBothWaysTheSame(path: string, options?: Options, chunkSize?: number): Promise<number> {
  const { without, through, inLane } = await bothWays(path, options, chunkSize);
  // As text first: thousands of records are compared in a hundredth of the time.
  if (JSON.stringify(through) !== JSON.stringify(without)) {
    expect(through).toEqual(without);
    expect(JSON.stringify(through)).toBe(JSON.stringify(without));
  }
  return inLane;
}

const fixtures = fixtureNames().map(fixturePath);

test('every fixture gives the same connections through the lane', async () => {
  let inLane = 0;
  for (const path of fixtures) inLane += await expectBothWaysTheSame(path);
  expect(inLane).toBeGreaterThan(1000);
});

test('the same in order of the capture, where rows are kept, and in small chunks', async () => {
  for (const path of fixtures) {
    await expectBothWaysTheSame(path, { order: 'capture' });
    await expectBothWaysTheSame(path, {}, 300);
  }
});

test('the same where usual connections are only counted', async () => {
  for (const path of fixtures) {
    await expectBothWaysTheSame(path, { needlessFrom: 0 });
    await expectBothWaysTheSame(path, { needlessFrom: 0 }, 300);
  }
});

test('the same for captures with bytes flipped or cut off', async () => {
  const path = join(FOLDER, 'damaged.pcap');
  const random = randomOf(7);
  for (const [i, fixture] of fixtures.entries()) {
    const bytes = readFileSync(fixture);
    // Every so often a header of the file itself.
    const from = i % 10 === 0 ? 0 : Math.min(24, bytes.length - 1);
    for (let flips = random(12); flips >= 0; flips--) bytes[from + random(bytes.length - from)] ^= 1 << random(8);
    writeFileSync(path, bytes.subarray(0, i % 3 === 0 ? random(bytes.length) : bytes.length));
    await expectBothWaysTheSame(path, i % 2 === 0 ? {} : { needlessFrom: 0 });
  }
});

describe('more connections than the tables begin with', () => {
  const path = join(FOLDER, 'many.pcap');
  const SOURCE_ADDRESS = 26;
  /** One packet of each of so many clients, then one client that goes on, so late that the others have gone silent. */
  function writeCapture(packet: Uint8Array, clients: number, more: number, late: number): void {
    const of = (client: number, seconds: number) => {
      const bytes = packet.slice();
      bytes.set([11, client >>> 16, client >>> 8, client], SOURCE_ADDRESS);
      return { bytes, time: String(seconds) };
    };
    const first = Array.from({ length: clients }, (_, client) => of(client, START + Math.floor(client / 1000)));
    const last = Array.from({ length: more }, () => of(0, START + late));
    writeFileSync(path, pcap([...first, ...last]));
  }

  test('UDP that goes silent is given up at the same packets', async () => {
    writeCapture(ethernet({}, ipv4({}, udp({}, 'x'))), 20_000, 20_000, 100);
    expect(await expectBothWaysTheSame(path)).toBeGreaterThan(39_000);
    expect(await expectBothWaysTheSame(path, { needlessFrom: 0 })).toBeGreaterThan(39_000);
    expect(await expectBothWaysTheSame(path, { needlessFrom: 10_000, order: 'capture' })).toBeGreaterThan(39_000);
  });

  test('the longest idle are evicted at the same packets', async () => {
    writeCapture(ethernet({}, ipv4({}, tcp({ flags: TCP_SYN }))), 9000, 9000, 20);
    for (const needlessFrom of [Number.POSITIVE_INFINITY, 0])
      expect(await expectBothWaysTheSame(path, { mostConnections: 5000, needlessFrom })).toBeGreaterThan(17_000);
  });
});

describe('tables that outgrow the lane', () => {
  test('go on in ordinary memory, with what they hold', () => {
    const memory = new LaneMemory();
    const rows = memory.rows(4);
    rows[3] = 0.5;
    expect([rows.buffer === memory.memory.buffer, memory.isOutgrown]).toEqual([true, false]);
    memory.heads(2 ** 23);
    expect(memory.isOutgrown).toBe(true);
    const more = memory.rows(8);
    expect([more.buffer === memory.memory.buffer, more[3], more.length]).toEqual([false, 0.5, 2 * rows.length]);
  });

  test('the lane is closed, and the connections are the same', async () => {
    const path = join(ROOT, 'fixtures/transfer/loss.pcap');
    const without = await analyzed(path, false, {}, 3000);
    const closed = await analyzed(path, true, {}, 3000, (lane) => {
      if (lane.packets > 20 && lane.memory !== undefined) lane.memory.isOutgrown = true;
    });
    if (typeof without === 'string' || typeof closed === 'string') throw new Error('not analysed');
    expect(closed.inLane).toBeLessThan(without.result.summary.packets / 2);
    expect({ ...closed, inLane: 0 }).toEqual(without);
  });
});

describe('the built programs use the lane for a large capture', () => {
  const large = join(FOLDER, 'large.pcap');
  const head = readFileSync(join(ROOT, 'fixtures/transfer/loss.pcap'));
  const records = head.subarray(24);
  writeFileSync(
    large,
    Buffer.concat([head, ...Array.from({ length: Math.ceil(2 ** 20 / records.length) }, () => records)]),
  );
  /** Says on standard error how many modules were compiled. */
  const SPY = `data:text/javascript,${encodeURIComponent(`
    const { Module } = WebAssembly;
    WebAssembly.Module = function (code) { process.stderr.write('compiled ' + (code.length > 10_000)); return new Module(code); };
  `)}`;
  const run = (...args: string[]) => spawnSync(process.execPath, ['--import', SPY, ...args], { encoding: 'utf8' });

  test.each<[string, (capture: string) => string[]]>([
    ['command line', (capture) => [COMMAND[1], capture]],
    ['library', (capture) => ['--input-type=module', '-e', libraryCall(capture)]],
  ])('%s', (_what, args) => {
    expect(run(...args(large))).toMatchObject({ status: 0, stderr: 'compiled true' });
    expect(run(...args(join(ROOT, 'fixtures/handshake/refused.pcap')))).toMatchObject({ status: 0, stderr: '' });
  });
});

function libraryCall(capture: string): string {
  return `import { analyze } from ${JSON.stringify(join(ROOT, 'dist/index.js'))};
    for await (const connection of analyze(${JSON.stringify(capture)})) connection.stream;`;
}
