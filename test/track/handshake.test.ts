import { describe, expect, test } from '@jest/globals';
import type { Handshake } from '../../src/record.ts';
import { c, connectionOf, START, type Step, s, unseen } from '../support/conversation.ts';
import { bytes, tcpOption } from '../support/packets.ts';

async function handshakeOf(...steps: Step[]): Promise<Handshake> {
  const { handshake } = await connectionOf(...steps);
  if (handshake === null) throw new Error('no handshake');
  return handshake;
}

describe('a three-way handshake', () => {
  test('has the frame and time of each step', async () => {
    const { outcome, kind, syn, synAck, ack } = await handshakeOf(c.syn(), s.synAck(), c.ack({ after: 0.005 }));
    expect([outcome, kind]).toEqual(['completed', 'three-way']);
    expect([syn, synAck, ack]).toEqual([
      { frame: 1, time: `${START}.000000000` },
      { frame: 2, time: `${START}.010000000` },
      { frame: 3, time: `${START}.015000000` },
    ]);
  });

  test('times connect(), accept() and the initial RTT', async () => {
    const found = await handshakeOf(c.syn(), s.synAck({ after: 0.03 }), c.ack({ after: 0.002 }));
    expect(found).toMatchObject({
      synToSynAck: 0.03,
      synAckToAck: 0.002,
      connectTime: 0.03,
      acceptTime: 0.032,
      initialRtt: 0.032,
      synRetransmissions: 0,
      synAckRetransmissions: 0,
    });
  });

  test('keeps what each side offered', async () => {
    const options = bytes(tcpOption.mss(1460), tcpOption.sackPermitted, tcpOption.timestamps(1, 0), 3, 3, 7);
    const found = await handshakeOf(c.syn({ options, window: 64240 }), s.synAck({ isn: 0xffffffff }), c.ack());
    expect(found.client).toEqual({
      isn: 1000,
      window: 64240,
      mss: 1460,
      windowScale: 7,
      sackPermitted: true,
      timestamps: true,
      fastOpen: false,
    });
    const none = { mss: null, windowScale: null, sackPermitted: false, timestamps: false, fastOpen: false };
    expect(found.server).toEqual({ isn: 0xffffffff, window: 65535, ...none });
  });
});

describe('a handshake whose steps come again', () => {
  test('SYNs: connect() blocked since the first, the answer took since the last', async () => {
    const found = await handshakeOf(c.syn(), c.syn({ at: 1 }), c.syn({ at: 3 }), s.synAck({ at: 3.02 }), c.ack());
    expect(found).toMatchObject({
      outcome: 'completed',
      synRetransmissions: 2,
      connectTime: 3.02,
      synToSynAck: 0.02,
      acceptTime: 3.03,
      initialRtt: 0.03,
    });
    expect(found.syn?.frame).toBe(1);
  });

  test('SYN-ACKs: the client knew from the first, its ACK answers the last', async () => {
    const found = await handshakeOf(c.syn(), s.synAck(), s.synAck({ at: 1.01 }), c.ack({ at: 1.012 }));
    expect(found).toMatchObject({ synAckRetransmissions: 1, connectTime: 0.01, acceptTime: 1.012 });
    expect(found.synAckToAck).toBeCloseTo(0.002, 9);
    expect(found.synAck?.frame).toBe(2);
  });

  test('a SYN after the SYN-ACK does not change when it was answered', async () => {
    const found = await handshakeOf(c.syn(), s.synAck(), c.syn({ at: 1 }), s.synAck({ at: 1.03 }), c.ack());
    expect(found).toMatchObject({ synToSynAck: 0.01, connectTime: 0.01, synRetransmissions: 1 });
  });
});

describe('an acknowledgment counts only for what it acknowledges', () => {
  test.each([
    ['before the SYN', 0],
    ['nothing that was sent', 500],
  ])('a SYN-ACK that acknowledges %s does not end connect()', async (_, ack) => {
    const found = await handshakeOf(c.syn(), s.synAck({ ack }));
    expect(found).toMatchObject({ outcome: 'unanswered', connectTime: null, synToSynAck: null });
    expect(found.synAck?.frame).toBe(2);
  });

  test.each([
    ['before the SYN-ACK', 0],
    ['nothing that was sent', 500],
  ])('an ACK that acknowledges %s does not complete the handshake', async (_, ack) => {
    const found = await handshakeOf(c.syn(), s.synAck(), c.ack({ ack }));
    expect(found).toMatchObject({ outcome: 'half-open', ack: null, acceptTime: null, synAckToAck: null });
  });

  test('data of the client completes it as an ACK does', async () => {
    const found = await handshakeOf(c.syn(), s.synAck(), c.data(10));
    expect([found.outcome, found.ack?.frame]).toEqual(['completed', 3]);
  });

  test('an ACK of the server does not', async () => {
    expect(await handshakeOf(c.syn(), s.synAck(), s.ack())).toMatchObject({ outcome: 'half-open', ack: null });
  });
});

