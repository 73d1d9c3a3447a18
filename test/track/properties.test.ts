import { describe, expect, test } from '@jest/globals';
import type { Connection, Direction } from '../../src/record.ts';
import { analyzePackets, handshake, pair, play, type Talk, type TimedPacket } from '../support/conversation.ts';
import { disturbed, nonsense, ordinary, randomOf } from '../support/random-conversation.ts';

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
