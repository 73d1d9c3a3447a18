import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { decode } from '../../parsers/decode.ts';
import { PacketView } from '../../parsers/packet-view.ts';
import { type AnalyzeOptions, analyzeInput } from '../../src/analyze.ts';
import { openCaptures } from '../../src/capture/input.ts';
import { makeRecord } from '../../src/make-record.ts';
import type { Connection } from '../../src/record.ts';
import { isQuiet, logQuiet, Q_PORT, Q_STREAM, Q_TIME_WAIT, QT_CONNECT, takeQuiet } from '../../src/track/quiet.ts';
import { DEFAULT_THRESHOLDS } from '../../src/track/thresholds.ts';
import { Tracker } from '../../src/track/tracker.ts';
import { INT32_MAX, W_QUIET_FROM } from '../../src/track/words.ts';
import { ROOT } from '../support/command.ts';
import { c, copy, handshake, icmpError, PacketInput, pair, play, type Step, s } from '../support/conversation.ts';

const CORPUS = join(ROOT, '../shared/corpus');

function capturesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(pcap|pcapng|cap)$/.test(name))
    .map((name) => join(folder, name));
}

interface Logged {
  connection: Connection;
  port: number;
  stream: number;
  isTimeWait: boolean;
  connect: number;
  bytes: number;
  isGraceful: boolean;
}

/** The connections of a capture that are quiet, and what is logged of each. */
async function quietOnes(path: string): Promise<Logged[]> {
  const logged: Logged[] = [];
  const tracker = new Tracker({
    retain: false,
    mostConnections: 1e6,
    interfaceName: () => '',
    ended: (row) => {
      const { slab, events, zones, log } = tracker;
      slab.words[W_QUIET_FROM] = 0;
      const isSo = isQuiet(slab, row);
      slab.words[W_QUIET_FROM] = INT32_MAX;
      if (!isSo) return;
      const source = { slab, events, zones, thresholds: DEFAULT_THRESHOLDS, nowSeconds: tracker.now, turns: null };
      logQuiet(slab, log, row);
      const { bytes, graceful } = takeQuiet(slab);
      logged.push({
        connection: makeRecord(source, row),
        port: log.quiet[Q_PORT],
        stream: log.quiet[Q_STREAM],
        isTimeWait: log.quiet[Q_TIME_WAIT] === 1,
        connect: log.quietTimes[QT_CONNECT] / 1e9,
        bytes,
        isGraceful: graceful === 1,
      });
    },
  });
  const view = new PacketView();
  const input = await openCaptures([path]).catch(() => null);
  while (input !== null && (await input.fill())) {
    while (input.next(view)) {
      decode(view);
      tracker.update(view);
    }
  }
  tracker.finish();
  await input?.close();
  return logged;
}

test('of a quiet connection there is nothing to find, and what is logged is what its record says', async () => {
  let quiet = 0;
  for (const path of [...capturesIn(join(ROOT, 'fixtures')), ...(existsSync(CORPUS) ? capturesIn(CORPUS) : [])]) {
    for (const { connection, ...logged } of await quietOnes(path)) {
      quiet++;
      const { findings, resets, icmp, handshake: begun, close, fromClient, fromServer } = connection;
      expect([path, findings, resets, icmp, begun?.outcome]).toEqual([path, [], [], [], 'completed']);
      expect(fromClient.retransmissions + fromServer.retransmissions).toBe(0);
      expect(close?.style).toBe(logged.isGraceful ? 'graceful' : 'simultaneous');
      expect(logged).toMatchObject({
        port: connection.server.port,
        stream: connection.stream,
        isTimeWait: close?.state.client === 'TIME-WAIT',
        bytes: fromClient.bytes + fromServer.bytes,
      });
      expect(logged.connect).toBeCloseTo(begun?.connectTime ?? Number.NaN, 9);
    }
  }
  expect(quiet).toBeGreaterThan(50);
}, 120_000);

const LATER = pair({ client: { port: 999 } });
const closing = [c.fin(), s.fin(), c.ack()];
const web = [...handshake, c.data(100), s.data(200), c.ack()];

