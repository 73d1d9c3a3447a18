import { describe, expect, test } from '@jest/globals';
import { c, firstOf, handshake, icmpError, pair, type Step, s, unseen } from '../support/conversation.ts';

/** Another connection, which the capture has both directions of: it goes on to `at` seconds. */
const other = pair({ client: { port: 41000 } });
const answeredAt = (at: number): Step[] => [other.client.syn({ at }), other.server.synAck(), other.client.ack()];
/** The same where nobody's answers are in the capture. */
const oneWayAt = (at: number): Step[] => [other.client.data(1, { at })];

/** What is said of the first connection, less notes. */
async function said(...steps: Step[]): Promise<string[]> {
  const { findings } = await firstOf(...steps);
  return findings.filter(({ severity }) => severity !== 'note').map(({ code, severity }) => `${severity} ${code}`);
}

describe('silence tells something when the next try was due, and the capture went on beyond that', () => {
  const retried = [c.syn(), c.syn({ at: 1 }), c.syn({ at: 3 })];
  const again = [1, 2, 4].map((at) => c.data(9, { seq: 1, at }));
  test.each<[string, Step[], string[]]>([
    ['a SYN that is the last packet', [c.syn()], []],
    ['one SYN, and too short a time', [c.syn(), ...answeredAt(3)], []],
    ['one SYN, and time enough', [c.syn(), ...answeredAt(3.4)], ['error unanswered']],
    ['three SYNs, and the fourth may come', [...retried, ...answeredAt(7)], []],
    ['three SYNs, and the fourth was due', [...retried, ...answeredAt(7.5)], ['error unanswered']],
    ['a SYN-ACK that is the last packet', [c.syn(), s.synAck()], []],
    ['a SYN-ACK, and time enough', [c.syn(), s.synAck(), ...answeredAt(3.4)], ['warning half-open']],
    ['data sent again, and the next may come', [...handshake, c.data(9), ...again, ...answeredAt(7)], []],
    ['data sent again, the next was due', [...handshake, c.data(9), ...again, ...answeredAt(10)], ['error abandoned']],
  ])('%s', async (_, steps, expected) => {
    expect(await said(...steps)).toEqual(expected);
  });

  test('and until then the connection is open, and no errno is known', async () => {
    const { close, sockets } = await firstOf(...retried, ...answeredAt(7));
    expect(close?.style).toBe('open');
    expect(sockets.client).toEqual({ error: null, unknown: 'the capture ends before the next SYN was due' });
  });
});

describe('a capture that shows no answer to anybody may have one direction only', () => {
  test('one SYN is a warning: its answer may have gone another way', async () => {
    expect(await said(c.syn(), ...oneWayAt(4))).toEqual(['warning unanswered']);
    expect((await firstOf(c.syn(), ...oneWayAt(4))).close?.style).toBe('open');
  });

  test('SYNs at the intervals of a kernel that hears nothing are an error', async () => {
    expect(await said(c.syn(), c.syn({ at: 1 }), c.syn({ at: 3 }), ...oneWayAt(19))).toEqual(['error unanswered']);
  });

  test('after two SYNs the client stopped before its kernel does: an answer or an ICMP error may have come', async () => {
    expect(await said(c.syn(), c.syn({ at: 1 }), ...oneWayAt(19))).toEqual(['warning unanswered']);
  });

  test('an RST of the client answers something that was not captured', async () => {
    const steps = [c.syn(), c.syn({ at: 1 }), c.rst({ at: 1.1 }), c.syn({ at: 3 })];
    expect(await said(...steps, ...oneWayAt(19))).not.toContain('error unanswered');
  });

  test('an answer over UDP, or an ICMP error, shows the other direction, too', async () => {
    const dns = pair({ server: { port: 53 } });
    expect(await said(c.syn(), dns.client.datagram(9, { at: 4 }), dns.server.datagram(9))).toEqual([
      'error unanswered',
    ]);
    const query = dns.client.datagram(9, { at: 4 });
    expect(await said(c.syn(), query, icmpError(query, 11, 0))).toEqual(['error unanswered']);
  });

  test('SYNs after half a second are what Windows sends when it was refused', async () => {
    expect(await said(c.syn(), c.syn({ at: 0.5 }), c.syn({ at: 1 }), ...oneWayAt(9))).toEqual(['warning unanswered']);
  });
});

