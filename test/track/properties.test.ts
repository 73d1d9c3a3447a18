import { describe, expect, test } from '@jest/globals';
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../../parsers/packet-view.ts';
import type { Connection, Direction } from '../../src/record.ts';
import {
  analyzePackets,
  c,
  handshake,
  icmpError,
  pair,
  play,
  type Step,
  s,
  type Talk,
  type TimedPacket,
} from '../support/conversation.ts';

/** A seeded generator of numbers from 0 to below `limit` (mulberry32): the same seed gives the same conversation. */
function randomOf(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000) * limit);
  };
}

type Random = ReturnType<typeof randomOf>;

/** An ordinary connection with some of everything, from an ISN near the wrap. */
function ordinary(random: Random): Step[] {
  const steps = [
    c.syn({ isn: 0xffff_f000 + random(0x1000) }),
    s.synAck({ isn: 0x7fff_f000 + random(0x1000) }),
    c.ack(),
  ];
  for (let i = 0; i < 30; i++) {
    const side = random(2) === 0 ? c : s;
    const window = random(5) === 0 ? random(3) * 500 : 65_535;
    steps.push(random(3) === 0 ? side.ack({ window }) : side.data(1 + random(1460), { window, id: random(3) }));
  }
  return [...steps, c.fin(), s.ack(), s.fin(), c.ack()];
}

/** Segments that no endpoint would send. */
function nonsense(random: Random): Step[] {
  return Array.from({ length: 40 }, () => {
    const side = random(2) === 0 ? c : s;
    const flags = random(4) === 0 ? random(256) : [TCP_SYN, TCP_ACK, TCP_FIN | TCP_ACK, TCP_RST][random(4)];
    const seq = random(3) === 0 ? random(0x1_0000_0000) : random(2000);
    const step = side.data(random(3) * random(700), {
      flags,
      seq,
      ack: random(2000),
      window: random(3),
      ttl: random(256),
    });
    return random(8) === 0 ? icmpError(step, random(14), random(16)) : step;
  });
}

/** Drops, repeats and swaps packets, and lets time stand still or run backwards. */
function disturbed(packets: TimedPacket[], random: Random): TimedPacket[] {
  const result: TimedPacket[] = [];
  for (const packet of packets) {
    if (random(10) === 0) continue;
    result.push(packet);
    if (random(10) === 0) result.push(packet);
    if (random(10) === 0 && result.length > 1) result.push(...result.splice(-2).reverse());
    if (random(20) === 0) result.push({ ...packet, seconds: packet.seconds + random(600) });
  }
  return result;
}

const seeds = Array.from({ length: 60 }, (_, i) => i + 1);
const directions = (connection: Connection): Direction[] => [connection.fromClient, connection.fromServer];
const total = (connections: Connection[], count: (direction: Direction) => number) =>
  connections.flatMap(directions).reduce((sum, direction) => sum + count(direction), 0);

/** What is true of every analysis. */
function expectConsistent({ connections, summary }: Talk, packets: TimedPacket[]): void {
  const others = summary.otherFrames.reduce((sum, { frames }) => sum + frames, 0);
  expect(total(connections, (direction) => direction.packets) + others).toBe(packets.length);
  expect(summary.packets).toBe(packets.length);
  expect(summary.payloadBytes).toBe(total(connections, (direction) => direction.bytes));
  expect(summary.retransmissions).toBe(total(connections, (direction) => direction.retransmissions));
  expect(summary.connections.tcp).toBe(connections.length);
  for (const connection of connections) {
    expect(connection.firstFrame).toBeLessThanOrEqual(connection.lastFrame);
    expect(connection.resets.length).toBeLessThanOrEqual(total([connection], (direction) => direction.resets));
    for (const direction of directions(connection)) {
      const { retransmissions, fastRetransmissions, spuriousRetransmissions, packets: sent } = direction;
      expect(direction.uniqueBytes).toBeLessThanOrEqual(direction.bytes);
      expect(direction.uniqueBytes).toBeGreaterThanOrEqual(0);
      expect(fastRetransmissions + spuriousRetransmissions).toBeLessThanOrEqual(retransmissions);
      expect(retransmissions + direction.outOfOrder + direction.keepAlives).toBeLessThanOrEqual(sent);
      expect(direction.duplicates).toBeLessThan(Math.max(sent, 1));
      expect(direction.firstData === null).toBe(direction.lastData === null);
      expect(direction.ttl === null).toBe(sent === 0);
    }
    // Every value is one that JSON can hold: no NaN, no infinity, nothing undefined.
    expect(JSON.parse(JSON.stringify(connection))).toEqual(connection);
  }
}

describe('whatever comes, nothing throws and the counts add up', () => {
  test.each(seeds)('an ordinary connection, disturbed: seed %i', async (seed) => {
    const random = randomOf(seed);
    const packets = disturbed(play(ordinary(random)), random);
    expectConsistent(await analyzePackets(packets), packets);
  });

  test.each(seeds)('nonsense: seed %i', async (seed) => {
    const random = randomOf(seed * 1000);
    const packets = disturbed(play([...handshake.slice(0, random(4)), ...nonsense(random)]), random);
    expectConsistent(await analyzePackets(packets), packets);
  });
});

test('connections do not touch each other: interleaved they give what each gives alone', async () => {
  const random = randomOf(7);
  const ends = Array.from({ length: 5 }, (_, i) => pair({ client: { port: 41_000 + i } }));
  const scripts = ends.map(({ client, server }) =>
    ordinary(random).map((step, i) => ({
      ...step,
      pair: (step.from === 'client' ? client.ack() : server.ack()).pair,
      at: i * 0.01 + random(9) / 1000,
    })),
  );
  const whole = scripts.flat().sort((a, b) => a.at - b.at);
  const { connections } = await analyzePackets(play(whole), { order: 'capture' });
  const summary = ({ client, fromClient, fromServer, handshake: opening, close, zeek }: Connection) => ({
    ...{ port: client.port, outcome: opening?.outcome, state: close?.state, history: zeek.history },
    ...{
      client: { ...fromClient, firstData: null, lastData: null },
      server: { ...fromServer, firstData: null, lastData: null },
    },
  });
  for (const script of scripts) {
    const { connection } = await analyzePackets(play(script));
    const same = connections.find(({ client }) => client.port === connection.client.port);
    expect(same && summary(same)).toEqual(summary(connection));
  }
});
