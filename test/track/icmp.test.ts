import { describe, expect, test } from '@jest/globals';
import { icmpMeaning } from '../../src/track/icmp-errors.ts';
import {
  c,
  connectionOf,
  copy,
  handshake,
  icmpError,
  pair,
  START,
  type Step,
  s,
  talk,
} from '../support/conversation.ts';

describe('what an ICMP error means to a Linux socket', () => {
  test.each<[version: number, type: number, code: number, errno: string | null, fatal: boolean]>([
    [4, 3, 0, 'ENETUNREACH', false],
    [4, 3, 1, 'EHOSTUNREACH', false],
    [4, 3, 2, 'ENOPROTOOPT', true],
    [4, 3, 3, 'ECONNREFUSED', true],
    [4, 3, 4, 'EMSGSIZE', false],
    [4, 3, 5, 'EOPNOTSUPP', false],
    [4, 3, 6, 'ENETUNREACH', true],
    [4, 3, 7, 'EHOSTDOWN', true],
    [4, 3, 8, 'ENONET', true],
    [4, 3, 9, 'ENETUNREACH', true],
    [4, 3, 10, 'EHOSTUNREACH', true],
    [4, 3, 11, 'ENETUNREACH', false],
    [4, 3, 12, 'EHOSTUNREACH', false],
    [4, 3, 13, 'EHOSTUNREACH', true],
    [4, 3, 14, 'EHOSTUNREACH', true],
    [4, 3, 15, 'EHOSTUNREACH', true],
    [4, 4, 0, null, false],
    [4, 5, 1, null, false],
    [4, 11, 0, 'EHOSTUNREACH', false],
    [4, 12, 0, 'EPROTO', true],
    [6, 1, 0, 'ENETUNREACH', false],
    [6, 1, 1, 'EACCES', true],
    [6, 1, 2, 'EHOSTUNREACH', false],
    [6, 1, 3, 'EHOSTUNREACH', false],
    [6, 1, 4, 'ECONNREFUSED', true],
    [6, 1, 5, 'EACCES', true],
    [6, 1, 6, 'EACCES', true],
    [6, 2, 0, 'EMSGSIZE', false],
    [6, 3, 0, 'EHOSTUNREACH', false],
    [6, 4, 1, 'EPROTO', true],
  ])('IPv%i type %i code %i: %s', (version, type, code, errno, fatal) => {
    expect(icmpMeaning(version, type, code)).toMatchObject({ errno, fatal });
  });

  test('a code that no RFC defines still has a text', () => {
    expect(icmpMeaning(4, 3, 99).text).toBe('destination unreachable, code 99');
    expect(icmpMeaning(6, 1, 99).text).toBe('destination unreachable, code 99');
  });
});

describe('an ICMP error belongs to the connection that it quotes', () => {
  test('with its frame, time, sender, type and meaning', async () => {
    const { icmp } = await connectionOf(c.syn(), icmpError(c.syn(), 3, 13, { from: '192.0.2.1', after: 0.25 }));
    expect(icmp).toEqual([
      {
        frame: 2,
        time: `${START}.250000000`,
        from: '192.0.2.1',
        type: 3,
        code: 13,
        text: 'communication administratively prohibited',
        errno: 'EHOSTUNREACH',
        fatal: true,
      },
    ]);
  });

  test('over IPv6', async () => {
    const { client } = pair({ client: { address: '2001:db8::1' }, server: { address: '2001:db8::2' } });
    const { icmp } = await connectionOf(client.syn(), icmpError(client.syn(), 1, 1));
    expect(icmp).toMatchObject([{ from: '2001:db8::254', type: 1, code: 1, errno: 'EACCES' }]);
  });

  test('and is no packet of it', async () => {
    const found = await talk(c.syn(), icmpError(c.syn(), 3, 1, { at: 50 }));
    expect(found.connection).toMatchObject({ lastFrame: 1, duration: 0, fromClient: { packets: 1 } });
    expect([found.summary.packets, found.summary.otherFrames]).toEqual([2, [{ kind: 'ICMP', frames: 1 }]]);
  });

  test('whichever side sent the packet', async () => {
    const found = await connectionOf(...handshake, s.data(100), icmpError(s.data(100, { seq: 1 }), 3, 1));
    expect(found.icmp).toHaveLength(1);
  });

  test.each<[string, Step[], number]>([
    ['a copy of it is not', [icmpError(c.syn(), 3, 1, { id: 7 }), copy({ after: 0.1 })], 1],
    ['not: later than 100 ms', [icmpError(c.syn(), 3, 1, { id: 7 }), copy({ after: 0.101 })], 2],
    ['not: of another kind', [icmpError(c.syn(), 3, 1, { id: 7 }), icmpError(c.syn(), 3, 13, { id: 7 })], 2],
    [
      'not: of another router',
      [icmpError(c.syn(), 3, 1, { id: 7 }), icmpError(c.syn(), 3, 1, { id: 7, from: '192.0.2.1' })],
      2,
    ],
    [
      'not: about the other side',
      [s.synAck(), icmpError(c.syn(), 3, 1, { id: 7 }), icmpError(s.synAck(), 3, 1, { id: 7 })],
      2,
    ],
    ['not: without identification', [icmpError(c.syn(), 3, 1), copy()], 2],
  ])('once: %s', async (_, errors, count) => {
    expect((await connectionOf(c.syn(), ...errors)).icmp).toHaveLength(count);
  });

  test('the first 16 are kept', async () => {
    const errors = Array.from({ length: 20 }, () => icmpError(c.syn(), 11, 0));
    const { icmp } = await connectionOf(c.syn(), ...errors);
    expect(icmp.map((error) => error.frame)).toEqual(Array.from({ length: 16 }, (_, i) => i + 2));
  });

  test('also after its close', async () => {
    const closed = [...handshake, c.fin(), s.fin(), c.ack()];
    expect((await connectionOf(...closed, icmpError(c.ack(), 3, 1))).icmp).toHaveLength(1);
  });
});

