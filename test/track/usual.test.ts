import { describe, expect, test } from '@jest/globals';
import { type AnalyzeOptions, analyzeInput } from '../../src/analyze.ts';
import { fixtureNames, fixturePath } from '../fixtures/fixture-files.ts';
import { c, copy, handshake, icmpError, PacketInput, pair, play, type Step, s } from '../support/conversation.ts';
import { handedOutAndCounted, rounded } from './counted.ts';

const STRICT = { slowHandshake: 0.0001, retransmissionsAtLeast: 1, retransmissionShare: 0.001, closeWait: 0.001 };

test.each([
  // Most fixtures hold a connection that is only counted.
  ['usual', {}, 70],
  ['strict', STRICT, 10],
])(
  'a summary says the same whether usual connections are handed out or only counted, with %s thresholds',
  async (_which, thresholds, least) => {
    let onlyCounted = 0;
    for (const path of fixtureNames().map(fixturePath)) {
      const summaries = await handedOutAndCounted(path, { thresholds });
      if (summaries === null) continue;
      expect([path, summaries.counted]).toEqual([path, summaries.handedOut]);
      onlyCounted += summaries.onlyCounted;
    }
    expect(onlyCounted).toBeGreaterThan(least);
  },
);

const LATER = pair({ client: { port: 999 } });
const closing = [c.fin(), s.fin(), c.ack()];
const web = [...handshake, c.data(100), s.data(200), c.ack()];

/**
 * How many of the connections are handed out, which are those that somebody must see. An ICMP error is one of its own; it comes so
 * late that all that are closed have been reported.
 */
async function handedOut(
  steps: Step[],
  needlessFrom?: number,
  options: AnalyzeOptions = {},
  interfaceName = '',
  failedNeedlessFrom?: number,
) {
  let count = 0;
  const consumer = {
    ended: () => count++,
    ...(needlessFrom === undefined ? {} : { needlessFrom }),
    ...(failedNeedlessFrom === undefined ? {} : { failedNeedlessFrom }),
  };
  const late = [LATER.client.datagram(1, { at: 400 }), icmpError(LATER.client.datagram(1), 3, 3)];
  const input = Object.assign(new PacketInput(play([...steps, ...late])), { interfaceName: () => interfaceName });
  const { summary } = await analyzeInput(input, consumer, options);
  return { count: count - 1, summary };
}

/** Another client of the same server, and of another. */
const other = pair({ client: { port: 7 } });
const beside = pair({ client: { port: 7 }, server: { port: 8080 } });
const elsewhere = pair({ client: { address: '10.0.0.9' } });
const again = (step: Step, times: number) =>
  Array.from({ length: times }, (_, i) => ({ ...step, id: i + 1, after: 1 }));

