import { describe, expect, test } from '@jest/globals';
import { TCP_ACK, TCP_PSH } from '../../parsers/packet-view.ts';
import type { Finding } from '../../src/record.ts';
import { c, connectionOf, handshake, pair, type Step, s, unseen } from '../support/conversation.ts';

async function findingsOf(...steps: Step[]): Promise<readonly Finding[]> {
  return (await connectionOf(...steps)).findings;
}

const named = (findings: readonly Finding[]) =>
  findings.map(({ code, severity, side }) => `${severity} ${code} ${side}`);

/** Closes after the server's FIN, as a program does that has read to the end. */
const goodbye = [c.ack(), c.fin(), s.ack()];
/** A request that was answered; handshake and all. */
const answered = [...handshake, c.data(100), s.data(300), c.ack()];
const CLOSED = 'error closed-without-answer server';
const text = (line: string) => new TextEncoder().encode(line);
const bytes = (...values: number[]) => Uint8Array.from(values);
/** As TLS 1.3 encrypts it. */
const closeNotify = bytes(23, 3, 3, 0, 19, ...Array(19).fill(7));

describe('a server that closes without a byte of answer', () => {
  test.each<[string, Step[], string]>([
    [
      'to the first request',
      [...handshake, c.data(120), s.ack(), s.fin({ after: 5 }), ...goodbye],
      "the server closed 5.0 s after the client's last request of 120 B, without a byte of answer",
    ],
    [
      'to a later request',
      [...answered, c.data(80), s.ack(), s.fin({ after: 2 }), ...goodbye],
      "the server closed 2.0 s after the client's last request of 80 B, without a byte of answer; what the client had said before was answered",
    ],
    [
      'to a request that was sent again',
      [...handshake, c.data(120), c.data(120, { seq: 1, after: 0.3 }), s.ack(), s.fin({ after: 3 }), ...goodbye],
      "the server closed 3.3 s after the client's last request of 120 B, without a byte of answer",
    ],
    [
      'with an RST',
      [...answered, c.data(80), s.ack(), s.rstAck({ after: 1.5 })],
      "the server reset the connection 1.5 s after the client's last request of 80 B, without a byte of answer; what the client had said before was answered",
    ],
    [
      'before the first request has come',
      [...handshake, c.data(120), s.fin({ ack: 1 }), ...goodbye],
      "the server closed before the client's last request of 120 B had come, without a byte of answer",
    ],
    [
      'after a greeting',
      [...handshake, s.data(20), c.ack(), c.data(40), s.ack(), s.fin({ after: 1 }), ...goodbye],
      "the server closed 1.0 s after the client's last request of 40 B, without a byte of answer",
    ],
  ])('%s has closed without answer', async (_, steps, message) => {
    const findings = await findingsOf(...steps);
    expect(named(findings)).toContain(CLOSED);
    expect(findings.find(({ code }) => code === 'closed-without-answer')?.message).toBe(message);
  });

  test.each<[string, Step[]]>([
    [
      'where the client says goodbye once it has got the FIN',
      [c.data(420), s.ack(), s.fin({ after: 2 }), c.ack(), c.data(0, { content: closeNotify }), c.fin(), s.rst()],
    ],
    [
      'to a request whose second part waited for the ACK of the first',
      [c.data(180), s.ack({ after: 0.2 }), c.data(300, { after: 0.08 }), s.ack(), s.fin(), ...goodbye],
    ],
    [
      'to an upload in rounds that end amid a write',
      [
        ...[1, 2, 3].flatMap(() => [c.data(1448, { after: 0.3 }), c.data(1448), s.ack({ after: 0.3 })]),
        c.data(90),
        s.ack(),
        s.fin(),
        ...goodbye,
      ],
    ],
  ])('%s has closed without answer: an error', async (_, steps) => {
    expect(named(await findingsOf(...handshake, ...steps))).toContain(CLOSED);
  });

  test('is found by the frames of the request and of the close', async () => {
    const [found] = await findingsOf(...handshake, c.data(120), s.ack(), s.fin({ after: 5 }), ...goodbye);
    expect(found.frames).toEqual([4, 6]);
  });
});

