import { describe, expect, test } from '@jest/globals';
import { type Story, storyOf } from '../../src/explain/story.ts';
import type { Connection, Finding } from '../../src/record.ts';
import { c, handshake, icmpError, pair, type Step, s, talkWith, unseen } from '../support/conversation.ts';

/** What is told of the first connection, which was watched for so many seconds after its last packet. */
async function told(steps: Step[], silence = 0): Promise<Story & { record: Connection; happened: string[] }> {
  const { connection } = await talkWith({ calls: true }, ...steps);
  return { ...storyOf(connection, true, silence), record: connection };
}

const textOf = ({ happened, saw, next }: Story) => [...happened, saw.client, saw.server, ...next].join('\n');

/** So late that nothing more of what came before was to come; and an answer, so that both directions are there. */
const other = pair({ client: { port: 9 }, server: { port: 8080 } });
const much = (at: number): Step[] => [other.client.syn({ at }), other.server.synAck(), other.client.ack()];

describe('a SYN-ACK that the client answers with RST', () => {
  test('is no sign that it gave up where the same SYN goes on', async () => {
    const once = [c.syn({ after: 1 }), s.synAck(), c.rst({ seq: 1 })];
    const again = [c.syn({ seq: 0, id: 2, after: 1 }), s.synAck({ id: 2 }), c.rst({ seq: 1, id: 2 })];
    const story = await told([...once, ...again, ...much(100)]);
    expect(story.record.resets.map(({ cause }) => cause)).toEqual(['client-abort', 'client-abort']);
    expect(story.happened.join()).toContain('sent the same SYN again: it still waits for an answer');
    expect(story.next.join()).toMatch(/who answers for 10\.0\.0\.2: NAT/);
    expect(story.saw.client).toBe('nothing yet: connect() waits for another answer');
    expect(textOf(story)).not.toMatch(/given up|timeout that the program puts/);
  });

  test('may be one where it was the end', async () => {
    const story = await told([c.syn(), s.synAck(), c.rst({ seq: 1 }), ...much(100)]);
    expect(story.happened.join()).toContain('its program had given up by then');
    expect(story.next.join()).toContain('the timeout that the program puts on connect()');
  });
});

describe("a server's host that never had the connection", () => {
  const cookies = [
    ...handshake,
    c.data(100),
    c.data(100, { seq: 1, id: 2, after: 1 }),
    s.rst({ seq: 1 }),
    ...much(100),
  ];

  test('is told so: no accept(), nothing idle, no loss', async () => {
    const story = await told(cookies);
    expect(story.happened.join()).toContain('sent no ACK, ever');
    expect(story.saw.server).toMatch(/^accept\(\) most likely never had the connection/);
    expect(story.next.join()).toMatch(/^on 10\.0\.0\.2: ss -ltn .*TcpExtSyncookiesSent/);
    expect(textOf(story)).not.toMatch(/accept\(\) could return|while it was idle|loss on the way/);
  });

  test('is another than one that took the connection, and then knew nothing of it', async () => {
    const story = await told([
      ...handshake,
      c.data(100),
      s.ack(),
      c.data(100, { after: 90 }),
      s.rst({ seq: 1 }),
      ...much(300),
    ]);
    expect(story.saw.server).toContain('accept() could return');
    expect(textOf(story)).not.toContain('never had');
  });

  test('is another than a program that left with SO_LINGER 0', async () => {
    const story = await told([...handshake, s.rstAck(), ...much(100)]);
    expect(story.saw.server).toContain('accept() could return');
  });
});

