import { describe, expect, test } from '@jest/globals';
import { TCP_ACK, TCP_PSH } from '../../parsers/packet-view.ts';
import type { Direction } from '../../src/record.ts';
import { c, connectionOf, handshake, type Step, s, unseen } from '../support/conversation.ts';
import { tcpOption } from '../support/packets.ts';

/** What Wireshark's sequence analysis counts. */
const COUNTERS = [
  'retransmissions',
  'fastRetransmissions',
  'spuriousRetransmissions',
  'outOfOrder',
  'duplicateAcks',
  'lostSegments',
  'ackedUnseen',
  'keepAlives',
  'keepAliveAcks',
] as const;
type Counts = Partial<Record<(typeof COUNTERS)[number], number>>;

const countsOf = (direction: Direction): Counts =>
  Object.fromEntries(COUNTERS.filter((name) => direction[name] > 0).map((name) => [name, direction[name]]));

type Case = [name: string, steps: Step[], client: Counts, server: Counts];

/** Steps after a handshake of 20 ms, and what the analysis finds in either direction. */
function table(cases: Case[]): void {
  test.each(cases)('%s', async (_, steps, client, server) => {
    const found = await connectionOf(...handshake, ...steps);
    expect([countsOf(found.fromClient), countsOf(found.fromServer)]).toEqual([client, server]);
  });
}

const noTrouble: Counts = {};

describe('nothing is wrong with', () => {
  table([
    ['a request and its answer', [c.data(100), s.data(500), c.ack(), c.data(10), s.ack()], noTrouble, noTrouble],
    ['an orderly close', [c.fin(), s.ack(), s.fin(), c.ack()], noTrouble, noTrouble],
    ['data in a FIN', [c.fin({ length: 10 }), s.fin(), c.ack()], noTrouble, noTrouble],
    ['a reset', [c.data(10), s.rstAck()], noTrouble, noTrouble],
  ]);
});

describe('retransmission', () => {
  const sent = [c.data(100), c.data(100)];
  table([
    ['of all that is in flight', [...sent, c.data(200, { seq: 1, after: 0.3 })], { retransmissions: 1 }, {}],
    ['of its last segment, however soon', [...sent, c.data(100, { seq: 101 })], { retransmissions: 1 }, {}],
    [
      'of the first one, later than the initial RTT',
      [...sent, c.data(100, { seq: 1, after: 0.02 })],
      { retransmissions: 1 },
      {},
    ],
    ['of a FIN', [c.fin(), c.fin({ seq: 1, after: 1 })], { retransmissions: 1 }, {}],
    ['not: the next byte', [...sent, c.data(100, { seq: 201, after: 0.3 })], {}, {}],
    ['not: an empty segment that lies behind', [...sent, c.ack({ seq: 1, after: 0.3 })], {}, {}],
  ]);

  test('of a SYN and of a SYN-ACK', async () => {
    const found = await connectionOf(c.syn(), c.syn({ at: 1 }), s.synAck(), s.synAck({ at: 2 }));
    expect([countsOf(found.fromClient), countsOf(found.fromServer)]).toEqual([
      { retransmissions: 1 },
      { retransmissions: 1 },
    ]);
  });
});

describe('fast retransmission', () => {
  const sent = [c.data(100), c.data(100), c.data(100)];
  const twice = [s.ack({ ack: 1 }), s.ack({ ack: 1 })];
  const resent = (after: number, seq = 1) => c.data(100, { seq, after });
  table([
    [
      'after two duplicate ACKs',
      [...sent, ...twice, resent(0.0199)],
      { retransmissions: 1, fastRetransmissions: 1 },
      { duplicateAcks: 2 },
    ],
    [
      'not 20 ms after the last of them',
      [...sent, ...twice, resent(0.02)],
      { retransmissions: 1 },
      { duplicateAcks: 2 },
    ],
    ['not after one', [...sent, ...twice.slice(1), resent(0.0199)], { retransmissions: 1 }, { duplicateAcks: 1 }],
    ['not of another segment', [...sent, ...twice, resent(0.0199, 101)], { retransmissions: 1 }, { duplicateAcks: 2 }],
    [
      'not when the ACK moved on in between',
      [...sent, ...twice, s.ack({ ack: 101 }), resent(0.0199, 101)],
      { retransmissions: 1 },
      { duplicateAcks: 2 },
    ],
  ]);
});

