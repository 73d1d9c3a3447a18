import { describe, expect, test } from '@jest/globals';
import type { Thresholds } from '../../src/track/thresholds.ts';
import {
  c,
  connectionOf,
  copy,
  firstOf,
  handshake,
  icmpError,
  pair,
  type Step,
  s,
  talkWith,
  unseen,
  watchedTo,
} from '../support/conversation.ts';
import { tcpOption } from '../support/packets.ts';

const dns = pair({ server: { port: 53 } }).client;
const ended = [c.fin(), s.fin(), c.ack()];

/** Codes of what is found in a connection. */

async function codesOf(steps: Step[], thresholds: Partial<Thresholds> = {}): Promise<string[]> {
  const { connection } = await talkWith({ thresholds }, ...steps);
  return connection.findings.map(({ code }) => code);
}

test('there is nothing to say of a connection without trouble', async () => {
  expect(await codesOf([...handshake, c.data(100), s.data(500), c.ack(), ...ended])).toEqual([]);
  expect(await codesOf([dns.datagram(40)])).toEqual([]);
  expect(await codesOf([c.data(10, { seq: 1 }), s.data(10)])).toEqual([]);
});

describe('in the handshake', () => {
  test.each<[string, Step[], string[]]>([
    ['refused', [c.syn(), s.rstAck({ seq: 0 })], ['connection-refused']],
    [
      'refused at last, not at first',
      [c.syn(), s.rstAck({ seq: 0 }), c.syn({ at: 1 }), s.synAck(), c.ack()],
      ['slow-handshake'],
    ],
    ['unanswered', [c.syn(), watchedTo(4)], ['unanswered']],
    ['aborted', [c.syn(), s.synAck(), c.rst()], ['handshake-aborted']],
    ['half-open', [c.syn(), s.synAck(), watchedTo(4)], ['half-open']],
    ['connect() of more than half a second', [c.syn(), s.synAck({ after: 0.501 }), c.ack()], ['slow-handshake']],
    ['connect() of half a second', [c.syn(), s.synAck({ after: 0.5 }), c.ack()], []],
    ['a second SYN, answered soon', [c.syn(), c.syn({ at: 0.2 }), s.synAck(), c.ack()], ['handshake-retransmitted']],
    ['a second SYN-ACK', [c.syn(), s.synAck(), s.synAck({ at: 0.4 }), c.ack()], ['handshake-retransmitted']],
    ['a copy of the SYN', [c.syn({ id: 7 }), copy(), s.synAck(), c.ack()], ['duplicate-packets']],
  ])('%s', async (_, steps, codes) => {
    expect(await codesOf(steps)).toEqual(codes);
  });

  test('a finding says how bad it is, whose side, and where to look', async () => {
    const { findings } = await firstOf(c.syn(), c.syn({ at: 1 }), c.syn({ at: 3 }), watchedTo(8));
    const message = 'no answer to 3 SYNs';
    expect(findings).toEqual([{ code: 'unanswered', severity: 'error', side: 'client', message, frames: [1] }]);
  });
});