/** Handed out are those that somebody must see. A packet long after lets all that are closed be reported. */
async function handedOut(steps: Step[], needlessFrom?: number, options: AnalyzeOptions = {}, interfaceName = '') {
  const streams: number[] = [];
  const consumer = {
    ended: ({ stream }: { stream: number }) => streams.push(stream),
    ...(needlessFrom === undefined ? {} : { needlessFrom }),
  };
  const packets = play([...steps, LATER.client.datagram(1, { at: 400 })]);
  const input = Object.assign(new PacketInput(packets), { interfaceName: () => interfaceName });
  const { summary } = await analyzeInput(input, consumer, options);
  return { tcp: streams.length - 1, summary };
}

describe('a connection that nobody wants to see', () => {
  test('is counted as it would be', async () => {
    const other = pair({ client: { port: 7 }, server: { port: 8080 } });
    const both = [
      other.client.syn(),
      other.server.synAck(),
      other.client.ack(),
      other.client.fin(),
      other.server.fin(),
    ];
    const steps = [...web, ...closing, ...both, other.client.ack()];
    const seen = await handedOut(steps);
    const skipped = await handedOut(steps, 1);
    expect([seen.tcp, skipped.tcp]).toEqual([2, 0]);
    expect(skipped.summary).toEqual(seen.summary);
    expect(skipped.summary.connections.tcp).toBe(2);
  });

  test('is handed out if it began before', async () => {
    expect((await handedOut([...web, ...closing], 1)).tcp).toBe(0);
    expect((await handedOut([...web, ...closing], 2)).tcp).toBe(1);
  });

  test.each<[string, Step[]]>([
    ['has no end', web],
    ['has an end on one side', [...web, c.fin(), s.ack()]],
    ['was reset', [...web, c.rst()]],
    ['sent a SYN twice', [c.syn(), c.syn({ seq: 0, id: 7 }), s.synAck(), c.ack(), ...closing]],
    ['sent a SYN-ACK twice', [c.syn(), s.synAck(), s.synAck({ seq: 0, id: 7, after: 1 }), c.ack(), ...closing]],
    ['was slow to begin', [c.syn(), s.synAck({ after: 0.6 }), c.ack(), ...closing]],
    ['was slow to end', [...web, c.fin(), s.ack(), s.fin({ after: 11 }), c.ack()]],
    ['sent data again', [...web, c.data(100, { seq: 1, after: 1 }), s.ack(), ...closing]],
    ['was captured twice', [...web, s.data(10, { id: 9 }), { ...copy({ after: 0 }), from: 'server' }, ...closing]],
    ['closed its window', [...web, s.ack({ window: 0 }), s.ack({ window: 99 }), ...closing]],
    ['was in the capture from its middle on', [c.data(9), s.ack(), ...closing]],
    ['lacks a segment', [...web, s.ack({ ack: 500 }), c.fin({ seq: 500 }), s.fin({ ack: 501 }), c.ack()]],
    ['was quoted by an ICMP error', [...web, icmpError(c.data(9), 3, 1), ...closing]],
    ['used the ports of another', [...web, ...closing, c.syn({ isn: 77 }), s.synAck({ isn: 78 }), c.ack(), ...closing]],
  ])('is handed out if it %s', async (_what, steps) => {
    const { summary, tcp } = await handedOut(steps, 1);
    const all = await handedOut(steps);
    expect(summary).toEqual(all.summary);
    expect(tcp).toBeGreaterThan(0);
  });

  test('is handed out if its addresses mean something only together with their interface', async () => {
    const { client, server } = pair({ client: { address: 'fe80::1' }, server: { address: 'fe80::2' } });
    const both = [client.syn(), server.synAck(), client.ack(), client.fin(), server.fin(), client.ack()];
    expect((await handedOut(both, 1)).tcp).toBe(0);
    expect((await handedOut(both, 1, {}, 'eth0')).tcp).toBe(1);
  });

  test('is handed out to who chooses, who wants calls, or the order of the capture', async () => {
    const steps = [...web, ...closing];
    expect((await handedOut(steps, 1, { where: () => true })).tcp).toBe(1);
    expect((await handedOut(steps, 1, { calls: true })).tcp).toBe(1);
    expect((await handedOut(steps, 1, { summarize: false })).tcp).toBe(1);
    expect((await handedOut(steps, 1, { order: 'capture' })).tcp).toBe(1);
  });
});