describe('spurious retransmission', () => {
  const spurious = { retransmissions: 1, spuriousRetransmissions: 1 };
  table([
    ['of what was acknowledged', [c.data(100), s.ack(), c.data(100, { seq: 1 })], spurious, {}],
    ['of the first half of it', [c.data(100), s.ack(), c.data(50, { seq: 1 })], spurious, {}],
    [
      'not: one byte more was acknowledged than it has',
      [c.data(100), s.ack({ ack: 100 }), c.data(100, { seq: 1 })],
      { retransmissions: 1 },
      {},
    ],
  ]);
});

describe('out of order', () => {
  /** Bytes 101 to 200 come before 1 to 100. */
  const swapped = (after: number) => [c.data(100, { seq: 101 }), c.data(100, { seq: 1, after })];
  table([
    ['within the initial RTT', swapped(0.0199), { lostSegments: 1, outOfOrder: 1 }, {}],
    ['not: after it', swapped(0.02), { lostSegments: 1, retransmissions: 1 }, {}],
    ['not: a segment that reaches the end', [c.data(100), c.data(50, { seq: 51 })], { retransmissions: 1 }, {}],
  ]);

  test.each<[number, Counts]>([
    [0.0029, { outOfOrder: 1, lostSegments: 1 }],
    [0.003, { retransmissions: 1, lostSegments: 1 }],
  ])('within 3 ms where the handshake is not in the capture: %f s', async (after, expected) => {
    const steps = [c.data(100, { seq: 1 }), c.data(100, { seq: 201 }), c.data(100, { seq: 101, after })];
    expect(countsOf((await connectionOf(...steps)).fromClient)).toEqual(expected);
  });
});

describe('duplicate ACK', () => {
  const open = [c.data(100), s.ack()];
  table([
    ['says the same again', [...open, s.ack(), s.ack()], {}, { duplicateAcks: 2 }],
    ['says what the SYN-ACK said', [c.data(100), s.ack({ ack: 1 })], {}, { duplicateAcks: 1 }],
    ['not: it acknowledges more', [...open, c.data(1), s.ack()], {}, {}],
    ['not: it has data', [...open, s.data(1)], {}, {}],
    ['not: it is a FIN', [...open, s.fin()], {}, {}],
    ['not: its window is another', [...open, s.ack({ window: 1000 })], {}, {}],
    ['not: its sequence number lies behind', [...open, s.data(1), s.ack({ seq: 1 })], {}, { keepAlives: 1 }],
    ['whatever its other flags', [...open, s.ack({ flags: TCP_ACK | TCP_PSH })], {}, { duplicateAcks: 1 }],
  ]);
});

describe('duplicate ACK of a subflow of MPTCP', () => {
  const signal = (subtype: number) => ({ options: tcpOption.multipath(subtype) });
  const open = [c.data(100, signal(2)), s.ack()];
  // Asked of tshark 4.0: a side's first ACK after an operation that neither side had sent is none.
  table([
    ['that has no new operation', [...open, s.ack(), s.ack(signal(2))], {}, { duplicateAcks: 2 }],
    ['not: its side has just sent a new operation', [...open, s.ack(signal(3)), s.ack()], {}, { duplicateAcks: 1 }],
    ['not: its peer has', [...open, s.ack(), c.ack(signal(4)), s.ack()], {}, { duplicateAcks: 1 }],
    ['one later', [...open, s.ack(signal(3)), s.ack(signal(3)), s.ack(signal(3))], {}, { duplicateAcks: 2 }],
    [
      'one after new data of its side',
      [...open, s.ack(signal(3)), s.data(9), s.ack(), s.ack()],
      {},
      { duplicateAcks: 3 },
    ],
  ]);
});

describe('lost segment', () => {
  table([
    ['a segment beyond the expected one', [unseen(c.data(100)), c.data(100)], { lostSegments: 1 }, {}],
    ['an ACK beyond the expected number', [unseen(c.data(100)), c.ack()], { lostSegments: 1 }, {}],
    [
      'once for each hole',
      [unseen(c.data(1)), c.data(1), c.data(1), unseen(c.data(1)), c.data(1)],
      { lostSegments: 2 },
      {},
    ],
    ['not: an RST that is beyond', [unseen(c.data(100)), c.rst()], {}, {}],
  ]);

  test('not: the first segment of a stream', async () => {
    const found = await connectionOf(c.data(100, { seq: 5000 }), s.data(10, { seq: 7000 }));
    expect([countsOf(found.fromClient), countsOf(found.fromServer)]).toEqual([{}, {}]);
  });
});

