import { describe, expect, test } from '@jest/globals';
import { decode } from '../../parsers/decode.ts';
import { PacketView, TCP_ACK, TCP_RST, TCP_SYN } from '../../parsers/packet-view.ts';
import { type AnalyzeOptions, analyzeInput } from '../../src/analyze.ts';
import { C_FIRST_FRAME, INT_STRIDE } from '../../src/track/columns.ts';
import { Tracker } from '../../src/track/tracker.ts';
import type { TrackerOptions } from '../../src/track/tracker-options.ts';
import { LEFT_KEPT } from '../../src/track/waiting.ts';
import { PacketInput, START, type TimedPacket } from '../support/conversation.ts';
import { ethernet, icmp, ipv4, tcp, udp } from '../support/packets.ts';

/** So many connections are kept without any being given up. */
const KEEP_ALL_BELOW = 16_384;
const CLOSED_KEPT = 4096;
/** Packets between two looks for connections to give up. */
const PACKETS_BETWEEN = 256;
/** A look at a part of the table gives up so many at most. */
const ROWS_AT_ONCE = 1024;

const datagram = ethernet({}, ipv4({}, udp({}, 'x')));
const syn = ethernet({}, ipv4({}, tcp({ flags: TCP_SYN, sequence: 9 })));
const refusal = ethernet(
  {},
  ipv4(
    { source: '10.0.0.2', destination: '10.0.0.1' },
    tcp({ sourcePort: 80, destinationPort: 40000, flags: TCP_RST | TCP_ACK, sequence: 0, acknowledgment: 10 }),
  ),
);
const unreachable = ethernet({}, ipv4({}, icmp(4, 3, 1, 0, ipv4({}, udp({}, 'x')))));
const SOURCE_ADDRESS = 26;
const DESTINATION_ADDRESS = 30;
/** The source address of the packet that the ICMP error quotes. */
const QUOTED_ADDRESS = 54;

/** The packet of client number `client`: an address of its own. Valid until the next one. */
function of(client: number, packet: Uint8Array, seconds: number): TimedPacket {
  const address = packet === refusal ? DESTINATION_ADDRESS : packet === unreachable ? QUOTED_ADDRESS : SOURCE_ADDRESS;
  packet.set([11, client >>> 16, client >>> 8, client], address);
  return { seconds: START + Math.floor(seconds), nanoseconds: 0, bytes: packet };
}

function* datagrams(clients: number, seconds: (client: number) => number): Generator<TimedPacket> {
  for (let client = 0; client < clients; client++) yield of(client, datagram, seconds(client));
}

/** One client goes on at that time. */
function* goOn(packets: number, seconds: number): Generator<TimedPacket> {
  const packet = of(0xff_ffff, datagram, seconds);
  for (let i = 0; i < packets; i++) yield packet;
}

function* refused(clients: number, seconds: (client: number) => number): Generator<TimedPacket> {
  for (let client = 0; client < clients; client++) {
    yield of(client, syn, seconds(client));
    yield of(client, refusal, seconds(client));
  }
}

/** First frames of the connections in the order in which they were reported, and how many before the end. */
async function report(packets: Generator<TimedPacket>[], options: AnalyzeOptions = {}) {
  const last = { frame: 0 };
  const all = function* () {
    for (const part of packets) {
      for (const packet of part) {
        last.frame++;
        yield packet;
      }
    }
    last.frame = Number.POSITIVE_INFINITY;
  };
  const firstFrames: number[] = [];
  let early = 0;
  const ended = (connection: { firstFrame: number }) => {
    firstFrames.push(connection.firstFrame);
    if (last.frame !== Number.POSITIVE_INFINITY) early++;
  };
  const { summary } = await analyzeInput(new PacketInput(all()), { ended }, options);
  return { firstFrames, early, summary };
}

describe('connections that have ended without saying so', () => {
  const count = 20_000;

  test('are kept while there are few, whatever the silence', async () => {
    const few = KEEP_ALL_BELOW - 1;
    const { early } = await report([datagrams(few, () => 0), goOn(30_000, 100_000)]);
    expect(early).toBe(0);
  });

  test('are given up once there are many: UDP after 60 seconds of silence', async () => {
    const silent = (seconds: number) => report([datagrams(count, () => 0), goOn(30_000, seconds)]);
    expect((await silent(59)).early).toBe(0);
    const { early, firstFrames, summary } = await silent(60);
    expect(early).toBeGreaterThanOrEqual(count + 1 - KEEP_ALL_BELOW);
    expect(early).toBeLessThan(count + 1 - KEEP_ALL_BELOW + ROWS_AT_ONCE);
    expect(new Set(firstFrames).size).toBe(count + 1);
    expect([summary.connections.udp, summary.evicted]).toEqual([count + 1, 0]);
  });
});

test('connections that were only quoted are given up in silence', async () => {
  function* quoted(): Generator<TimedPacket> {
    for (let client = 0; client < 20_000; client++) yield of(client, unreachable, 0);
  }
  const { firstFrames, summary } = await report([quoted(), goOn(30_000, 100)]);
  expect(firstFrames).toEqual([20_001]);
  expect(summary.connections).toEqual({ tcp: 0, udp: 1, sctp: 0 });
});