describe('more than one SYN', () => {
  const rest = [s.synAck(), c.ack(), c.data(9), s.data(9), c.fin(), s.fin(), c.ack()];

  test('was refused where an RST answered each before the last, and is no loss', async () => {
    const again = [
      c.syn({ seq: 0, id: 2, after: 0.5 }),
      s.rstAck({ seq: 0, ack: 1, id: 2 }),
      c.syn({ seq: 0, id: 3, after: 0.5 }),
    ];
    const story = await told([c.syn(), s.rstAck({ seq: 0, ack: 1 }), ...again, ...rest, ...much(100)]);
    expect(story.happened.join()).toContain('It took 3 SYNs: 2 of them were refused with RST');
    expect(story.next.join()).toContain('on 10.0.0.2: why nothing listened on port 80 until then');
    expect(textOf(story)).not.toMatch(/lost or dropped|ListenDrops|who sent it/);
  });

  test('was lost where nothing answered', async () => {
    const story = await told([c.syn(), c.syn({ id: 2, after: 1 }), ...rest, ...much(100)]);
    expect(story.happened.join()).toContain(
      'It took 2 SYNs: the ones before the last, or their answers, were lost or dropped',
    );
    expect(story.next.join()).toContain('ListenDrops');
  });
});

describe('a SYN-ACK that comes again after its ACK', () => {
  const again = (after: number): Step[] => [c.syn(), s.synAck(), c.ack(), s.synAck({ seq: 0, id: 2, after }), c.ack()];

  test('tells of a lost ACK first, and of a full accept queue', async () => {
    const { record } = await told([...again(1), s.data(9), c.ack(), ...much(100)]);
    const { happened, next } = storyOf({ ...record, findings: [] }, true, 0);
    expect(happened.join()).toContain("that ACK was lost behind this capture, or the server's accept queue was full");
    expect(next.join()).toMatch(/^a capture on 10\.0\.0\.2: if the ACK of frame 3 does not arrive there, it was lost/);
  });

  test('tells of a full accept queue alone where that is found', async () => {
    const { record } = await told([...again(1), s.data(9), c.ack(), ...much(100)]);
    const full: Finding = { code: 'accept-queue-full', severity: 'error', side: 'server', message: '', frames: [] };
    const { happened, next } = storyOf({ ...record, findings: [full] }, true, 0);
    expect(happened.join()).toContain('its accept queue was full');
    expect(happened.join()).not.toContain('lost');
    expect(next.join()).toMatch(/^on 10\.0\.0\.2: ss -ltn/);
  });
});

describe('what the server did while it repeated its SYN-ACK', () => {
  const again = (at: number): Step[] => [s.synAck({ seq: 0, ack: 1, id: 2, at }), c.ack()];
  const full = [...handshake, c.data(9), ...again(1.1), c.data(9, { seq: 1, id: 2, at: 2 }), s.ack(), ...much(100)];

  test('is no accept() until it takes what the client sends', async () => {
    const { saw } = await told(full);
    expect(saw.server).toContain('accept() could return no sooner than 2 s after the first SYN');
  });

  test('is not known where it never does', async () => {
    const { saw, next } = await told([...handshake, ...again(1.1), ...much(100)]);
    expect(saw.server).toMatch(/^not known: nothing shows that the server took the connection/);
    expect(next.join()).toContain('a capture on 10.0.0.2');
  });
});

test('the client of a handshake that stays half open is not said to have seen no error', async () => {
  const { saw } = await told([c.syn(), ...[0.01, 1.01, 3.01, 7.01].map((at) => s.synAck({ at })), ...much(100)]);
  expect(saw.client).toBe('not known: nothing shows that the client heard the SYN-ACK of frame 2');
  expect(saw.server).toBe('nothing: no connection came to accept()');
});

test('who closed second is told by what its FIN acknowledges, not by its place in the file', async () => {
  const swapped = [s.fin({ ack: 11, at: 2.0001 }), c.fin({ ack: 1, at: 2 }), c.ack({ at: 2.001 })];
  const { saw } = await told([...handshake, c.data(9), s.ack(), ...swapped, ...much(100)]);
  expect(saw.client).toContain('it closed (FIN in frame 7)');
  expect(saw.server).toContain('read() returned 0 (FIN in frame 7)');
});