describe('ACK of a segment that the capture does not have', () => {
  table([
    ['once', [unseen(c.data(100)), s.ack()], {}, { ackedUnseen: 1 }],
    ['once for the same hole', [unseen(c.data(100)), s.ack(), s.data(10)], {}, { ackedUnseen: 1 }],
    ['not: all was captured', [c.data(100), s.ack()], {}, {}],
    [
      'an ACK of a hole between captured segments',
      [unseen(c.data(100)), c.data(100), s.ack()],
      { lostSegments: 1 },
      { ackedUnseen: 1 },
    ],
    [
      'an ACK of a hole between captured segments, once',
      [unseen(c.data(100)), c.data(100), s.ack(), s.data(10), s.data(10)],
      { lostSegments: 1 },
      { ackedUnseen: 1 },
    ],
  ]);
});

describe('keep-alive', () => {
  table([
    ['empty, one byte behind', [c.data(10), s.ack(), c.ack({ seq: 10 })], { keepAlives: 1 }, {}],
    ['with one byte of garbage', [c.data(10), s.ack(), c.data(1, { seq: 10 })], { keepAlives: 1 }, {}],
    ['before any data', [c.ack({ seq: 0 })], { keepAlives: 1 }, {}],
    ['not: two bytes behind', [c.data(10), s.ack(), c.ack({ seq: 9 })], {}, {}],
    ['not: at the next byte', [c.data(10), s.ack(), c.ack()], { duplicateAcks: 1 }, {}],
    ['not: two bytes long', [c.data(10), c.data(2, { seq: 10, after: 1 })], {}, {}],
    ['not: a FIN', [c.data(10), c.fin({ seq: 10, after: 1 })], { retransmissions: 1 }, {}],
    ['its ACK', [c.ack({ seq: 0 }), s.ack()], { keepAlives: 1 }, { keepAliveAcks: 1 }],
    ['its ACK, not with another window', [c.ack({ seq: 0 }), s.ack({ window: 9 })], { keepAlives: 1 }, {}],
    ['its ACK, not with other news', [c.data(1), c.ack({ seq: 1 }), s.ack()], { keepAlives: 1 }, {}],
  ]);

  test('does not make its byte payload', async () => {
    const found = await connectionOf(...handshake, c.data(10), s.ack(), c.data(1, { seq: 10 }), s.ack());
    expect(found.fromClient).toMatchObject({ bytes: 11, uniqueBytes: 10, lastData: { frame: 4 } });
  });
});

test('a SYN that comes again takes back the number that an RST had moved on', async () => {
  const steps = [
    c.syn(),
    s.synAck({ ack: 500 }),
    c.rst({ seq: 500 }),
    c.syn({ at: 1 }),
    s.synAck({ at: 1.01 }),
    c.ack(),
  ];
  const found = await connectionOf(...steps, c.data(100, { seq: 1 }), s.ack());
  // Only the SYN was sent again.
  expect(countsOf(found.fromClient)).toEqual({ retransmissions: 1 });
});

test('the analysis is the same across the wrap of sequence numbers', async () => {
  const script = (isn: number) => [
    ...[c.syn({ isn }), s.synAck({ isn }), c.ack(), c.data(100), c.data(100, { seq: 201 })],
    ...[s.ack({ ack: 101 }), s.ack({ ack: 101 }), s.ack({ ack: 101 }), c.data(100, { seq: 101 }), s.ack()],
    ...[s.data(3000), unseen(s.data(10)), s.data(1), c.ack(), c.data(100, { seq: 1 }), c.ack({ seq: 300 }), s.ack()],
  ];
  const withIsn = async (isn: number) => {
    const found = await connectionOf(...script(isn));
    return [found.fromClient, found.fromServer];
  };
  const expected = await withIsn(1000);
  expect(countsOf(expected[0])).toMatchObject({ fastRetransmissions: 1, spuriousRetransmissions: 1, keepAlives: 1 });
  for (const isn of [0xffff_ff38, 0xffff_fffe, 0x7fff_ff38]) expect(await withIsn(isn)).toEqual(expected);
});
