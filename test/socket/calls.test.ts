import { describe, expect, test } from '@jest/globals';
import type { Side, SocketCall } from '../../src/record.ts';
import { TURNS_KEPT } from '../../src/track/turns.ts';
import { c, handshake, icmpError, pair, START, type Step, s, talkWith } from '../support/conversation.ts';

async function callsOf(...steps: Step[]): Promise<Record<Side, SocketCall[]>> {
  const { connection } = await talkWith({ calls: true }, ...steps);
  const { client, server } = connection.sockets;
  if (client.calls === undefined || server.calls === undefined) throw new Error('no calls');
  return { client: client.calls, server: server.calls };
}

/** A call in short: what, with which result, from which frame to which. */
const short = ({ call, result, errno, start, end }: SocketCall): string =>
  `${call} ${errno ?? result ?? '?'} ${start?.frame ?? ''}-${end?.frame ?? ''}`;

async function shortly(...steps: Step[]): Promise<Record<Side, string[]>> {
  const { client, server } = await callsOf(...steps);
  return { client: client.map(short), server: server.map(short) };
}

test('a request, a response and a close, in the order in which both sides made them', async () => {
  const steps = [...handshake, c.data(100), s.data(1000), s.data(500), c.ack(), c.fin(), s.fin(), c.ack()];
  expect(await shortly(...steps)).toEqual({
    client: ['connect 0 1-2', 'write 100 4-4', 'read 1500 5-6', 'close 0 8-8', 'read 0 -9'],
    server: ['listen 0 -', 'accept ? -3', 'read 100 4-4', 'write 1500 5-6', 'read 0 -8', 'close 0 9-9'],
  });
});

test('connect() blocks from the first SYN to the SYN-ACK that acknowledges it', async () => {
  const { client, server } = await callsOf(c.syn({ at: 0 }), c.syn({ at: 1 }), s.synAck({ at: 1.25 }), c.ack());
  expect(client[0].start).toEqual({ frame: 1, time: `${START}.000000000` });
  expect(client[0].end).toEqual({ frame: 3, time: `${START + 1}.250000000` });
  expect(client[0].certainty).toBe('certain');
  expect(server[1]).toMatchObject({ call: 'accept', start: null, end: { frame: 4 } });
});

test('bytes that are sent again are written once', async () => {
  const { client } = await shortly(...handshake, c.data(100), c.data(100, { seq: 1, after: 0.3 }), s.ack());
  expect(client).toEqual(['connect 0 1-2', 'write 100 4-4']);
});

describe('a call that fails', () => {
  test.each<[string, Step[], string[], string[]]>([
    ['connect() to a closed port', [c.syn(), s.rstAck({ seq: 0 })], ['connect ECONNREFUSED 1-2'], []],
    ['connect() that ICMP ends', [c.syn(), icmpError(c.syn(), 3, 1)], ['connect EHOSTUNREACH 1-2'], []],
    [
      'read() after an RST, and the close() that sent it',
      [...handshake, c.data(100), s.rstAck()],
      ['connect 0 1-2', 'write 100 4-4', 'read ECONNRESET -5'],
      ['listen 0 -', 'accept ? -3', 'read 100 4-4', 'close 0 5-5'],
    ],
    [
      'write() after the peer has closed: the first succeeds, nobody reads it, the next fails',
      [...handshake, c.data(100), s.data(10), s.fin(), c.ack(), c.data(7), s.rst({ seq: 12 })],
      ['connect 0 1-2', 'write 100 4-4', 'read 10 5-5', 'read 0 -6', 'write 7 8-8', 'write EPIPE -9'],
      ['listen 0 -', 'accept ? -3', 'read 100 4-4', 'write 10 5-5', 'close 0 6-6'],
    ],
  ])('%s', async (_, steps, client, server) => {
    expect(await shortly(...steps)).toEqual({ client, server });
  });

  test('connect() that is still waiting has no result', async () => {
    expect(await shortly(c.syn())).toEqual({ client: ['connect ? 1-'], server: [] });
  });
});

test('a FIN after which data is taken is shutdown(SHUT_WR)', async () => {
  const { client } = await shortly(...handshake, c.data(10), c.fin(), s.data(500), c.ack(), s.fin(), c.ack());
  expect(client).toEqual(['connect 0 1-2', 'write 10 4-4', 'shutdown 0 5-5', 'read 500 6-6', 'read 0 -8']);
});

test('shutdown(SHUT_WR) is certain when the data after the FIN is acknowledged: a closed socket answers it with RST', async () => {
  const afterFin = [...handshake, c.data(10), c.fin(), s.data(500)];
  const shutdown = async (...steps: Step[]) => (await callsOf(...steps)).client.find(({ call }) => call === 'shutdown');
  expect((await shutdown(...afterFin))?.certainty).toBe('likely');
  expect((await shutdown(...afterFin, c.ack()))?.certainty).toBe('certain');
  expect(await shutdown(...afterFin, c.rst())).toBeUndefined();
});