describe('SYNs without an answer', () => {
  test('say how long the capture waited, and who gave up', async () => {
    const story = await told([c.syn(), c.syn({ id: 2, after: 1 }), ...much(100)], 98.9);
    expect(story.happened.join()).toContain('nor did another SYN come in the 98.9 s after the last');
    expect(story.happened.join()).toContain('the program has given up by itself');
    expect(story.saw.client).toMatch(/^not known: the client stopped after 2 SYNs/);
  });

  test('are no verdict where the capture ends before the next', async () => {
    const story = await told([c.syn(), ...much(1)], 0.99);
    expect(story.happened).toEqual([
      'The client sent 1 SYN, and there is nothing more of it in the 990 ms after that: an answer, or another SYN, may still have come.',
    ]);
    expect(story.next).toEqual([]);
  });

  test('of a SYN-ACK neither', async () => {
    const story = await told([c.syn(), s.synAck()]);
    expect(story.happened.join()).toContain('the capture ends there: the ACK may still have come');
    expect(textOf(story)).not.toMatch(/is gone|SYN flood/);
  });
});

describe('what a side saw', () => {
  test('is not known where no packet of it is in the capture', async () => {
    const story = await told(
      [...handshake, c.data(9), s.data(9), c.fin(), s.fin(), c.ack()].map((step) =>
        step.from === 'server' ? unseen(step) : step,
      ),
    );
    expect(story.saw.server).toBe('not known: no packet of the server is in the capture');
    expect(story.saw.client).not.toMatch(/read\(\) returned 0/);
  });

  test('is not known where the record says why', async () => {
    const { record } = await told([...handshake, c.data(9)]);
    const sockets = { ...record.sockets, client: { error: null, unknown: 'SYNs went on' } };
    const { saw } = storyOf({ ...record, sockets }, true, 0);
    expect(saw.client).toBe('connect() returned after 10 ms; what came then is not known: SYNs went on');
  });
});

describe('a client that closes', () => {
  const asked = [...handshake, c.data(100), s.ack()];
  const closes = (after: number) => [c.fin({ after }), s.fin(), c.ack(), ...much(300)];

  test('long after it asked, without any answer, stopped waiting', async () => {
    const { happened } = await told([...asked, ...closes(10)]);
    expect(happened.join()).toMatch(
      /It closed without having got any answer, 10 s after that: its program stopped waiting/,
    );
  });

  test('long after its last request on a kept connection did, too', async () => {
    const { happened } = await told([...asked, s.data(50), c.data(100), s.ack(), ...closes(30)]);
    expect(happened.join()).toContain('without having got an answer to what it had sent last');
  });

  test('right after what it sent last says farewell', async () => {
    const { happened } = await told([...asked, s.data(50), c.data(31), ...closes(0.001)]);
    expect(happened.join()).not.toContain('stopped waiting');
  });

  test('after the answer has what it wanted', async () => {
    const { happened } = await told([...asked, s.data(50), c.ack(), ...closes(30)]);
    expect(happened.join()).not.toContain('stopped waiting');
  });
});

describe('advice about an ICMP error', () => {
  const answer = [c.datagram(55), s.datagram(151)];

  test('that the client sent for a late answer sends nobody to the server', async () => {
    const { next } = await told([...answer, icmpError(s.datagram(151), 3, 3, { from: '10.0.0.1' })]);
    expect(next).toEqual([
      'on 10.0.0.1: why the socket of port 40000 was gone when the answer came (it asked, and did not wait long enough, or had its answer from elsewhere); the server did answer',
    ]);
  });

  test('that a router sent for the answer is about the way back', async () => {
    const { next } = await told([...answer, icmpError(s.datagram(151), 3, 1, { from: '10.0.0.254' })]);
    expect(next).toEqual(['on 10.0.0.254, on the way back to 10.0.0.1: ip route get 10.0.0.1']);
  });

  test('for what the client sent is about the server', async () => {
    const { next } = await told([c.datagram(55), icmpError(c.datagram(55), 3, 3, { from: '10.0.0.2' })]);
    expect(next.join()).toMatch(/^on 10\.0\.0\.2: ss -lunp/);
  });
});