describe('a server does not owe an answer', () => {
  const ticket = { flags: TCP_ACK | TCP_PSH };
  test.each<[string, Step[]]>([
    ['to a client that has closed before', [...handshake, c.data(120), c.fin(), s.ack(), s.fin({ after: 1 }), c.ack()]],
    ['where both closes cross', [...handshake, c.data(120), s.ack(), s.fin(), c.fin({ ack: 1 }), s.ack(), c.ack()]],
    ['where the answer came', [...handshake, c.data(120), s.data(300), s.fin(), ...goodbye]],
    ['where the answer came with the FIN', [...handshake, c.data(120), s.fin({ length: 300 }), ...goodbye]],
    [
      'where the request is sent again after its answer',
      [...answered, c.data(100, { seq: 1 }), s.ack(), s.fin({ after: 1 }), ...goodbye],
    ],
    [
      'where the capture has missed its answer',
      [...handshake, c.data(120), unseen(s.data(300)), s.fin({ after: 1 }), ...goodbye],
    ],
    [
      'where the capture has missed the FIN of the client',
      [...handshake, c.data(120), unseen(c.fin()), s.ack(), s.fin({ after: 1 }), c.ack()],
    ],
    ['to a TLS alert', [...answered, c.data(0, { content: bytes(21, 3, 3, 0, 2, 1, 0) }), s.fin(), ...goodbye]],
    [
      'to an encrypted TLS alert',
      [
        ...answered,
        c.data(0, { content: Uint8Array.from([23, 3, 3, 0, 19, ...Array(19).fill(7)]) }),
        s.fin(),
        ...goodbye,
      ],
    ],
    [
      'to an answer of the client',
      [...answered, c.data(0, { content: text('SIP/2.0 200 OK\r\nCSeq: 7\r\n\r\n') }), s.fin({ after: 2 }), ...goodbye],
    ],
    [
      'to the rest of an upload that it has answered early',
      [
        ...handshake,
        c.data(1000),
        s.data(50, ticket),
        c.data(1000),
        c.data(200, ticket),
        s.ack(),
        s.fin({ after: 2 }),
        ...goodbye,
      ],
    ],
    [
      'to what was on its way when it answered',
      [
        ...handshake,
        c.data(100),
        c.data(60),
        s.data(50, { ack: 101 }),
        c.data(60),
        s.ack(),
        s.fin({ after: 2 }),
        ...goodbye,
      ],
    ],
    ['that has nobody to close to yet', [...handshake, c.data(120), s.ack(), s.fin({ after: 1 })]],
  ])('%s', async (_, steps) => {
    expect((await findingsOf(...steps)).map(({ code }) => code)).not.toContain('closed-without-answer');
  });

  test.each<[string, Step[]]>([
    ['to a few bytes of farewell', [...answered, c.data(5), s.ack(), s.fin(), ...goodbye]],
    [
      'in a protocol that may have no answers',
      [...handshake, c.data(90), s.ack(), c.data(90, { after: 2 }), s.ack(), s.fin({ after: 9 }), ...goodbye],
    ],
    [
      'to messages that need none, as the client went on without one before',
      [
        ...answered,
        c.data(90),
        s.ack(),
        c.data(90, { after: 2 }),
        s.data(9),
        c.data(90),
        s.ack(),
        s.fin({ after: 9 }),
        ...goodbye,
      ],
    ],
    [
      'in a protocol whose messages go out at the pace of the ACKs',
      [...handshake, ...[1, 2, 3].flatMap(() => [c.data(90), s.ack({ after: 0.3 })]), s.fin({ after: 9 }), ...goodbye],
    ],
    ['in a capture that began later', [c.data(120), s.ack(), s.fin({ after: 1 }), ...goodbye]],
  ])('for sure %s: a note', async (_, steps) => {
    expect(named(await findingsOf(...steps))).toEqual(['note closed-without-answer server']);
  });

  test('where only who was seen first says which is the server', async () => {
    const { client, server } = pair({ client: { port: 45678 }, server: { port: 34567 } });
    const pushed = [server.data(50), client.data(120), server.data(70), client.ack()];
    expect(await findingsOf(...pushed, client.fin(), server.ack(), server.fin(), client.ack())).toEqual([]);
  });
});

