import { describe, expect, test } from '@jest/globals';
import type { Connection } from '../../src/record.ts';
import { c, copy, handshake, type Step, s, talk, talkWith, unseen } from '../support/conversation.ts';
import { bytes } from '../support/packets.ts';

const codes = ({ findings }: Connection, ...severities: string[]) =>
  findings.filter(({ severity }) => severities.includes(severity)).map(({ code }) => code);

const errors = ({ sockets }: Connection) => [sockets.client.error, sockets.server.error];

const exchange = [c.data(100), s.data(300), c.ack()];
const closing = [c.fin(), s.fin(), c.ack()];

/** Both connections, the older one first. */
async function both(...steps: Step[]): Promise<[Connection, Connection]> {
  const { connections } = await talkWith({ order: 'capture' }, ...steps);
  expect(connections.map(({ stream }) => stream)).toEqual([0, 1]);
  return [connections[0], connections[1]];
}

describe('a SYN meets an older connection of the same ports', () => {
  const isns: [string, number, number][] = [
    ['above the old numbers', 777_000_000, 888_000_000],
    ['a little below them', 900, 4900],
    ['far below them', -1_500_000_000, -1_600_000_000],
  ];

  /** The older connection speaks (server 401, client 101), the client resets it, and asks again. */
  const meeting = (isn: number, serverIsn: number, challenge: Step[] = []): Step[] => [
    c.syn({ at: 100, isn: isn >>> 0 }),
    ...(challenge.length > 0 ? challenge : [s.ack({ seq: 301, ack: (1101 - isn) | 0 })]),
    c.rst({ seq: (1101 - isn) | 0 }),
    c.syn({ at: 101, seq: 0 }),
    s.synAck({ isn: serverIsn >>> 0 }),
    c.ack(),
    ...exchange,
    ...closing,
  ];

  describe.each(isns)('with an ISN %s', (_, isn, serverIsn) => {
    test('that its server still holds: the older one is reset, the new one is not', async () => {
      const [older, newer] = await both(...handshake, ...exchange, ...meeting(isn, serverIsn));
      expect(newer.handshake).toMatchObject({ outcome: 'completed', synRetransmissions: 1 });
      expect(newer.close).toMatchObject({ style: 'graceful', firstCloser: 'client' });
      expect([errors(newer), codes(newer, 'error')]).toEqual([[null, null], []]);
      expect(codes(newer, 'warning')).not.toContain('capture-loss');
      expect([newer.fromClient.uniqueBytes, newer.fromServer.uniqueBytes]).toEqual([100, 300]);
      expect(newer.handshake?.server?.isn).toBe(serverIsn >>> 0);
      expect(newer.resets).toEqual([
        expect.objectContaining({ from: 'client', accepted: false, receiverState: 'CLOSED' }),
      ]);
      expect(newer.resets[0]).toMatchObject({
        cause: 'half-open-peer',
        because: expect.stringMatching(/older connection/),
      });
      expect(errors(older)).toEqual([null, 'ECONNRESET']);
      expect(older).toMatchObject({ lastFrame: 6, fromClient: { resets: 0 }, close: { style: 'reset' } });
      expect(older.resets).toEqual([expect.objectContaining({ from: 'client', frame: 9, cause: 'half-open-peer' })]);
      expect(older.resets[0].because).toMatch(/had begun another/);
    });

    test('that is in TIME-WAIT: no program has a socket of it', async () => {
      const end = [s.fin(), c.ack(), c.fin(), s.ack()];
      const challenge = [s.ack({ seq: 302, ack: (1102 - isn) | 0 })];
      const steps = meeting(isn, serverIsn, challenge).map((step) =>
        step.seq === ((1101 - isn) | 0) ? { ...step, seq: (1102 - isn) | 0 } : step,
      );
      const [older, newer] = await both(...handshake, ...exchange, ...end, ...steps);
      expect([older.close?.style, older.resets, errors(older)]).toEqual(['graceful', [], [null, null]]);
      expect([newer.close?.style, newer.handshake?.outcome, errors(newer)]).toEqual([
        'graceful',
        'completed',
        [null, null],
      ]);
      expect([codes(newer, 'error'), newer.resets[0].cause]).toEqual([[], 'half-open-peer']);
    });

    test('that was before the capture', async () => {
      const { connections } = await talk(...meeting(isn, serverIsn));
      expect([connections[0].close?.style, connections[0].handshake?.outcome]).toEqual(['graceful', 'completed']);
      expect([errors(connections[0]), codes(connections[0], 'error')]).toEqual([[null, null], []]);
      expect(codes(connections[0], 'warning')).not.toContain('capture-loss');
    });

    test('whose server sends its data again', async () => {
      const challenge = [s.data(300, { seq: 1, ack: (1101 - isn) | 0 })];
      const [older, newer] = await both(...handshake, ...exchange, ...meeting(isn, serverIsn, challenge));
      expect([newer.close?.style, newer.fromServer.uniqueBytes, errors(newer)]).toEqual([
        'graceful',
        300,
        [null, null],
      ]);
      expect(errors(older)).toEqual([null, 'ECONNRESET']);
    });
  });

  test('each time that the client asks', async () => {
    const again = [s.ack({ seq: 301, ack: 1101 - 500 }), c.rst({ seq: 1101 - 500 })];
    const steps = [
      c.syn({ at: 100, isn: 500 }),
      ...again,
      c.syn({ seq: 0, at: 101 }),
      ...again,
      c.syn({ seq: 0, at: 103 }),
    ];
    const [older, newer] = await both(...handshake, ...exchange, ...steps, s.synAck({ isn: 9 }), c.ack(), ...closing);
    expect(newer.resets.map(({ cause, accepted }) => [cause, accepted])).toEqual([
      ['half-open-peer', false],
      ['half-open-peer', false],
    ]);
    expect([newer.close?.style, older.resets.length]).toEqual(['graceful', 1]);
  });

  test('and the port turns out to be closed: refused', async () => {
    const steps = meeting(777_000_000, 0).slice(0, 4);
    const [, newer] = await both(...handshake, ...exchange, ...steps, s.rstAck({ seq: 0 }));
    expect([newer.handshake?.outcome, errors(newer)]).toEqual(['refused', ['ECONNREFUSED', null]]);
    expect(newer.resets.map(({ cause }) => cause)).toEqual(['half-open-peer', 'port-closed']);
  });

  test('and the RST of its server comes after that SYN: it refuses nothing', async () => {
    const steps = [
      c.syn({ at: 5, isn: 500 }),
      s.rst({ seq: 301 }),
      s.synAck({ isn: 20 }),
      c.ack(),
      ...exchange,
      ...closing,
    ];
    const [, newer] = await both(...handshake, ...exchange, ...steps);
    expect([newer.close?.style, newer.handshake?.outcome, errors(newer)]).toEqual([
      'graceful',
      'completed',
      [null, null],
    ]);
    expect(newer.fromServer.uniqueBytes).toBe(300);
  });

  test('and an RST of another number does not reset it', async () => {
    const steps = [
      c.syn({ at: 100, isn: 500 }),
      s.ack({ seq: 301, ack: 601 }),
      c.rst({ seq: 40 }),
      c.syn({ seq: 0, at: 101 }),
    ];
    const [older] = await both(...handshake, ...exchange, ...steps);
    expect([older.close?.style, errors(older)]).toEqual(['open', [null, null]]);
  });
});