describe('in the close', () => {
  const closeWait = (seconds: number) => [...handshake, c.fin(), s.ack(), s.fin({ at: 0.03 + seconds }), c.ack()];
  const halfClosed = (seconds: number, ...steps: Step[]) => [
    ...[...handshake, c.fin({ at: 1 }), s.ack(), ...steps],
    watchedTo(1 + seconds),
  ];

  test.each<[string, Step[], string[]]>([
    ['reset', [...handshake, c.data(9), s.rst()], ['reset']],
    ['an RST that its receiver does not accept', [...handshake, c.data(9), s.rst({ seq: 99 })], ['reset-ignored']],
    ['reset after a FIN', [...handshake, c.fin(), s.rst()], ['reset-after-fin']],
    ['reset after both FINs and their ACKs', [...handshake, ...ended, c.rst()], []],
    ['closed more than ten seconds after its peer', closeWait(10.001), ['long-close-wait']],
    ['closed ten seconds after its peer', closeWait(10), []],
    ['open more than ten seconds after its peer closed', halfClosed(11), ['close-wait-leak']],
    ['the same, and it still sends', halfClosed(11, s.data(5), s.data(5, { at: 11 })), ['half-closed']],
    ['open ten seconds after its peer closed', halfClosed(10), []],
  ])('%s', async (_, steps, codes) => {
    expect(await codesOf(steps)).toEqual(codes);
  });

  test('a subflow of MPTCP that stays half-closed is no leak: its FIN does not end the connection', async () => {
    const signal = { options: tcpOption.multipath(2) };
    const subflow = (steps: Step[]) =>
      steps.map((step) => (step.pair === c.ack().pair ? { ...step, ...signal } : step));
    const steps = [halfClosed(11), halfClosed(11, s.data(5)), closeWait(20)];
    for (const each of steps) expect(await codesOf(subflow(each))).toEqual(['mptcp-subflow']);
    expect(await codesOf(subflow([...handshake, c.data(9), s.ack()]))).toEqual([]);
    // Asked for, and not agreed on.
    const asked = [c.syn({ options: tcpOption.multipath(0) }), ...closeWait(20).slice(1)];
    expect(await codesOf(asked)).toEqual(['long-close-wait']);
  });

  test('the side is who kept its end open, or who reset', async () => {
    expect((await connectionOf(...closeWait(20))).findings).toMatchObject([{ side: 'server', frames: [4, 6] }]);
    expect((await connectionOf(...handshake, c.rst())).findings).toMatchObject([{ side: 'client', frames: [4] }]);
  });

  test('abandoned: sent three times again into silence', async () => {
    const again = (count: number) => Array.from({ length: count }, (_, i) => c.data(9, { seq: 1, at: i + 1 }));
    expect(await codesOf([...handshake, c.data(9), ...again(3), watchedTo(9)])).toEqual(['abandoned']);
    expect(await codesOf([...handshake, c.data(9), ...again(2), watchedTo(9)])).toEqual([]);
  });
});

describe('in the transfer', () => {
  const again = (step: Step, times: number) => Array.from({ length: times }, () => ({ ...step, after: 1 }));
  /** A client that sends so many packets, the last `again` of them a second time. */
  const resent = (packets: number, again: number, fields = {}) => [
    ...[...handshake, s.data(9), c.ack()],
    ...Array.from({ length: packets - again - 3 }, () => c.data(10)),
    ...Array.from({ length: again }, (_, i) => c.data(10, { seq: 1 + 10 * i, after: 1, ...fields })),
    s.ack(),
  ];

  test.each<[string, Step[], string[]]>([
    ['five packets sent again', resent(20, 5), ['heavy-retransmission']],
    ['four are no rate', resent(20, 4), []],
    ['2 % of them', resent(250, 5), []],
    ['a little more than 2 %', resent(249, 5), ['heavy-retransmission']],
    ['SYNs, of which the handshake tells', [c.syn(), ...again(c.syn({ seq: 0 }), 6), watchedTo(99)], ['unanswered']],
    [
      'SYN-ACKs, of which the handshake tells',
      [c.syn(), s.synAck(), ...again(s.synAck({ seq: 0 }), 6), watchedTo(99)],
      ['half-open'],
    ],
    [
      'a SYN, and four times data',
      [c.syn(), c.syn({ after: 0.4 }), ...resent(20, 4).slice(1)],
      ['handshake-retransmitted'],
    ],
  ])('%s', async (_, steps, codes) => {
    expect(await codesOf(steps)).toEqual(codes);
  });

  test('copies are not sent again', async () => {
    const copies = Array.from({ length: 6 }, (_, i) => [c.data(10, { id: i + 1 }), copy()]).flat();
    expect(await codesOf([...handshake, ...copies])).toEqual(['duplicate-packets']);
  });

  test('a receive window closed for more than 200 ms', async () => {
    const stalled = (seconds: number) => [
      ...[...handshake, c.data(9), s.ack({ at: 1, window: 0 })],
      s.ack({ at: 1 + seconds, window: 9 }),
    ];
    expect([await codesOf(stalled(0.2)), await codesOf(stalled(0.201))]).toEqual([[], ['zero-window']]);
    expect((await connectionOf(...stalled(3))).findings[0].side).toBe('server');
  });
});