describe('simultaneous open', () => {
  const crossed = [c.syn(), s.syn(), c.synAck(), s.synAck()];

  test('is told from two SYNs, and its client is who sent the first', async () => {
    const found = await connectionOf(...crossed);
    expect(found.handshake).toMatchObject({ outcome: 'completed', kind: 'simultaneous' });
    expect([found.client.port, found.rolesInferred]).toEqual([40000, false]);
    expect(found.close?.state).toEqual({ client: 'ESTABLISHED', server: 'ESTABLISHED' });
  });

  test('is not completed by the SYN-ACK of one side where the other SYN was missed', async () => {
    const found = await connectionOf(c.syn(), unseen(s.syn()), c.synAck());
    expect(found.handshake?.outcome).toBe('unanswered');
  });

  test('is not completed before the SYNs are acknowledged', async () => {
    const found = await connectionOf(...crossed.slice(0, 2));
    expect(found.handshake?.outcome).toBe('unanswered');
    expect(found.close?.state).toEqual({ client: 'SYN-SENT', server: 'SYN-SENT' });
  });
});

describe('fast open', () => {
  const options = tcpOption.fastOpen(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));

  test('is data in the SYN that the SYN-ACK acknowledges', async () => {
    const found = await connectionOf(c.syn({ length: 20, options }), s.synAck(), c.ack(), s.data(30));
    expect(found.handshake).toMatchObject({ outcome: 'completed', kind: 'fast-open', client: { fastOpen: true } });
    expect([found.fromClient.bytes, found.fromClient.uniqueBytes]).toEqual([20, 20]);
  });

  test('is an ordinary handshake where the data is not acknowledged', async () => {
    const steps = [c.syn({ length: 20, options }), s.synAck({ ack: 1 }), c.data(20, { seq: 1 })];
    const found = await connectionOf(...steps);
    expect(found.handshake).toMatchObject({ outcome: 'completed', kind: 'three-way', connectTime: 0.01 });
    expect([found.fromClient.bytes, found.fromClient.uniqueBytes]).toEqual([40, 20]);
  });
});

describe('where the capture was made', () => {
  test.each<[string, number, number, Handshake['capturePoint']]>([
    ['near the client: its ACK comes at once', 0.03, 0.001, 'near-client'],
    ['near the server: its SYN-ACK comes at once', 0.001, 0.03, 'near-server'],
    ['between them: both take their time', 0.01, 0.02, 'between'],
    ['just not near the client', 0.09, 0.01, 'between'],
    ['just near the client', 0.0901, 0.0099, 'near-client'],
    ['on one machine, where shares say nothing', 0.00017, 0.000019, 'unknown'],
  ])('%s', async (_, synAckAfter, ackAfter, capturePoint) => {
    const found = await handshakeOf(c.syn(), s.synAck({ after: synAckAfter }), c.ack({ after: ackAfter }));
    expect(found.capturePoint).toBe(capturePoint);
  });

  test('is unknown where a step is missing', async () => {
    expect((await handshakeOf(c.syn(), s.synAck())).capturePoint).toBe('unknown');
  });
});

describe('a handshake that the capture has in part', () => {
  test('SYN, then the client goes on: the SYN-ACK was missed', async () => {
    const found = await handshakeOf(c.syn(), unseen(s.synAck()), c.ack(), c.data(10));
    expect(found).toMatchObject({ outcome: 'completed', synAck: null, ack: null, connectTime: null, server: null });
  });

  test('SYN-ACK and ACK: the SYN was missed', async () => {
    const found = await handshakeOf(unseen(c.syn()), s.synAck(), c.ack());
    expect(found).toMatchObject({ outcome: 'completed', syn: null, acceptTime: null, synAckToAck: 0.01, client: null });
  });

  test('nothing of it', async () => {
    const found = await handshakeOf(unseen(c.syn()), unseen(s.synAck()), c.data(10), s.ack());
    expect(found).toMatchObject({ outcome: 'not-captured', syn: null, synAck: null, ack: null, initialRtt: null });
  });
});

describe('accept() of a server that sends its SYN-ACK again longer than a round trip after the ACK', () => {
  const opened = [c.syn(), s.synAck(), c.ack()];
  const again = s.synAck({ seq: 0, ack: 1, at: 1.01 });

  test('could return once the server took what the client sent after that', async () => {
    const taken = await handshakeOf(
      ...opened,
      c.data(9),
      again,
      c.ack({ at: 1.02 }),
      c.data(9, { seq: 1, at: 2 }),
      s.ack(),
    );
    expect(taken.acceptTime).toBe(2);
    expect(taken.ack?.frame).toBe(3);
  });

  test('is not known to have returned while the server says nothing else', async () => {
    expect((await handshakeOf(...opened, again, c.ack(), c.data(9))).acceptTime).toBeNull();
  });

  test('is that of the ACK where the SYN-ACK may have crossed it', async () => {
    const soon = s.synAck({ seq: 0, ack: 1, after: 0.005 });
    expect((await handshakeOf(...opened, soon, c.data(9), s.ack())).acceptTime).toBe(0.02);
  });

  test('is that of the ACK where data shows that the way is as long as that', async () => {
    const sent = [c.syn({ at: 1 }), s.synAck({ at: 1.3 }), c.ack({ at: 1.3 }), c.data(150, { at: 1.301 })];
    const steps = [...sent, s.synAck({ seq: 0, ack: 1, at: 2.3 }), c.ack({ at: 2.3 }), s.ack({ at: 2.601 })];
    const { handshake, findings } = await connectionOf(...steps);
    expect(handshake?.acceptTime).toBe(0.3);
    expect(findings.map(({ code }) => code)).not.toContain('accept-queue-full');
  });
});