describe('it counts only if the quoted segment is in flight', () => {
  const sent = [...handshake, c.data(100)];
  test.each<[string, Step[], Step, string | null]>([
    ['the SYN, not answered', [c.syn()], c.syn(), 'EHOSTUNREACH'],
    ['data, not acknowledged', sent, c.data(100, { seq: 1 }), 'EHOSTUNREACH'],
    ['data in the middle of it', sent, c.data(50, { seq: 51 }), 'EHOSTUNREACH'],
    ['data, acknowledged', [...sent, s.ack()], c.data(100, { seq: 1 }), null],
    ['data that was never sent', sent, c.data(100, { seq: 101 }), null],
    ['the SYN, long answered', [...sent, s.ack()], c.syn(), null],
  ])('%s', async (_, steps, quoted, errno) => {
    const { icmp } = await connectionOf(...steps, icmpError(quoted, 3, 1));
    expect(icmp).toMatchObject([{ errno, text: 'host unreachable' }]);
  });

  test('one that does not count is not fatal, whatever it says', async () => {
    const { icmp } = await connectionOf(...sent, s.ack(), icmpError(c.data(100, { seq: 1 }), 3, 3));
    expect(icmp).toMatchObject([{ errno: null, fatal: false }]);
  });

  test('a datagram has no number to hold against it', async () => {
    const { client } = pair({ server: { port: 53 } });
    const { icmp } = await connectionOf(client.datagram(40), icmpError(client.datagram(40), 3, 3));
    expect(icmp).toMatchObject([{ errno: 'ECONNREFUSED', fatal: true }]);
  });
});

describe('a connection that is only quoted', () => {
  const other = pair({ client: { port: 41000 } }).client;
  const dns = pair({ server: { port: 53 } }).client;

  test('takes a stream number, and is not reported', async () => {
    const found = await talk(icmpError(other.syn(), 3, 1), c.syn());
    expect(found.connections.map(({ stream, client }) => [stream, client.port])).toEqual([[1, 40000]]);
    expect(found.summary.connections).toEqual({ tcp: 1, udp: 0, sctp: 0 });
  });

  test.each([
    ['TCP', other.syn(), 15, 0],
    ['TCP', other.syn(), 16, 1],
    ['UDP', dns.datagram(40), 8, 1],
  ])('takes none where Wireshark cannot read enough of it: %s, %i bytes', async (_, quoted, length, stream) => {
    const first = quoted.payload === undefined ? c.syn() : pair().client.datagram(1);
    const { connection } = await talk(icmpError(quoted, 3, 1, { length }), first);
    expect(connection.stream).toBe(stream);
  });

  test('becomes a connection with its first packet, whichever side sends it', async () => {
    for (const first of [c.syn(), s.synAck()]) {
      const found = await talk(icmpError(c.syn(), 3, 1, { at: 5 }), { ...first, at: 7 }, other.syn());
      expect(found.connection).toMatchObject({ stream: 0, firstFrame: 2, duration: 0, client: { port: 40000 } });
      expect(found.connection.icmp).toMatchObject([{ frame: 1, time: `${START + 5}.000000000` }]);
      expect(found.connections[1].stream).toBe(1);
    }
  });
});
