import { describe, expect, test } from '@jest/globals';
import { c, connectionOf, handshake, pair, type Step, s, talk, unseen } from '../support/conversation.ts';
import { tcpOption } from '../support/packets.ts';

async function findingsOf(...steps: Step[]): Promise<string[]> {
  const { connection } = await talk(...steps);
  return connection.findings.map(({ code, severity, side }) => `${severity} ${code} ${side}`);
}

/** The same where the capture goes on until `at`. */
async function findingsAt(at: number, ...steps: Step[]): Promise<string[]> {
  const { connection } = await talk(...steps, pair({ client: { address: '10.0.0.9' } }).client.syn({ at }));
  return connection.findings.map(({ code }) => code);
}

/** A packet of another connection: the capture goes on. */
const muchLater = pair({ client: { address: '10.0.0.9' } }).client.data(1, { at: 400 });

const opened = [...handshake, c.data(100), s.data(100), c.ack()];

describe('an RST', () => {
  test.each<[string, Step[], string[]]>([
    ['of an open connection', [...opened, s.rstAck({ after: 0.1 })], ['error reset server']],
    [
      'with data that was not answered',
      [...opened, c.data(90), s.rstAck()],
      ['error closed-without-answer server', 'error reset server', 'warning unread-data server'],
    ],
    [
      'amid an answer that stalls',
      [...handshake, c.data(90), s.data(1448), s.data(1448), c.ack(), s.rstAck({ after: 3 })],
      ['error reset server'],
    ],
    [
      'for a write after the close',
      [...opened, s.fin(), c.ack(), c.data(18), s.rst({ seq: 102 })],
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
      ['error keep-alive-timeout client'],
    ],
    ['for the ACK of the handshake', [...handshake, s.rst({ seq: 1 })], ['error accept-queue-full server']],
    ['with another TTL', [...opened, s.rstAck({ ttl: 3 })], ['error injected-reset server']],
    ['after half a minute', [...opened, c.data(9, { at: 30.1 }), s.rst({ seq: 101 })], ['error idle-timeout server']],
    ['after less', [...opened, c.data(9, { at: 29.9 }), s.rst({ seq: 101 })], ['error reset server']],
    [
      'for a keep-alive probe after half a minute',
      [...opened, c.data(1, { seq: 100, at: 30.1 }), s.rst({ seq: 101 })],
      ['error idle-timeout server'],
    ],
    [
      'for the packet of a server after half a minute',
      [...opened, s.data(9, { at: 40 }), c.rst({ seq: 101 })],
      ['error idle-timeout client'],
    ],
    [
      'of the server amid its answer',
      [...opened, c.data(9), s.data(1400), s.rstAck()],
      ['error reset server', 'warning unread-data server'],
    ],
    ['of a server that has answered, long after', [...opened, s.rstAck({ after: 3 })], ['note reset server']],
    [
      'right after an early answer, with the rest of an upload on its way',
      [...handshake, c.data(1400), s.ack(), s.data(60), s.rstAck(), c.data(1400, { ack: 1 }), s.rst({ seq: 61 })],
      ['error reset server', 'warning unread-data server'],
    ],
    ['of a client that has all that it wanted', [...opened, c.rstAck()], ['note reset client']],
    ['of a client that has said nothing', [...handshake, c.rstAck()], ['note reset client']],
    [
      'of a client that has only heard a greeting',
      [...handshake, s.data(9), c.ack(), c.rstAck()],
      ['note reset client'],
    ],
    [
      'of a client amid the answer',
      [...opened, s.data(1400), c.ack(), c.rstAck(), s.data(1400)],
      ['error reset client', 'warning unread-data client'],
    ],
    ['of a client with its request unanswered', [...opened, c.data(9), s.ack(), c.rstAck()], ['error reset client']],
    [
      'of a side that had closed, to one that wrote nothing since',
      [...opened, c.fin(), s.ack(), c.rstAck({ after: 1 })],
      ['note reset-after-fin client'],
    ],
    [
      'for the goodbye of a server that closed with it',
      [...opened, c.fin(), s.data(20, { ack: 101 }), c.rst({ seq: 101 }), s.fin({ ack: 102 })],
      ['note reset-after-fin client'],
    ],
    [
      'of a server in place of its FIN, when all was answered',
      [...opened, c.fin(), s.rstAck()],
      ['note reset-after-fin server'],
    ],
    [
      'that meets the FIN of a client that waits for its answer',
      [...handshake, c.data(90), c.fin(), s.ack(), s.rstAck({ after: 1 })],
      ['warning reset-after-fin server', 'warning unread-data server'],
    ],
  ])('%s', async (_, steps, found) => {
    expect(await findingsOf(...steps)).toEqual(found);
  });
});