test('old data that is sent again after a FIN makes no shutdown() of it', async () => {
  const before = [...handshake, s.data(500), c.ack(), c.fin()];
  const { client } = await shortly(...before, s.data(500, { seq: 1 }), c.ack(), s.fin(), c.ack());
  expect(client).toEqual(['connect 0 1-2', 'read 500 4-4', 'close 0 6-6', 'read 0 -9']);
});

test('of a connection whose beginning is not in the capture nobody is said to have called connect()', async () => {
  expect(await shortly(c.data(10, { seq: 100 }), s.data(5))).toEqual({
    client: ['write 10 1-1', 'read 5 2-2'],
    server: ['read 10 1-1', 'write 5 2-2'],
  });
});

test('datagrams to a port that nobody has are written, and never read', async () => {
  const { client: dns } = pair({ server: { port: 53 } });
  const query = dns.datagram(40);
  expect(await shortly(query, icmpError(query, 3, 3))).toEqual({
    client: ['write 40 1-1', 'read ECONNREFUSED -2'],
    server: [],
  });
});

test('beyond a number of turns the rest of each side is one, and says so', async () => {
  const turns = Array.from({ length: TURNS_KEPT / 2 + 10 }, () => [c.data(10), s.data(20)]).flat();
  const { client } = await callsOf(...handshake, ...turns);
  const writes = client.filter(({ call }) => call === 'write');
  expect(writes).toHaveLength(TURNS_KEPT / 2 + 1);
  expect(writes.at(-1)).toMatchObject({ result: 100, because: expect.stringContaining('10 turns together') });
  expect(client.filter(({ call }) => call === 'read').at(-1)?.result).toBe(200);
});

test('what a side may not have read before it reset the connection is only possibly read', async () => {
  const certainty = async (...steps: Step[]) =>
    (await callsOf(...handshake, ...steps)).server.find(({ call }) => call === 'read')?.certainty;
  expect(await certainty(c.data(100), s.rstAck())).toBe('possible');
  expect(await certainty(c.data(100), s.data(10), s.rstAck())).toBe('likely');
});

test('without being asked for there are none', async () => {
  const { connection } = await talkWith({}, ...handshake);
  expect(connection.sockets).toEqual({ client: { error: null }, server: { error: null } });
});

describe('accept() of a server that repeats its SYN-ACK after the ACK', () => {
  const request = c.data(100);
  const again = (at: number) => [s.synAck({ seq: 0, ack: 1, at }), c.ack({ after: 0.001 })];
  const untilTaken = [...handshake, request, ...again(1.1), ...again(3.1), c.data(100, { seq: 1, id: 2, at: 4 })];

  test('returns after the packet that it acknowledges at last, and read() no sooner', async () => {
    const { server } = await shortly(...untilTaken, s.ack(), s.data(50), c.ack());
    expect(server).toEqual(['listen 0 -', 'accept ? -9', 'read 100 4-9', 'write 50 11-11']);
  });

  test('returns after the second ACK where the first was lost', async () => {
    const { server } = await shortly(...handshake, ...again(1.1), s.data(50), c.ack(), request, s.ack());
    expect(server).toEqual(['listen 0 -', 'accept ? -5', 'write 50 6-6', 'read 100 8-8']);
  });

  test('is not known to have returned where the server says nothing more', async () => {
    const { server } = await callsOf(...untilTaken);
    expect(server.filter(({ call }) => call !== 'listen').map(({ certainty }) => certainty)).toEqual([
      'possible',
      'possible',
    ]);
    const silent = await shortly(...handshake, request, s.synAck({ seq: 0, ack: 1, at: 1.1 }));
    expect(silent.server).toEqual(['listen 0 -']);
  });
});

test('connect() is not known to have returned where only SYN-ACKs came', async () => {
  const { client } = await callsOf(c.syn(), s.synAck(), s.synAck({ at: 1.01 }));
  expect(client).toMatchObject([{ call: 'connect', end: null, result: null }]);
  expect(client[0].because).toContain('nothing shows that the client heard the SYN-ACK of frame 2');
});

test('a read() of 0 is as likely where the two FINs stand in the wrong order in the file', async () => {
  const fin = c.fin({ at: 2 });
  const { server } = await callsOf(...handshake, c.data(9), s.ack(), s.fin({ ack: 11, at: 2.0001 }), fin, c.ack());
  expect(server.filter(({ call, result }) => call === 'read' && result === 0)[0]?.certainty).toBe('likely');
});