describe('in the capture', () => {
  /** Captured before the frame in front of it. */
  const early = (step: Step): Step => ({ ...step, after: -0.0002 });
  const later = [c.ack(), c.data(1, { after: 0.1 })];
  const lost = [...handshake, unseen(c.data(9)), s.ack()];
  const probed = [c.ack({ seq: 0, ack: 1 }), s.ack({ seq: 1, ack: 1 })];

  test.each<[string, Step[], string[]]>([
    ['an ACK of what was not captured', [...handshake, unseen(c.data(9)), s.ack(), ...later], ['capture-loss']],
    [
      'the same, and the connection goes on for a few frames',
      [...lost, c.data(9), s.ack(), s.data(9)],
      ['capture-loss'],
    ],
    ['the same before the end of the capture, which may be in between', lost, []],
    ['an ACK of a FIN that was not captured', [...handshake, unseen(c.fin()), s.ack(), ...later], ['capture-loss']],
    ['an ACK in front of what it acknowledges', [...handshake, s.ack({ ack: 10 }), early(c.data(9)), ...later], []],
    [
      'an ACK some frames in front of it, and of the half of it',
      [...handshake, s.ack({ ack: 5 }), s.ack({ ack: 10 }), s.data(5), c.data(2), early(c.data(7)), ...later],
      [],
    ],
    [
      'a gap that was acknowledged and then filled',
      [...handshake, c.data(9, { seq: 11 }), s.ack({ ack: 20 }), early(c.data(10, { seq: 1 })), ...later],
      [],
    ],
    [
      'a gap that was acknowledged',
      [...handshake, c.data(9, { seq: 11 }), s.ack({ ack: 20 }), ...later],
      ['capture-loss'],
    ],
    [
      'a gap that was acknowledged, then others that were filled',
      [
        ...[...handshake, c.data(9, { seq: 11 }), s.ack({ ack: 20 })],
        ...[30, 50, 70, 90].map((seq) => c.data(10, { seq })),
        ...[20, 40, 60, 80].map((seq) => c.data(10, { seq })),
        ...[s.ack({ ack: 100 }), ...later],
      ],
      ['capture-loss'],
    ],
    [
      'a SYN-ACK in front of its SYN',
      [s.synAck({ ack: 1 }), early(c.syn()), c.ack(), c.data(9), s.ack(), ...later],
      [],
    ],
    [
      'an ACK in front of the SYN-ACK',
      [c.syn(), c.ack({ ack: 1 }), early(s.synAck()), c.data(9), s.ack(), ...later],
      [],
    ],
    [
      'one order wrong, and later a segment missing',
      [
        ...[...handshake, s.ack({ ack: 10 }), early(c.data(9)), c.data(9)],
        s.ack(),
        unseen(c.data(9)),
        s.ack(),
        ...later,
      ],
      ['capture-loss'],
    ],
    [
      'one order wrong, and later an ACK at the end of the capture',
      [...[...handshake, s.ack({ ack: 10 }), early(c.data(9)), c.data(9)], s.ack({ at: 9 }), s.ack({ ack: 29 })],
      [],
    ],
    ['a keep-alive with which the capture begins', [...probed, c.ack({ seq: 0, after: 75 }), s.ack(), s.ack()], []],
    [
      'a keep-alive with which it begins, then data',
      [...probed, c.data(9, { seq: 1 }), s.ack(), s.data(9), ...later],
      [],
    ],
    [
      'a segment that is missing after the capture began with an ACK',
      [s.ack({ seq: 1 }), c.ack({ seq: 1 }), unseen(c.data(90, { seq: 1 })), c.data(9), s.ack(), ...later],
      ['capture-loss'],
    ],
    ['a copy of a packet', [...handshake, c.data(9, { id: 7 }), copy()], ['duplicate-packets']],
    ['one side of a conversation', [c.data(9, { seq: 1 }), c.ack(), c.ack()], ['one-direction']],
    ['two packets are no conversation', [c.data(9, { seq: 1 }), c.ack()], []],
    ['a SYN, then the client goes on', [c.syn(), unseen(s.synAck()), c.ack()], ['one-direction']],
    ['SYNs without an answer', [c.syn(), c.syn({ at: 1 }), c.syn({ at: 3 }), watchedTo(8)], ['unanswered']],
  ])('%s', async (_, steps, codes) => {
    expect(await codesOf(steps)).toEqual(codes);
  });

  test('the silent side is named', async () => {
    const { findings } = await connectionOf(s.data(9, { seq: 1 }), s.ack(), s.ack());
    expect(findings).toMatchObject([{ code: 'one-direction', side: 'client' }]);
  });
});