describe('of a side without a packet in the capture nothing is said', () => {
  const all = [...handshake, c.data(100), s.ack(), s.data(300), c.ack(), c.fin(), s.ack(), s.fin(), c.ack()];
  const only = (side: 'client' | 'server', steps: Step[]) =>
    steps.map((step) => (step.from === side ? step : unseen(step)));

  test.each(['client', 'server'] as const)(
    'only the %s was captured, for half a minute after its FIN',
    async (side) => {
      const steps = [...only(side, all), ...answeredAt(30)];
      expect(await said(...steps)).toEqual(['warning one-direction']);
      const { close, sockets, handshake: began } = await firstOf(...steps);
      expect([began?.outcome, close?.firstCloser]).toEqual(['completed', null]);
      const unseenSide = side === 'client' ? 'server' : 'client';
      const unknown = `no packet of the ${unseenSide} is in the capture`;
      expect(sockets).toEqual({ client: { error: null, unknown }, server: { error: null, unknown } });
    },
  );

  test('its RST is a note: what its peer had done before is not known', async () => {
    const steps = [
      ...only('server', [...handshake, c.data(9), s.ack(), s.data(9), c.ack(), s.rst()]),
      ...answeredAt(9),
    ];
    const { findings, sockets } = await firstOf(...steps);
    expect(findings.map(({ code, severity }) => [severity, code])).toEqual([
      ['warning', 'one-direction'],
      ['note', 'reset'],
    ]);
    expect(sockets.client.error).toBeNull();
  });

  test('what it sent again is no sign that nobody answered', async () => {
    const again = [1, 2, 4].map((at) => c.data(9, { seq: 1, at }));
    const steps = [
      ...only('client', [...handshake, c.data(9), s.ack(), s.data(9), c.ack()]),
      ...again,
      ...answeredAt(99),
    ];
    expect(await said(...steps)).toEqual(['warning one-direction']);
  });
});

describe('a FIN has arrived when it was acknowledged', () => {
  const lost = [...handshake, c.data(1400, { at: 1 }), c.fin({ at: 2 })];

  test('no CLOSE-WAIT, no end of file for the peer that still waits for what was before it', async () => {
    const steps = [...lost, s.ack({ at: 3, ack: 1 }), ...answeredAt(60)];
    const { findings, close } = await firstOf(...steps);
    expect(findings.map(({ code }) => code)).not.toContain('close-wait-leak');
    expect(close?.state.server).toBe('ESTABLISHED');
  });

  test('the same FIN acknowledged: the peer forgot to close', async () => {
    expect(await said(...lost, s.ack({ at: 3 }), ...answeredAt(60))).toEqual(['warning close-wait-leak']);
  });
});

describe('whose packet an ICMP error quotes', () => {
  const query = c.datagram(40);

  test('the client that refuses a late answer does not make the server unreachable', async () => {
    const answer = s.datagram(90, { at: 6 });
    const { findings } = await firstOf(query, answer, icmpError(answer, 3, 3));
    expect(findings).toMatchObject([{ code: 'icmp-error', severity: 'note', side: 'client' }]);
  });

  test('the server that has no such port does', async () => {
    const { findings } = await firstOf(query, icmpError(query, 3, 3));
    expect(findings).toMatchObject([{ code: 'unreachable', severity: 'error', side: 'server' }]);
  });
});

describe('a refusal is final', () => {
  const refused = (ttl: number) => [c.syn({ ttl }), s.rstAck({ seq: 0, ttl })];

  test('at once for a client that starts with a TTL of 64', async () => {
    expect(await said(...refused(64))).toEqual(['error connection-refused']);
  });

  test('after half a second for Windows, which tries again until then', async () => {
    expect(await said(...refused(128), ...answeredAt(0.5))).toEqual(['warning connection-refused']);
    expect(await said(...refused(128), ...answeredAt(1))).toEqual(['error connection-refused']);
    const { sockets } = await firstOf(...refused(128));
    expect(sockets.client).toMatchObject({ error: null, unknown: 'the capture ends before the next SYN was due' });
  });
});

describe('a client that resets before the handshake is complete', () => {
  const severities = async (...steps: Step[]) =>
    (await firstOf(...steps)).findings.map(({ code, severity, side }) => `${severity} ${code} ${side}`);

  test('looked whether the port is open, if its socket was still there: the RST has an ACK', async () => {
    expect(await severities(c.syn(), s.synAck(), c.rstAck({ seq: 1 }))).toEqual(['note handshake-aborted client']);
  });

  test('had no socket any more, if it has none', async () => {
    expect(await severities(c.syn(), s.synAck(), c.rst({ seq: 1 }))).toEqual(['warning handshake-aborted client']);
  });
});