describe('more connections than allowed', () => {
  const count = 20_000;
  const mostConnections = 17_000;
  /** They come over 50 seconds, the first ones are the longest idle. */
  const script = () => [datagrams(count, (client) => client / 400), goOn(160_000, 50)];

  test('the longest idle are given up early, and counted; always the same ones', async () => {
    const { firstFrames, early, summary } = await report(script(), { mostConnections });
    expect(summary.evicted).toBe(early);
    expect(early).toBeGreaterThanOrEqual(count + 1 - mostConnections);
    expect(new Set(firstFrames).size).toBe(count + 1);
    expect(Math.max(...firstFrames.slice(0, early))).toBeLessThan(count / 2);
    expect((await report(script(), { mostConnections })).firstFrames).toEqual(firstFrames);
  });
});

test('a limit beyond all numbers of rows is none', async () => {
  for (const mostConnections of [2 ** 32, Number.POSITIVE_INFINITY]) {
    const { early, summary } = await report([datagrams(18_000, (client) => client / 1000)], { mostConnections });
    expect([early, summary.evicted]).toEqual([0, 0]);
  }
});

test('a small limit holds, too: what is open beyond it comes within one look', async () => {
  const count = 20_000;
  const { early, summary } = await report([datagrams(count, (client) => client / 1000)], { mostConnections: 1000 });
  expect(early).toBeGreaterThanOrEqual(count - 1000 - PACKETS_BETWEEN);
  expect(summary.evicted).toBe(early);
});

describe('closed connections', () => {
  test('beyond the number that is kept the oldest are reported early', async () => {
    const { firstFrames, early } = await report([refused(CLOSED_KEPT + 10, () => 0)]);
    expect(early).toBe(10);
    expect(firstFrames.slice(0, 10)).toEqual(Array.from({ length: 10 }, (_, i) => 1 + 2 * i));
  });

  test('give their rows to others: a long capture of short connections stays small', () => {
    const { tracker } = followed(refused(5000, (client) => client));
    // One a second, and each is kept for 240 seconds; the rows of those that were reported are given back together.
    expect(tracker.slab.high).toBe(240 + LEFT_KEPT);
    // And so are those of their RSTs.
    expect(tracker.events.used).toBeLessThanOrEqual(240 + LEFT_KEPT);
  });
});

function followed(packets: Iterable<TimedPacket>, options: Partial<TrackerOptions> = {}) {
  const reported: number[] = [];
  const tracker = new Tracker({
    retain: false,
    mostConnections: 1e6,
    interfaceName: () => '',
    ended: (row) => reported.push(tracker.slab.ints[row * INT_STRIDE + C_FIRST_FRAME]),
    ...options,
  });
  const input = new PacketInput(packets);
  const view = new PacketView();
  while (input.next(view)) {
    decode(view);
    tracker.update(view);
  }
  return { tracker, reported };
}

describe('connections that have left the tables', () => {
  const firstFrames = (count: number) => Array.from({ length: count }, (_, i) => 1 + 2 * i);
  const short = (count: number) => refused(count, (client) => client);

  test('are reported at once', () => {
    const { tracker, reported } = followed(short(300));
    expect(reported).toEqual(firstFrames(60));
    tracker.reportLeft();
    expect(reported).toHaveLength(60);
  });

  test('may wait, and are reported when it is asked for, when they are many, and at the end: once each', () => {
    const few = followed(short(300), { mayWait: true });
    expect(few.reported).toEqual([]);
    few.tracker.reportLeft();
    few.tracker.reportLeft();
    expect(few.reported).toEqual(firstFrames(60));
    few.tracker.finish();
    expect(few.reported).toEqual(firstFrames(300));
    const many = followed(short(240 + LEFT_KEPT + 10), { mayWait: true });
    expect(many.reported).toEqual(firstFrames(LEFT_KEPT));
    many.tracker.finish();
    // What is left at the end comes in the order of the rows.
    expect(many.reported.toSorted((a, b) => a - b)).toEqual(firstFrames(240 + LEFT_KEPT + 10));
  });

  test('say to who looks on whether they were given up', () => {
    const seen: boolean[] = [];
    const observer = { updated: () => undefined, left: (_row: number, isEviction: boolean) => seen.push(isEviction) };
    followed(short(300), { observer });
    expect(seen).toEqual(Array.from({ length: 60 }, () => false));
    seen.length = 0;
    followed(
      datagrams(2000, () => 0),
      { observer, mostConnections: 1000 },
    );
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.every((isEviction) => isEviction)).toBe(true);
  });

  test('are seen no more by who looks at those that are there', () => {
    const { tracker } = followed(short(300));
    let there = 0;
    tracker.visit(() => there++);
    expect(there).toBe(240);
  });

  test('take the same rows whether they wait or not, and so others are given up at the same packets', () => {
    const rows = [false, true].map((mayWait) => {
      const { ints, high } = followed(short(2000), { mayWait }).tracker.slab;
      return Array.from({ length: high }, (_, row) => ints[row * INT_STRIDE + C_FIRST_FRAME]);
    });
    expect(rows[1]).toEqual(rows[0]);
  });
});