describe('frames in the wrong order', () => {
  const early = (step: Step): Step => ({ ...step, after: -0.0002 });
  const muchLater = pair({ client: { port: 41000 } }).client.data(1, { at: 400 });
  const open = [...handshake, c.data(9), s.data(9), c.ack()];
  const closed = [...handshake, c.data(9), s.ack(), c.fin(), s.ack()];

  test.each<[string, Step[], string[]]>([
    [
      'an RST in front of the SYN that it refuses',
      [s.rstAck({ seq: 0, ack: 1 }), early(c.syn())],
      ['connection-refused'],
    ],
    [
      'an RST that acknowledges nothing in front of a SYN',
      [s.rst({ seq: 0 }), early(c.syn()), c.syn({ seq: 0, after: 1 }), muchLater],
      ['unanswered'],
    ],
    ['an RST in front of a FIN of its receiver', [...open, s.rst(), early(c.fin())], ['reset-after-fin']],
    [
      'an RST in front of the FIN that it answers: its receiver had closed, and wrote nothing more',
      [...closed, s.data(24), c.rst(), early(s.fin())],
      ['reset-after-fin'],
    ],
    [
      'an RST in front of the data before it: the RST that answers the data tells its sender nothing',
      [...handshake, s.fin(), c.rstAck({ seq: 32 }), early(c.data(31)), s.rst({ after: 0.2 })],
      ['reset-after-fin', 'reset-ignored'],
    ],
  ])('%s', async (_, steps, codes) => {
    expect(await codesOf(steps)).toEqual(codes);
  });

  test('which are in the right order, say what they say', async () => {
    expect(await codesOf([...closed, s.data(24), c.rst(), muchLater])).toEqual(['broken-pipe']);
    // After an RST that came a socket sends nothing: it had closed before.
    expect(await codesOf([...closed, s.data(24), c.rst(), s.fin()])).toEqual(['reset-after-fin']);
    expect(await codesOf([...open, s.rst(), c.fin()])).toEqual(['reset']);
  });
});

describe('ICMP errors', () => {
  test.each<[string, Step[], string[]]>([
    ['that end a handshake', [c.syn(), icmpError(c.syn(), 3, 1)], ['unreachable']],
    ['that end it, twice: said once', [c.syn(), icmpError(c.syn(), 3, 1), icmpError(c.syn(), 3, 1)], ['unreachable']],
    [
      'in an established connection are notes',
      [...handshake, c.data(9), icmpError(c.data(9, { seq: 1 }), 3, 1)],
      ['icmp-error'],
    ],
    ['that are fatal to a UDP socket', [dns.datagram(40), icmpError(dns.datagram(40), 3, 3)], ['unreachable']],
    ['that a UDP socket is not told of', [dns.datagram(40), icmpError(dns.datagram(40), 3, 1)], ['icmp-error']],
  ])('%s', async (_, steps, codes) => {
    expect(await codesOf(steps)).toEqual(codes);
  });
});

test('the worst comes first', async () => {
  const steps = [
    c.syn({ id: 7 }),
    copy(),
    s.synAck({ at: 2 }),
    c.ack(),
    unseen(c.data(9)),
    s.ack(),
    s.rst({ after: 0.1 }),
  ];
  const { findings } = await connectionOf(...steps);
  expect(findings.map(({ code, severity }) => [code, severity])).toEqual([
    ['reset', 'error'],
    ['slow-handshake', 'warning'],
    ['capture-loss', 'warning'],
    ['duplicate-packets', 'note'],
  ]);
});

describe("thresholds are the user's to set", () => {
  const slow = [c.syn(), s.synAck({ after: 0.3 }), c.ack()];
  const stalled = [...handshake, c.data(9), s.ack({ window: 0 }), s.ack({ after: 0.1 })];
  const waited = [...handshake, c.fin(), s.ack(), s.fin({ after: 5 }), c.ack()];
  const resent = [...handshake, c.data(9), c.data(9, { seq: 1, after: 1 }), s.ack()];

  test.each<[Partial<Thresholds>, Step[], string]>([
    [{ slowHandshake: 0.2 }, slow, 'slow-handshake'],
    [{ zeroWindow: 0.05 }, stalled, 'zero-window'],
    [{ closeWait: 4 }, waited, 'long-close-wait'],
    [{ retransmissionsAtLeast: 1, retransmissionShare: 0.1 }, resent, 'heavy-retransmission'],
  ])('%j', async (thresholds, steps, code) => {
    expect([await codesOf(steps), await codesOf(steps, thresholds)]).toEqual([[], [code]]);
  });
});