describe('an accept queue', () => {
  const synAckAgain = (after: number) => [...handshake, s.synAck({ after }), c.ack()];

  test.each<[string, Step[]]>([
    ['and another ACK', [...synAckAgain(1), s.synAck({ after: 2 }), c.ack()]],
    ['and a request', [...handshake, c.data(9), s.synAck({ after: 1 }), c.ack()]],
  ])('is full when the SYN-ACK comes again after its ACK %s', async (_, steps) => {
    expect(await findingsOf(...steps)).toContain('error accept-queue-full server');
  });

  test('may be full, or the ACK was lost, when the SYN-ACK comes again after that alone', async () => {
    const { findings } = await connectionOf(...synAckAgain(1), s.data(9), c.ack());
    expect(findings.map(({ code, severity }) => `${severity} ${code}`)).toEqual(['warning handshake-retransmitted']);
    expect(findings[0].message).toMatch(/the ACK|that was lost behind this capture, or else the accept queue was full/);
  });

  test('is not said to be full when what the client sent since may not have come yet', async () => {
    const steps = [c.syn(), s.synAck({ after: 1.5 }), c.ack(), c.data(9), s.synAck({ after: 1 }), c.ack()];
    expect(await findingsOf(...steps)).not.toContain('error accept-queue-full server');
  });

  test('is not said to be full when the second SYN-ACK may have crossed the ACK', async () => {
    const steps = [c.syn(), s.synAck({ after: 0.4 }), c.ack(), s.synAck({ after: 0.39 }), c.ack()];
    expect(await findingsOf(...steps)).toEqual(['warning handshake-retransmitted server']);
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

  test('after which the writer gives up by RST: somebody forgot the connection', async () => {
    const resent = [1, 3, 7].map((wait) => c.data(9, { seq: 101, at: 400 + wait }));
    const tried = [...opened, c.data(9, { at: 400 }), ...resent];
    expect(await findingsAt(500, ...tried, c.rstAck({ at: 415 }))).toContain('idle-timeout');
    // Its next retry was not due: a program had no patience.
    expect(await findingsAt(500, ...tried, c.rstAck({ at: 409 }))).not.toContain('idle-timeout');
  });

  test('that the connection has survived before is not what ended it', async () => {
    const pushed = (at: number) => [c.data(9, { at }), s.ack()];
    const lost = (at: number) => [0, 1, 3, 7].map((wait) => c.data(9, { seq: 128, at: at + wait }));
    const kept = [...opened, ...pushed(60), ...pushed(120), ...pushed(180)];
    const codes = await findingsAt(400, ...kept, ...lost(240.5));
    expect(codes).toContain('abandoned');
    expect(codes).not.toContain('idle-timeout');
    expect(await findingsAt(500, ...kept, ...lost(340))).toContain('idle-timeout');
    const refused = (at: number) => [c.data(9, { at }), s.rst({ seq: 101 })];
    expect(await findingsAt(300, ...kept, ...refused(240.5))).not.toContain('idle-timeout');
    expect(await findingsAt(500, ...kept, ...refused(340))).toContain('idle-timeout');
  });

  test('that keep-alive probes were answered after is not what ended it', async () => {
    const probe = (at: number) => c.data(0, { seq: 100, at });
    const kept = [...opened, probe(60), s.ack(), probe(120), s.ack()];
    const lost = [0, 1, 3, 7].map((wait) => c.data(9, { seq: 101, at: 180 + wait }));
    const codes = await findingsAt(400, ...kept, ...lost);
    expect(codes).toContain('abandoned');
    expect(codes).not.toContain('idle-timeout');
  });

  test('is counted from the last packet to the first that got no answer, whatever came after that', async () => {
    const resent = [1, 2, 4, 8, 16, 32, 64].map((wait) => c.data(9, { seq: 101, at: 400 + wait }));
    const { connection } = await talk(...opened, c.data(9, { at: 400 }), ...resent, c.fin({ at: 470 }), elsewhere(480));
    const found = connection.findings.find(({ code }) => code === 'idle-timeout');
    expect(found?.message).toContain('no answer to the client any more after 400.0 s of silence');
  });

  test('that came while data was sent each second is no idle time', async () => {
    const lines = [1, 2, 3].flatMap((at) => [c.data(9, { at }), s.ack()]);
    const resent = [40, 41, 43, 47].map((at) => c.data(9, { seq: 128, at }));
    const last = [c.data(9, { at: 4 }), ...resent, c.data(9, { at: 50 }), c.data(9, { seq: 128, at: 55 })];
    const codes = await findingsAt(400, ...opened, ...lines, ...last);
    expect(codes).toContain('abandoned');
    expect(codes).not.toContain('idle-timeout');
  });

  test('about full-size segments is a black hole however the connection ends', async () => {
    const request = [...syns, c.data(50), s.data(1460), c.data(20, { ack: 1 })];
    for (const end of [[c.fin({ at: 20, ack: 1 })], [c.rstAck({ at: 20, ack: 1 })], [s.rstAck({ at: 20 })]]) {
      const codes = await findingsAt(25, ...request, ...again(1460, 4), ...end);
      expect(codes).toContain('mtu-black-hole');
      expect(codes).not.toContain('unread-data');
    }
  });
});

/** A packet of another connection: the capture goes on. */
function elsewhere(at: number): Step {
  return pair({ client: { address: '10.0.0.9' } }).client.syn({ at });
}

describe('a half-close', () => {
  const asked = [...handshake, c.data(100), c.fin(), s.ack()];
  const streamed = [3, 8, 14, 20].flatMap((at) => [s.data(100, { at }), c.ack()]);

  test('in use is no long CLOSE-WAIT', async () => {
    expect(await findingsOf(...asked, ...streamed, s.fin(), c.ack())).toEqual([]);
    const { connection } = await talk(...asked, ...streamed, elsewhere(25));
    expect(connection.findings.map(({ code, severity }) => `${severity} ${code}`)).toEqual(['note half-closed']);
  });

  test('that is used no more, and still open, is a forgotten close()', async () => {
    expect(await findingsAt(40, ...asked, ...streamed)).toEqual(['close-wait-leak']);
  });

  test('is counted from the last data on', async () => {
    const { findings } = await connectionOf(...asked, ...streamed, s.fin({ at: 40 }), c.ack());
    expect(findings.map(({ code }) => code)).toEqual(['long-close-wait']);
    expect(findings[0].message).toContain("closed 20.0 s after its last data, which came after the client's FIN");
  });
});

describe('what was on its way when an RST came', () => {
  const written = [...opened, s.fin(), c.ack(), c.data(9), s.rst({ seq: 102 })];

  test('a farewell is missed by nobody', async () => {
    expect(await findingsOf(...written)).toEqual(['note reset-after-fin server']);
  });

  test('the FIN of the writer comes: nobody is told', async () => {
    expect(await findingsOf(...written, c.fin(), muchLater)).toEqual(['note reset-after-fin server']);
  });
});

describe('after something that the capture does not have', () => {
  test.each<[string, Step[]]>([
    ['an RST beyond the FIN of its sender', [...opened, unseen(s.fin()), c.ack(), c.data(9), s.rst()]],
    ['an RST that acknowledges the FIN of its receiver', [...opened, unseen(c.fin()), s.ack(), s.rstAck()]],
    ['the same after an ACK that stands behind the FIN', [...opened, unseen(c.fin()), s.ack(), c.ack(), s.rstAck()]],
  ])('%s is a note', async (_, steps) => {
    const { connection } = await talk(...steps, muchLater);
    const resets = connection.findings.filter(({ code }) => code === 'reset');
    expect(resets.map(({ severity }) => severity)).toEqual(['note']);
    expect(connection.close?.firstCloser).toBeNull();
  });
});
