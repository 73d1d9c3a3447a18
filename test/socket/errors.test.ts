import { describe, expect, test } from '@jest/globals';
import { c, connectionOf, handshake, icmpError, pair, type Step, s, talk } from '../support/conversation.ts';

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
