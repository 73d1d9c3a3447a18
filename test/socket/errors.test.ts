import { describe, expect, test } from '@jest/globals';
import { c, connectionOf, handshake, icmpError, pair, type Step, s, talk, unseen } from '../support/conversation.ts';

/** What is left on the client's and on the server's socket. */
async function errorsOf(...steps: Step[]): Promise<(string | null)[]> {
  const { client, server } = (await connectionOf(...steps)).sockets;
  return [client.error, server.error];
}

const opened = [...handshake, c.data(100), s.data(100), c.ack()];
/** Something of another connection: the capture goes on. */
const elsewhere = (at: number) => pair({ client: { address: '10.0.0.9' } }).client.syn({ at });

/** The same where the capture goes on until `at`. */
async function errorsAt(at: number, ...steps: Step[]): Promise<(string | null)[]> {
  const { connection } = await talk(...steps, elsewhere(at));
  return [connection.sockets.client.error, connection.sockets.server.error];
}

describe('connect()', () => {
  test.each<[string, Step[], (string | null)[]]>([
    ['a SYN-ACK: no error', [c.syn(), s.synAck()], [null, null]],
    ['RST for the SYN', [c.syn(), s.rstAck({ seq: 0 })], ['ECONNREFUSED', null]],
    [
      'RST for the SYN, and the next one is answered',
      [c.syn(), s.rstAck({ seq: 0 }), c.syn({ at: 1 }), s.synAck(), c.ack()],
      [null, null],
    ],
    ['ICMP for the SYN', [c.syn(), icmpError(c.syn(), 3, 1)], ['EHOSTUNREACH', null]],
    ['ICMP "too big" is no error', [c.syn(), icmpError(c.syn(), 3, 4)], [null, null]],
    ['ICMP for a SYN that is answered after all', [c.syn(), icmpError(c.syn(), 3, 1), s.synAck()], [null, null]],
    ['a SYN, and the capture ends', [c.syn()], [null, null]],
  ])('%s', async (_, steps, errors) => {
    expect(await errorsOf(...steps)).toEqual(errors);
  });

  test('SYNs without an answer end in ETIMEDOUT once no further one comes', async () => {
    const syns = [c.syn({ at: 0 }), c.syn({ at: 1 }), c.syn({ at: 3 }), c.syn({ at: 7 })];
    expect(await errorsAt(14.9, ...syns)).toEqual([null, null]);
    expect(await errorsAt(17, ...syns)).toEqual(['ETIMEDOUT', null]);
  });

  test('an ICMP error that did not end it is what it fails with when it times out (sk_err_soft)', async () => {
    const syns = [c.syn({ at: 0 }), icmpError(c.syn(), 3, 1), c.syn({ at: 1 }), c.syn({ at: 3 })];
    expect(await errorsAt(4, ...syns)).toEqual([null, null]);
    expect(await errorsAt(10, ...syns)).toEqual(['EHOSTUNREACH', null]);
  });
});

describe('RST', () => {
  test.each<[string, Step[], (string | null)[]]>([
    ['of the server to an established client', [...opened, s.rstAck()], ['ECONNRESET', null]],
    ['of the client', [...opened, c.rstAck()], [null, 'ECONNRESET']],
    ['in CLOSE-WAIT', [...opened, s.fin(), c.ack(), c.data(10), s.rst({ seq: 102 })], ['EPIPE', null]],
    [
      'that follows a FIN which nothing acknowledges',
      [...opened, s.fin(), c.data(10, { ack: 101 }), s.rst({ seq: 101 })],
      ['EPIPE', null],
    ],
    ['after the own FIN', [...opened, c.fin(), s.ack(), s.rstAck()], [null, null]],
    [
      'after the own FIN, and data that was taken after it',
      [...opened, c.fin(), s.data(10), c.ack(), s.rstAck()],
      ['ECONNRESET', null],
    ],
    ['in SYN-RECEIVED: no call has the connection', [c.syn(), s.synAck(), c.rst()], [null, null]],
    ['that its receiver does not accept', [...opened, s.rst({ seq: 102 })], [null, null]],
  ])('%s', async (_, steps, errors) => {
    expect(await errorsOf(...steps)).toEqual(errors);
  });
});