test('an older connection of which one side was captured is not reset by any number', async () => {
  const steps = [
    s.data(10, { seq: 1, ack: 1 }),
    c.syn({ at: 100, isn: 500 }),
    c.rst({ seq: 40 }),
    c.syn({ seq: 0, at: 101 }),
  ];
  const [older] = await both(...steps);
  expect([older.close?.style, older.resets]).toEqual(['open', []]);
});

test('an ACK of data that the capture lacks is of this connection', async () => {
  const missed = [unseen(s.synAck()), unseen(c.ack()), unseen(c.data(500))];
  const { connection } = await talk(c.syn(), ...missed, s.data(40), c.ack(), c.data(10), s.ack());
  expect([connection.fromServer.uniqueBytes, connection.handshake?.outcome]).toEqual([40, 'completed']);
});

test('the older connection is reported when the new one is answered, at the latest when that ends', async () => {
  const again = c.syn({ at: 10, isn: 900_000 });
  expect(
    (await talkWith({ order: 'end' }, ...handshake, again, s.synAck({ at: 11 }), c.ack({ at: 20 }))).reportedAt,
  ).toEqual([11, 20]);
  const third = c.syn({ at: 30, isn: 1_800_000 });
  const { connections, reportedAt } = await talkWith({ order: 'end' }, ...handshake, again, third, c.ack({ at: 40 }));
  expect(connections.map(({ stream }) => stream)).toEqual([0, 1, 2]);
  expect(reportedAt[0]).toBe(30);
});