describe('a request that crosses the close of an idle server', () => {
  const RACE = 'error keep-alive-race server';
  test.each<[string, Step[], string[]]>([
    [
      'and comes after the FIN left',
      [...answered, s.fin({ after: 2 }), c.data(80, { ack: 301 }), s.rst({ seq: 301 })],
      [RACE],
    ],
    [
      'and leaves before the FIN comes',
      [...answered, c.data(80, { after: 1.995 }), s.fin({ after: 0.005, ack: 101 }), c.ack(), s.rst({ seq: 301 })],
      [RACE],
    ],
    ['whose RST the capture does not have', [...answered, s.fin({ after: 2 }), c.data(80, { ack: 301 })], [RACE]],
    [
      'and closes when it has read to the end',
      [...answered, s.fin({ after: 2 }), c.data(80, { ack: 301 }), c.ack(), c.fin(), s.rst({ seq: 301 })],
      [RACE],
    ],
  ])('%s', async (_, steps, expected) => {
    const findings = await findingsOf(...steps);
    expect(named(findings)).toEqual(expected);
    expect(findings[0].message).toBe('the server closes after 2.0 s idle; the next request was on its way');
  });

  test('and finds it cleared away by RST', async () => {
    const steps = [...answered, s.rstAck({ after: 2 }), c.data(80, { ack: 301 }), s.rst({ seq: 301 })];
    const findings = await findingsOf(...steps);
    expect(named(findings)).toEqual([RACE]);
    expect(findings[0].message).toBe(
      'the server resets the connection after 2.0 s idle; the next request was on its way',
    );
  });

  test.each<[string, Step[]]>([
    [
      'if the client has closed behind it: it says goodbye',
      [...answered, s.fin({ after: 2 }), c.data(30, { ack: 301 }), s.rst({ seq: 301 }), c.fin({ ack: 301 })],
    ],
    [
      'if the server takes it after its own FIN',
      [...answered, s.fin({ after: 2 }), c.data(80, { ack: 301 }), s.ack(), c.ack()],
    ],
    [
      'if the server closed right after its answer',
      [...handshake, c.data(100), s.data(300), s.fin({ after: 0.001 }), c.data(80, { ack: 301 }), s.rst({ seq: 301 })],
    ],
    [
      'if it was sent when the FIN had come',
      [...answered, s.fin({ after: 2 }), c.ack(), c.data(80), s.rst({ seq: 302 })],
    ],
  ])('is no race %s', async (_, steps) => {
    expect((await findingsOf(...steps)).map(({ code }) => code)).not.toContain('keep-alive-race');
  });
});

test('a FIN that comes within the round trip of a long way has crossed the request, also where the SYN was sent again on that way', async () => {
  const far = [c.syn({ at: 0 }), c.syn({ at: 1, id: 2 }), s.synAck({ at: 1.3 }), c.ack({ at: 1.3 })];
  const once = [c.data(100, { at: 2 }), s.data(300, { at: 3.3 }), c.ack({ at: 3.3 })];
  const crossed = [c.data(80, { at: 3.4 }), s.fin({ ack: 101, at: 4.2 }), c.ack({ at: 4.2 }), c.fin({ at: 4.2 })];
  const found = named(await findingsOf(...far, ...once, ...crossed, s.rst({ seq: 302, at: 4.7 })));
  expect(found.filter((name) => /keep-alive-race|closed-without-answer/.test(name))).toEqual([]);
});