describe('a connection that nobody wants to see', () => {
  test.each<[string, Step[], number]>([
    ['closes in order', [...web, ...closing], 1],
    ['closes on both sides at once', [...handshake, c.fin(), s.fin({ ack: 1 }), c.ack(), s.ack()], 1],
    ['is open', web, 1],
    ['sent a little again', [...web, ...again(c.data(100, { seq: 1 }), 4), s.ack(), ...closing], 1],
    [
      'lost its request to the close of the server',
      [...handshake, c.data(100), s.ack(), s.fin(), c.ack(), c.fin(), s.ack()],
      0,
    ],
    [
      'sent a request that crossed the close of the server',
      [...web, s.fin({ after: 2 }), c.data(80, { ack: 201 }), c.ack(), c.fin(), s.ack({ ack: 101 })],
      0,
    ],
    [
      'did not get large segments through',
      [
        ...handshake,
        c.data(9),
        s.data(1460),
        c.data(9, { ack: 1 }),
        ...again(s.data(1460, { seq: 1 }), 3),
        c.data(9, { ack: 1 }),
      ],
      0,
    ],
    ['was not answered', [...web, ...closing, other.client.syn(), beside.client.syn(), elsewhere.client.syn()], 4],
    [
      'was not answered several times',
      [
        ...web,
        ...closing,
        other.client.syn(),
        ...again(other.client.syn(), 2),
        beside.client.syn(),
        ...again(beside.client.syn(), 9),
      ],
      3,
    ],
    [
      'was refused',
      [c.syn(), s.rstAck(), other.client.syn(), other.server.rstAck(), beside.client.syn(), beside.server.rstAck()],
      3,
    ],
    ['was refused after one that came later', [c.syn(), other.client.syn(), other.server.rstAck(), s.rstAck()], 2],
    [
      'was not answered to its last SYN, and the next may still come',
      [...web, ...closing, other.client.syn({ at: 300 }), beside.client.syn({ at: 399 })],
      2,
    ],
    [
      'was refused, as another client was',
      [c.syn(), s.rstAck(), elsewhere.client.syn({ at: 7 }), elsewhere.server.rstAck()],
      2,
    ],
    ['was refused in the end', [c.syn(), ...again(c.syn(), 3), s.rstAck()], 1],
    ['is UDP', [c.datagram(9), s.datagram(99)], 1],
    ['used the ports of another, which is usual itself', [...web, ...closing, c.syn({ isn: 77 })], 1],
  ])('is counted as it would be if it %s', async (_what, steps, tcp) => {
    const seen = await handedOut(steps);
    const skipped = await handedOut(steps, 1);
    expect(rounded(skipped.summary)).toEqual(rounded(seen.summary));
    expect(seen.count - skipped.count).toBe(tcp);
  });

  test('is handed out if it was refused, and Windows may try again', async () => {
    const refusedAt = (at: number) => [c.syn({ ttl: 128, at }), s.rstAck()];
    expect((await handedOut(refusedAt(0), 1)).count).toBe(0);
    expect((await handedOut(refusedAt(399.9), 1)).count).toBe(1);
  });

  test('is in one group of problems with those that are handed out', async () => {
    const { client, server } = pair({ client: { port: 8 } });
    const captured = [client.syn(), copy({ after: 0 }), server.rstAck()];
    const usual = [c.syn(), s.rstAck(), other.client.syn(), other.server.rstAck()];
    for (const steps of [
      [...captured, ...usual],
      [...usual, ...captured],
    ]) {
      const { summary, count } = await handedOut(steps, 1);
      expect(count).toBe(1);
      const sameAs: string[] = [];
      expect(summary.problems[0]).toMatchObject({ code: 'connection-refused', count: 3, example: 0, sameAs });
      const copies = summary.problems.find(({ code }) => code === 'duplicate-packets');
      expect(copies).toMatchObject({ count: 1, sameAs });
    }
  });

  test('is handed out if it began before', async () => {
    expect((await handedOut([...web, ...closing], 1)).count).toBe(0);
    expect((await handedOut([...web, ...closing], 2)).count).toBe(1);
  });

  test('is handed out if it failed, and failed ones are wanted longer; or the other way round', async () => {
    const failed = [other.client.syn(), other.server.rstAck(), beside.client.syn()];
    const steps = [...web, ...closing, c.datagram(9), ...failed];
    const all = await handedOut(steps);
    // Without one of its own the limit is that of all.
    for (const [needlessFrom, failedNeedlessFrom, expected] of [
      [1, 1, 0],
      [1, undefined, 0],
      [1, 1000, 2],
      [1000, 1, 2],
      [1000, undefined, 4],
    ] as const) {
      const some = await handedOut(steps, needlessFrom, {}, '', failedNeedlessFrom);
      expect([needlessFrom, failedNeedlessFrom, some.count]).toEqual([needlessFrom, failedNeedlessFrom, expected]);
      expect(rounded(some.summary)).toEqual(rounded(all.summary));
    }
  });

  test.each<[string, Step[]]>([
    ['has an end on one side', [...web, c.fin(), s.ack()]],
    ['was reset', [...web, c.rst()]],
    ['sent a SYN twice', [c.syn(), c.syn({ seq: 0, id: 7 }), s.synAck(), c.ack(), ...closing]],
    ['sent a SYN-ACK twice', [c.syn(), s.synAck(), s.synAck({ seq: 0, id: 7, after: 1 }), c.ack(), ...closing]],
    ['was slow to begin', [c.syn(), s.synAck({ after: 0.6 }), c.ack(), ...closing]],
    ['was slow to end', [...web, c.fin(), s.ack(), s.fin({ after: 11 }), c.ack()]],
    ['sent much again', [...web, ...again(c.data(100, { seq: 1 }), 5), s.ack(), ...closing]],
    ['has no answer to what it sent again', [...web, c.data(100, { seq: 1, id: 9, after: 1 })]],
    ['was captured twice', [...web, s.data(10, { id: 9 }), { ...copy({ after: 0 }), from: 'server' }, ...closing]],
    ['closed its window', [...web, s.ack({ window: 0 }), s.ack({ window: 99 }), ...closing]],
    ['was in the capture from its middle on', [c.data(9), s.ack(), ...closing]],
    ['lacks a segment', [...web, s.ack({ ack: 500 }), c.fin({ seq: 500 }), s.fin({ ack: 501 }), c.ack()]],
    ['was quoted by an ICMP error', [...web, icmpError(c.data(9), 3, 1), ...closing]],
    ['used the ports of another', [...web, ...closing, c.syn({ isn: 77 }), s.synAck({ isn: 78 }), c.ack(), ...closing]],
    ['was told that the server cannot be reached', [c.syn(), icmpError(c.syn(), 3, 1)]],
    ['was refused for each SYN', [c.syn(), s.rstAck(), c.syn({ id: 3 }), s.rstAck({ id: 4, after: 1 })]],
    ['was refused by one who then speaks', [c.syn(), s.rstAck(), s.data(9, { after: 1 })]],
    ['was not answered, and sent something else', [c.syn(), c.data(5, { flags: 0 })]],
    ['was not answered, and told of a smaller path MTU', [c.syn(), icmpError(c.syn(), 3, 4)]],
    ['was refused, and told of a smaller path MTU', [c.syn(), s.rstAck(), icmpError(c.syn(), 3, 4)]],
    ['was half open', [c.syn(), s.synAck()]],
    ['is UDP and was quoted', [c.datagram(9), icmpError(c.datagram(9), 3, 3)]],
    ['is UDP and was captured twice', [c.datagram(9, { id: 5 }), copy({ after: 0 })]],
  ])('is handed out if it %s', async (_what, steps) => {
    const { summary, count } = await handedOut(steps, 1);
    const all = await handedOut(steps);
    expect(rounded(summary)).toEqual(rounded(all.summary));
    expect(count).toBeGreaterThan(0);
  });

  test('is handed out if its addresses mean something only together with their interface', async () => {
    const { client, server } = pair({ client: { address: 'fe80::1' }, server: { address: 'fe80::2' } });
    const both = [client.syn(), server.synAck(), client.ack(), client.fin(), server.fin(), client.ack()];
    expect((await handedOut(both, 1)).count).toBe(0);
    expect((await handedOut(both, 1, {}, 'eth0')).count).toBe(1);
  });

  test('is handed out to who chooses, who wants calls, or the order of the capture', async () => {
    const steps = [...web, ...closing];
    expect((await handedOut(steps, 1, { where: () => true })).count).toBe(1);
    expect((await handedOut(steps, 1, { calls: true })).count).toBe(1);
    expect((await handedOut(steps, 1, { summarize: false })).count).toBe(1);
    expect((await handedOut(steps, 1, { order: 'capture' })).count).toBe(1);
  });
});

describe('more than may wait', () => {
  const clients = Array.from({ length: 5000 }, (_, i) => pair({ client: { port: 1024 + i } }));

  test('connections that are open at the end are added up in parts', async () => {
    const steps = clients.flatMap(({ client, server }) => [client.syn(), server.synAck(), client.ack()]);
    const { summary, count } = await handedOut(steps, 1);
    expect([count, summary.connections.tcp, summary.connectTime?.count]).toEqual([0, 5000, 5000]);
  });

  test('failures of more servers than problems are kept apart are counted, not listed', async () => {
    const steps = Array.from({ length: 10_003 }, (_, i) =>
      pair({ server: { address: `10.1.${i >> 8}.${i & 255}` } }).client.syn({ after: 0 }),
    );
    // An answer to somebody: the capture has both directions.
    const answered = [elsewhere.client.syn(), elsewhere.server.synAck(), elsewhere.client.ack()];
    const rest = [...answered, ...[c, other.client].map((side) => side.syn())];
    const { summary, count } = await handedOut([...steps, ...rest], 1);
    expect([count, summary.problems.length, summary.problemsNotListed]).toEqual([0, 10_000, 6]);
  });
});