describe('two SYN-ACKs with different ISNs', () => {
  const other = { isn: 705_000 };
  const first = { isn: 5000 };
  const window = (size: number, scale: number) => ({ window: size, options: bytes(3, 3, scale, 0) });
  /** What the side sends counts from its own ISN again. */
  const back = (seq: number) => ({ ...first, seq });

  test('the client keeps to the one that it acknowledged', async () => {
    const steps = [
      c.syn(),
      s.synAck(window(1000, 2)),
      c.ack(),
      c.data(100),
      s.synAck({ ...other, ...window(77, 9) }),
      c.ack({ ack: 1 - 700_000 }),
    ];
    const { connection } = await talk(...steps, s.rst({ seq: 1 }), s.data(200, { ...back(1) }), c.ack(), ...closing);
    expect(connection.handshake).toMatchObject({
      outcome: 'completed',
      synAckRetransmissions: 0,
      server: { isn: 5000, window: 1000, windowScale: 2 },
    });
    expect([connection.close?.style, errors(connection), codes(connection, 'error', 'warning')]).toEqual([
      'graceful',
      [null, null],
      [],
    ]);
    expect(connection.fromServer.uniqueBytes).toBe(200);
    expect(connection.resets).toEqual([expect.objectContaining({ accepted: false, cause: 'half-open-peer' })]);
    expect(connection.resets[0].because).toMatch(/other SYN-ACK \(frame 5\)/);
  });

  test.each([
    ['above', 705_000],
    ['below', 900],
  ])('the second, with an ISN %s, where the client acknowledges that', async (_, isn) => {
    const syn = c.syn({ seq: 0, at: 1 });
    const steps = [
      c.syn(),
      s.synAck(window(1000, 2)),
      syn,
      s.synAck({ isn, at: 1.05, ...window(77, 9) }),
      c.ack({ at: 1.06 }),
    ];
    const { connection } = await talk(...steps, c.data(100), s.data(200), c.ack(), ...closing);
    expect(connection.handshake).toMatchObject({
      outcome: 'completed',
      connectTime: 1.05,
      synToSynAck: 0.05,
      synAckToAck: 0.01,
      server: { isn, window: 77, windowScale: 9 },
    });
    expect(connection.close?.style).toBe('graceful');
    expect(connection.fromServer.uniqueBytes).toBe(200);
    expect([errors(connection), codes(connection, 'error')]).toEqual([[null, null], []]);
    expect(codes(connection, 'warning')).not.toContain('capture-loss');
  });

  test.each([705_000, 900])(
    'the second, %i, where the client turns to that after it acknowledged the first',
    async (isn) => {
      const asked = [...handshake, c.data(100), s.synAck({ isn, at: 1 }), c.ack(), c.data(100, { seq: 1 })];
      const { connection } = await talk(...asked, s.data(200), c.ack(), ...closing);
      expect(connection.handshake).toMatchObject({ outcome: 'completed', connectTime: 0.01, server: { isn } });
      expect([connection.close?.style, connection.fromServer.uniqueBytes]).toEqual(['graceful', 200]);
      expect([errors(connection), codes(connection, 'error')]).toEqual([[null, null], []]);
      expect(codes(connection, 'warning')).not.toContain('capture-loss');
    },
  );

  test('what is sent again beside them counts once', async () => {
    const again = [c.data(50, { after: 1 }), c.data(50, { seq: 1, after: 1 }), s.ack(back(1))];
    const { connection } = await talk(...handshake, s.synAck(other), ...again);
    expect(connection.fromClient).toMatchObject({ retransmissions: 1, uniqueBytes: 50 });
  });

  test('what only the other number makes seem old counts as in Wireshark, and was not sent again', async () => {
    const answers = Array.from({ length: 30 }, (_, i) => [s.data(100, i === 0 ? back(1) : {}), c.ack()]).flat();
    const { connection } = await talk(...handshake, s.synAck(other), ...answers, ...closing);
    expect(connection.fromServer).toMatchObject({
      retransmissions: 30,
      outOfOrder: 1,
      lostSegments: 1,
      uniqueBytes: 3000,
    });
    expect([codes(connection, 'error', 'warning'), connection.close?.style]).toEqual([[], 'graceful']);
  });

  test('the second, where its server goes on and the ACK is not in the capture', async () => {
    const steps = [c.syn(), s.synAck(), s.synAck(other), unseen(c.ack()), s.data(200), c.ack(), ...closing];
    const { connection } = await talk(...steps);
    expect([connection.handshake?.outcome, connection.handshake?.server?.isn]).toEqual(['completed', 705_000]);
    expect([connection.close?.style, connection.fromServer.uniqueBytes]).toEqual(['graceful', 200]);
  });

  test('the first, where the second comes before the ACK of it', async () => {
    const steps = [c.syn(), s.synAck(), s.synAck(other), c.ack({ ack: 1 - 700_000 }), s.data(200, back(1))];
    const { connection } = await talk(...steps, c.ack(), ...closing);
    expect(connection.handshake).toMatchObject({ outcome: 'completed', connectTime: 0.01, server: { isn: 5000 } });
    expect(connection.handshake?.synAckToAck).toBeCloseTo(0.02, 9);
    expect([connection.close?.style, connection.fromServer.uniqueBytes]).toEqual(['graceful', 200]);
  });

  test('the RST of the other server, at the number that the client acknowledged, ends the connection', async () => {
    const steps = [...handshake, s.synAck(other), c.ack({ ack: 1 - 700_000 }), s.rst(back(1))];
    const { connection } = await talk(...steps, s.data(10, { seq: 1, after: 1 }));
    expect(connection.resets).toEqual([expect.objectContaining({ accepted: true, cause: 'half-open-peer' })]);
    expect([errors(connection)[0], codes(connection, 'error')]).toEqual(['ECONNRESET', ['reset']]);
  });

  test('one that is sent again with its own number is still sent again', async () => {
    const { connection } = await talk(c.syn(), s.synAck(), s.synAck({ seq: 0, at: 1 }), c.ack());
    expect(connection.handshake?.synAckRetransmissions).toBe(1);
  });

  test('after one that acknowledged nothing, the one that acknowledges the SYN is the server’s', async () => {
    const steps = [
      c.syn(),
      s.synAck({ isn: 900_000_000, ack: 77 }),
      s.synAck({ isn: 5000 }),
      c.ack(),
      s.data(50),
      c.ack(),
    ];
    const more = Array.from({ length: 20 }, () => [s.data(50), c.ack()]).flat();
    const { connection } = await talk(...steps, ...more, ...closing);
    expect(connection.handshake?.server?.isn).toBe(5000);
    expect([connection.fromServer.uniqueBytes, codes(connection, 'error', 'warning')]).toEqual([1050, []]);
  });
});

