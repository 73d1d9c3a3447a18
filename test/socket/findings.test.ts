import { describe, expect, test } from '@jest/globals';
import { c, connectionOf, handshake, pair, type Step, s, talk } from '../support/conversation.ts';
import { tcpOption } from '../support/packets.ts';

async function findingsOf(...steps: Step[]): Promise<string[]> {
  const { findings } = await connectionOf(...steps);
  return findings.map(({ code, severity, side }) => `${severity} ${code} ${side}`);
}

/** The same where the capture goes on until `at`. */
async function findingsAt(at: number, ...steps: Step[]): Promise<string[]> {
  const { connection } = await talk(...steps, pair({ client: { address: '10.0.0.9' } }).client.syn({ at }));
  return connection.findings.map(({ code }) => code);
}

const opened = [...handshake, c.data(100), s.data(100), c.ack()];

describe('an RST', () => {
  test.each<[string, Step[], string[]]>([
    ['of an open connection', [...opened, s.rstAck()], ['error reset server']],
    [
      'with data that was not answered',
      [...opened, c.data(9), s.rstAck()],
      ['error reset server', 'warning unread-data server'],
    ],
    [
      'for a write after the close',
      [...opened, s.fin(), c.ack(), c.data(9), s.rst({ seq: 102 })],
      ['error broken-pipe client'],
    ],
    [
      'for a request that crossed the close of an idle connection',
      [...opened, s.fin({ at: 5 }), c.data(9, { ack: 101 }), s.rst({ seq: 101 })],
      ['error keep-alive-race server'],
    ],
    [
      'after probes that nobody answered',
      [...opened, c.data(1, { seq: 100, at: 9 }), c.data(1, { seq: 100, at: 10 }), c.rstAck({ at: 11 })],
      ['error keep-alive-timeout server'],
    ],
    ['for the ACK of the handshake', [...handshake, s.rst({ seq: 1 })], ['error accept-queue-full server']],
    ['with another TTL', [...opened, s.rstAck({ ttl: 3 })], ['error injected-reset server']],
    ['after half a minute', [...opened, c.data(9, { at: 30.1 }), s.rst({ seq: 101 })], ['error idle-timeout null']],
    ['after less', [...opened, c.data(9, { at: 29.9 }), s.rst({ seq: 101 })], ['error reset server']],
  ])('%s', async (_, steps, found) => {
    expect(await findingsOf(...steps)).toEqual(found);
  });
});

describe('an accept queue', () => {
  const synAckAgain = (after: number) => [...handshake, s.synAck({ after }), c.ack()];

  test('is full when the SYN-ACK comes again after its ACK', async () => {
    expect(await findingsOf(...synAckAgain(1))).toEqual(['error accept-queue-full server']);
  });

  test('is not said to be full when the second SYN-ACK may have crossed the ACK', async () => {
    expect(await findingsOf(...synAckAgain(0.009))).toEqual(['warning handshake-retransmitted server']);
  });

  test('has nothing to do with the SYN-ACK of a simultaneous open', async () => {
    const simultaneous = [c.syn(), s.syn(), c.synAck({ seq: 0 }), s.synAck({ seq: 0, after: 1 }), c.ack()];
    expect(await findingsOf(...simultaneous)).not.toContain('error accept-queue-full server');
  });
});

describe('silence', () => {
  const mss = (size: number) => ({ options: tcpOption.mss(size) });
  const syns = [c.syn(mss(1460)), s.synAck(mss(1460)), c.ack()];
  const again = (length: number, times: number) =>
    Array.from({ length: times }, (_, i) => s.data(length, { seq: 1, at: 2 ** (i + 1) }));

  test('after full-size segments, when smaller ones got through, is a black hole', async () => {
    const request = [...syns, c.data(50), s.data(1460), c.data(20, { ack: 1 })];
    expect(await findingsAt(60, ...request, ...again(1460, 4))).toContain('mtu-black-hole');
    expect(await findingsAt(60, ...request, ...again(1460, 2))).not.toContain('mtu-black-hole');
  });

  test('after small segments, or once a full-size one was acknowledged, is none', async () => {
    const small = [...syns, c.data(50), s.data(600), ...again(600, 4)];
    expect(await findingsAt(60, ...small)).toContain('abandoned');
    const later = Array.from({ length: 4 }, (_, i) => s.data(1460, { seq: 1461, at: 2 ** (i + 1) }));
    const passed = [...syns, c.data(50), s.data(1460), c.ack(), s.data(1460), ...later];
    expect(await findingsAt(60, ...passed)).toContain('abandoned');
  });

  test('for what is sent after a long idle time: somebody forgot the connection', async () => {
    const resent = (from: number) => [1, 2, 4].map((wait) => c.data(9, { seq: 101, at: from + wait }));
    expect(await findingsAt(420, ...opened, c.data(9, { at: 400 }), ...resent(400))).toContain('idle-timeout');
    expect(await findingsAt(40, ...opened, c.data(9, { at: 20 }), ...resent(20))).toContain('abandoned');
  });
});