describe('what a finding sends one to', () => {
  const found = (
    code: string,
    side: Finding['side'],
    message = '',
    severity: Finding['severity'] = 'error',
  ): Finding => ({
    ...{ code, severity, side, message, frames: [] },
  });
  /** Of a connection that was used and closed in order, with that finding. */
  async function adviceOf(finding: Finding, steps: Step[] = [c.data(9), s.data(9), c.ack()]): Promise<string[]> {
    const { record } = await told([...handshake, ...steps, s.fin(), c.fin(), s.ack(), ...much(100)]);
    return storyOf({ ...record, findings: [finding] }, true, 0).next;
  }

  test.each<[string, Finding, RegExp]>([
    [
      'the idle time of the server, and the client that must be shorter',
      found('keep-alive-race', 'server', 'the server closes after 2.0 s idle; the next request was on its way'),
      /^on 10\.0\.0\.1: the idle timeout .* must be shorter than that of the server, which closed after 2\.0 s idle/,
    ],
    [
      'the same without seconds where there are none',
      found('keep-alive-race', 'server', 'the server closed while a request was on its way'),
      /^on 10\.0\.0\.1: the idle timeout .* which closed \(/,
    ],
    [
      'the server whose program closed on a later request',
      found('closed-without-answer', 'server'),
      /^on 10\.0\.0\.2: the log of the program behind port 80 .* it had answered before on this connection/,
    ],
    [
      'the client, where that closed',
      found('closed-without-answer', 'client'),
      /^on 10\.0\.0\.1: why the program of the client closed/,
    ],
    [
      'the seconds after which the connection was forgotten',
      found('idle-timeout', null, 'no answer any more after 399.9 s of silence: a middlebox or the server'),
      /keep-alives must come more often than every 399\.9 s/,
    ],
    [
      'the side whose full-size segments do not get through',
      found('mtu-black-hole', 'server'),
      /^the path MTU from 10\.0\.0\.2 to 10\.0\.0\.1/,
    ],
    [
      'the side that closed with data unread',
      found('unread-data', 'server', '', 'warning'),
      /^on 10\.0\.0\.2: why the program of the server closes before it has read all that the client sends/,
    ],
    [
      'the machine of the side that did not close',
      found('long-close-wait', 'client', '', 'warning'),
      /^on 10\.0\.0\.1: ss -tnp state close-wait/,
    ],
    [
      'nothing, where a half-close is in use',
      found('half-closed', 'server', '', 'warning'),
      /^nothing, where the client only said that it has no more to send/,
    ],
    [
      'the client, for a port scan',
      found('port-scan', 'client', '', 'warning'),
      /^on 10\.0\.0\.1: which program asks for so many ports/,
    ],
  ])('%s', async (_what, finding, advice) => {
    const next = await adviceOf(finding);
    expect(next).toHaveLength(1);
    expect(next[0]).toMatch(advice);
  });

  test('a first request that got nothing may be of another protocol', async () => {
    const [advice] = await adviceOf(found('closed-without-answer', 'server'), [c.data(9), s.ack()]);
    expect(advice).toContain('plain or TLS');
    expect(advice).not.toContain('it had answered before');
  });

  test('nothing, where a side left with an RST after all had been said', async () => {
    const { record } = await told([...handshake, c.data(9), s.data(9), c.ack(), c.rstAck(), ...much(100)]);
    const note = found('reset', 'client', '', 'note');
    expect(storyOf({ ...record, findings: [note] }, true, 0).next).toEqual([]);
    const reset = { ...note, severity: 'error' } as const;
    const [advice] = storyOf({ ...record, findings: [reset] }, true, 0).next;
    // A killed process sends an RST only if it had data unread (tcp_close).
    expect(advice).toMatch(
      /^on 10\.0\.0\.1: the log .* close\(\) with unread data \(also at the end of a process\) and SO_LINGER 0/,
    );
  });

  test('nothing, where what got no answer needed none', async () => {
    const note = found('closed-without-answer', 'server', '', 'note');
    expect(await adviceOf(note)).toEqual([]);
  });

  test('what closes without an answer is named as programs report it', async () => {
    const { record } = await told([...handshake, c.data(100), s.ack(), s.fin(), c.fin(), s.ack(), ...much(100)]);
    const { happened } = storyOf({ ...record, findings: [found('closed-without-answer', 'server')] }, true, 0);
    expect(happened.join()).toMatch(
      /got no byte of answer: programs report that as "socket hang up", "Empty reply from server"/,
    );
  });
});