test('a connection that is refused twice, accepted and then reset is reset', async () => {
  const refusal = s.rstAck({ seq: 0 });
  const steps = [c.syn(), refusal, c.syn({ seq: 0, at: 0.5 }), refusal, c.syn({ seq: 0, at: 1 }), s.synAck(), c.ack()];
  const { connection } = await talk(...steps, ...exchange, s.rstAck());
  expect(errors(connection)).toEqual(['ECONNRESET', null]);
  expect(connection.resets.map(({ cause }) => cause)).toEqual(['port-closed', 'port-closed', 'abortive-close']);
  expect(codes(connection, 'error')).toEqual(['reset']);
});

test('packets that come twice, also an older connection’s, tell nothing else', async () => {
  const soon = { after: 0.00005 };
  const isn = 777_000_000;
  const steps = [
    ...[...handshake, ...exchange, c.syn({ at: 100, isn }), s.ack({ seq: 301, ack: 1101 - isn })],
    ...[
      c.rst({ seq: 1101 - isn }),
      c.syn({ seq: 0, at: 101 }),
      s.synAck({ isn: 88 }),
      c.ack(),
      ...exchange,
      ...closing,
    ],
  ];
  const told = async (...all: Step[]) =>
    (await both(...all)).map((each) => ({
      causes: each.resets.map(({ cause }) => cause),
      errors: errors(each),
      style: each.close?.style,
      outcome: each.handshake?.outcome,
      bytes: [each.fromClient.uniqueBytes, each.fromServer.uniqueBytes],
      codes: codes(each, 'error', 'warning', 'note').filter((code) => code !== 'duplicate-packets'),
    }));
  expect(await told(...steps.flatMap((step) => [step, copy(soon)]))).toEqual(await told(...steps));
});