describe('silence', () => {
  const resent = (...times: number[]) => times.map((at) => c.data(50, { seq: 101, at }));
  const sent = [...opened, c.data(50, { at: 1 }), ...resent(1.2, 1.6, 2.4)];

  test('after data that is sent again is ETIMEDOUT once the next time has passed', async () => {
    expect(await errorsAt(3.5, ...sent)).toEqual([null, null]);
    expect(await errorsAt(6, ...sent)).toEqual(['ETIMEDOUT', null]);
  });

  test('after an ICMP error is that error, unless the peer was heard again (tcp_ack clears it)', async () => {
    const error = icmpError(c.data(50, { seq: 101 }), 3, 1, { at: 1.1 });
    expect(await errorsAt(6, ...opened, c.data(50, { at: 1 }), error, ...resent(1.2, 1.6, 2.4))).toEqual([
      'EHOSTUNREACH',
      null,
    ]);
    const heard = [...opened, c.data(50, { at: 1 }), error, s.ack({ at: 1.15, ack: 101 })];
    expect(await errorsAt(9, ...heard, ...resent(1.5, 1.9, 2.7))).toEqual(['ETIMEDOUT', null]);
  });

  test("after a FIN is nobody's error: the socket is closed", async () => {
    const fins = [1, 1.2, 1.6, 2.4].map((at) => c.fin({ seq: 101, at }));
    expect(await errorsAt(9, ...opened, ...fins)).toEqual([null, null]);
  });

  test('that ends with an RST for what comes later has timed out before', async () => {
    expect(await errorsOf(...sent, s.fin({ at: 6, ack: 101 }), c.rst({ seq: 101 }))).toEqual(['ETIMEDOUT', null]);
    expect(await errorsOf(...sent, s.fin({ at: 3, ack: 101 }), c.rst({ seq: 101 }))).toEqual([null, null]);
  });

  test('of a keep-alive is ETIMEDOUT on the side that sent the RST, and nothing on the other', async () => {
    const probes = [c.data(1, { seq: 100, at: 10 }), c.data(1, { seq: 100, at: 11 })];
    expect(await errorsOf(...opened, ...probes, c.rstAck({ at: 12 }))).toEqual(['ETIMEDOUT', null]);
  });
});

describe('who is left with what', () => {
  test('an RST below a FIN whose data got lost meets ESTABLISHED', async () => {
    const lost = unseen(c.data(50));
    const steps = [...opened, lost, c.fin(), s.data(10, { ack: 101 }), c.rst({ seq: 101 })];
    expect(await errorsOf(...steps)).toEqual([null, 'ECONNRESET']);
    expect(await errorsOf(...opened, c.fin(), s.data(10, { ack: 101 }), c.rst({ seq: 101 }))).toEqual([null, 'EPIPE']);
  });

  test('a side in whose name somebody sent an RST is reset by the other', async () => {
    const forged = [...opened, s.rstAck({ ttl: 9 }), s.data(10, { after: 1 }), c.rst({ seq: 101 })];
    expect(await errorsOf(...forged)).toEqual(['ECONNRESET', 'ECONNRESET']);
  });

  test('a client that never heard the SYN-ACK times out', async () => {
    const tried = (...times: number[]) => times.flatMap((at) => [c.syn({ at }), s.synAck({ after: 0.01, seq: 0 })]);
    expect(await errorsAt(9, ...tried(0, 1, 3))).toEqual(['ETIMEDOUT', null]);
    // After so few a program has given up, and no kernel.
    expect(await errorsAt(9, ...tried(0, 1))).toEqual([null, null]);
  });

  test('a connected UDP socket has the errors that are fatal, an unconnected server none', async () => {
    const { client: dns, server } = pair({ server: { port: 53 } });
    const query = dns.datagram(40);
    const errors = async (...steps: Step[]) => {
      const { sockets } = await connectionOf(...steps);
      return [sockets.client.error, sockets.server.error];
    };
    expect(await errors(query, icmpError(query, 3, 3))).toEqual(['ECONNREFUSED', null]);
    expect(await errors(query, icmpError(query, 3, 1))).toEqual([null, null]);
    const answer = server.datagram(40);
    expect(await errors(query, answer, icmpError(answer, 3, 3))).toEqual([null, null]);
  });
});

test('an RST that meets TIME-WAIT after a half-close meets no socket', async () => {
  const halfClosed = [...opened, c.fin(), s.data(500), c.ack(), s.fin(), c.ack()];
  expect(await errorsOf(...halfClosed, s.rst())).toEqual([null, null]);
});

describe('a handshake of which only the SYN-ACK was seen', () => {
  const synAcks = [0.01, 1.01, 3.01, 7.01].map((at) => s.synAck({ at }));

  test('leaves the server without an error: there is a request, and nobody has a socket', async () => {
    const { connection } = await talk(c.syn(), ...synAcks, elsewhere(100));
    expect(connection.sockets.server).toEqual({ error: null });
  });

  test('does not tell what the client saw: nothing shows that it heard the SYN-ACK', async () => {
    const { connection } = await talk(c.syn(), ...synAcks, elsewhere(100));
    expect(connection.sockets.client).toEqual({
      error: null,
      unknown: 'nothing shows that the client heard the SYN-ACK of frame 2',
    });
  });

  test('is told as one that the client heard once it goes on', async () => {
    const { connection } = await talk(c.syn(), ...synAcks, c.ack(), elsewhere(100));
    expect(connection.sockets.client).toEqual({ error: null });
  });
});

test('of a server that repeats its SYN-ACK after the ACK, and says nothing else, no errno is known', async () => {
  const again = [1, 3, 7, 15].map((at) => s.synAck({ seq: 0, ack: 1, at }));
  const { connection } = await talk(...handshake, c.data(10), ...again, elsewhere(200));
  expect(connection.sockets.server.error).toBeNull();
  expect(connection.sockets.server.unknown).toMatch(/accept\(\) may never have had it/);
});
