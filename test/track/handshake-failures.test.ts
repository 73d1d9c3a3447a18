import { describe, expect, test } from '@jest/globals';
import {
  c,
  connectionOf,
  firstOf,
  handshake,
  icmpError,
  pair,
  type Step,
  s,
  talk,
  unseen,
  watchedTo,
} from '../support/conversation.ts';

const v6 = pair({ client: { address: '2001:db8::1' }, server: { address: '2001:db8::2' } });

describe('how a handshake ends', () => {
  test.each<[string, Step[], string, string]>([
    ['RST+ACK in answer to the SYN', [c.syn(), s.rstAck({ seq: 0 })], 'refused', 'reset'],
    ['no answer', [c.syn(), c.syn({ at: 1 }), c.syn({ at: 3 }), watchedTo(8)], 'unanswered', 'abandoned'],
    ['no answer yet', [c.syn(), c.syn({ at: 1 }), c.syn({ at: 3 }), watchedTo(7)], 'unanswered', 'open'],
    ['SYN-ACK that nobody acknowledges', [c.syn(), s.synAck(), s.synAck({ at: 1 })], 'half-open', 'open'],
    ['SYN-ACK alone in the capture', [unseen(c.syn()), s.synAck()], 'half-open', 'open'],
    ['the client resets after the SYN-ACK', [c.syn(), s.synAck(), c.rst()], 'aborted', 'reset'],
    ['the server resets after its SYN-ACK', [c.syn(), s.synAck(), s.rstAck()], 'aborted', 'reset'],
    ['ICMP error for the SYN', [c.syn(), icmpError(c.syn(), 3, 1)], 'unreachable', 'abandoned'],
    ['ICMPv6 error for the SYN', [v6.client.syn(), icmpError(v6.client.syn(), 1, 4)], 'unreachable', 'abandoned'],
    ['completed, then reset', [...handshake, s.rst()], 'completed', 'reset'],
  ])('%s', async (_, steps, outcome, style) => {
    const found = await firstOf(...steps);
    expect([found.handshake?.outcome, found.close?.style]).toEqual([outcome, style]);
  });
});

describe('an RST in SYN-SENT counts only if it acknowledges the SYN', () => {
  test.each<[string, Step, boolean]>([
    ['RST+ACK of the SYN', s.rstAck({ seq: 0, ack: 1 }), true],
    ['RST without ACK', s.rst({ seq: 0 }), false],
    ['RST without ACK, with the right number in its place', s.rst({ seq: 0, ack: 1 }), false],
    ['RST+ACK of the number before', s.rstAck({ seq: 0, ack: 0 }), false],
    ['RST+ACK beyond what was sent', s.rstAck({ seq: 0, ack: 2 }), false],
  ])('%s', async (_, reset, accepted) => {
    const found = await connectionOf(c.syn(), reset);
    expect(found.resets).toEqual([expect.objectContaining({ from: 'server', accepted, receiverState: 'SYN-SENT' })]);
    expect(found.handshake?.outcome).toBe(accepted ? 'refused' : 'unanswered');
    expect(found.close?.state.client).toBe(accepted ? 'CLOSED' : 'SYN-SENT');
  });

  test('RST+ACK of data in the SYN', async () => {
    const found = await connectionOf(c.syn({ length: 20 }), s.rstAck({ seq: 0 }));
    expect(found.handshake?.outcome).toBe('refused');
  });
});

describe('connect() that tries again with the same ISN', () => {
  const refusal = s.rstAck({ seq: 0 });

  test('stays one stream, refused three times', async () => {
    const found = await connectionOf(c.syn(), refusal, c.syn({ at: 0.5 }), refusal, c.syn({ at: 1 }), refusal);
    expect(found.handshake).toMatchObject({ outcome: 'refused', synRetransmissions: 2 });
    expect([found.fromServer.resets, found.resets.length]).toEqual([3, 3]);
  });

  test('has not failed when the server answers at last', async () => {
    const found = await connectionOf(c.syn(), refusal, c.syn({ at: 0.5 }), s.synAck({ at: 0.51 }), c.ack());
    expect(found.handshake).toMatchObject({ outcome: 'completed', connectTime: 0.51, synToSynAck: 0.01 });
    expect(found.close).toMatchObject({ style: 'open', state: { client: 'ESTABLISHED', server: 'ESTABLISHED' } });
  });

  test('is not yet refused while the new SYN has no answer', async () => {
    const found = await connectionOf(c.syn(), refusal, c.syn({ at: 0.5 }));
    expect([found.handshake?.outcome, found.close?.state.client]).toEqual(['unanswered', 'SYN-SENT']);
  });
});

describe('a SYN-ACK after the RST', () => {
  test('that crossed the RST of the client opens nothing', async () => {
    const found = await connectionOf(c.syn(), s.synAck(), c.rst(), s.synAck());
    expect(found.handshake?.outcome).toBe('aborted');
    expect(found.close).toMatchObject({ style: 'reset', state: { client: 'CLOSED', server: 'CLOSED' } });
  });

  test('finds the socket gone that was refused', async () => {
    const found = await connectionOf(c.syn(), s.rstAck({ seq: 0 }), s.synAck());
    expect([found.handshake?.outcome, found.close?.state.client]).toEqual(['refused', 'CLOSED']);
  });

  test('completes the handshake where the client goes on: the RST did not reach it', async () => {
    const found = await connectionOf(c.syn(), s.rstAck({ seq: 0 }), s.synAck(), c.ack(), c.data(10), s.ack());
    expect(found.handshake?.outcome).toBe('completed');
    expect(found.close).toMatchObject({ style: 'open', state: { client: 'ESTABLISHED', server: 'ESTABLISHED' } });
  });
});

describe('an ICMP error is the end of a handshake only in SYN-SENT and for that SYN', () => {
  test.each<[string, Step[], string]>([
    ['a host unreachable before the answer', [icmpError(c.syn(), 3, 1), s.synAck(), c.ack()], 'completed'],
    ['one after the SYN-ACK', [s.synAck(), icmpError(c.syn(), 3, 1)], 'half-open'],
    ['one that quotes another number', [icmpError(c.syn({ seq: 77 }), 3, 1)], 'unanswered'],
    ['one for the SYN, quoted in 8 bytes', [icmpError(c.syn(), 3, 1, { length: 8 })], 'unreachable'],
  ])('%s', async (_, steps, outcome) => {
    const found = await connectionOf(c.syn(), ...steps);
    expect(found.handshake?.outcome).toBe(outcome);
  });
});

describe('who the client is', () => {
  test.each<[string, Step[], number, boolean]>([
    ['the sender of a SYN', [c.syn()], 40000, false],
    ['the receiver of a SYN-ACK', [s.synAck()], 40000, false],
    ['the sender of a SYN, whatever came before it', [s.ack({ seq: 1, ack: 1 }), c.syn()], 40000, false],
    ['without either, the side whose peer has a well-known port', [s.data(10, { seq: 1 })], 40000, true],
  ])('%s', async (_, steps, port, rolesInferred) => {
    const found = await connectionOf(...steps);
    expect([found.client.port, found.rolesInferred]).toEqual([port, rolesInferred]);
  });

  test.each([
    ['a well-known port is the server', 443, 1024, 1024],
    ['a well-known port is the server, also as receiver', 50000, 22, 50000],
    ['a registered port is the server of an ephemeral one', 8080, 50000, 50000],
    ['two registered ports: the first sender is the client', 8080, 5000, 8080],
    ['two ephemeral ports: the first sender is the client', 40000, 50000, 40000],
    ['two well-known ports: the first sender is the client', 179, 20, 179],
  ])('%s', async (_, sender, receiver, client) => {
    const ends = pair({ client: { port: sender }, server: { port: receiver } });
    const found = await connectionOf(ends.client.data(1, { seq: 1 }), ends.server.ack());
    expect([found.client.port, found.rolesInferred]).toEqual([client, true]);
  });

  test('what one side sent is counted as its own, whoever came first', async () => {
    const found = await connectionOf(s.data(10, { seq: 1 }), c.ack(), c.data(3));
    expect([found.fromServer.bytes, found.fromClient.bytes, found.fromClient.packets]).toEqual([10, 3, 2]);
  });
});

describe('completeness is that of Wireshark', () => {
  test.each<[string, Step[], number]>([
    ['SYN', [c.syn()], 1],
    ['SYN with data', [c.syn({ length: 5 })], 9],
    ['SYN, SYN-ACK', [c.syn(), s.synAck()], 3],
    ['handshake', handshake, 7],
    ['handshake, data', [...handshake, c.data(1)], 15],
    ['handshake, data, FINs', [...handshake, c.data(1), c.fin(), s.fin()], 31],
    ['refused', [c.syn(), s.rstAck({ seq: 0 })], 37],
    ['handshake, RST', [...handshake, c.rst()], 39],
    ['midstream: the first segment adds nothing', [c.data(5, { seq: 1 })], 0],
    ['midstream: the second does', [c.data(5, { seq: 1 }), s.data(5)], 8],
  ])('%s', async (_, steps, completeness) => {
    expect((await connectionOf(...steps)).completeness).toBe(completeness);
  });
});

test('a hundred clients of one server are a hundred connections', async () => {
  const clients = Array.from({ length: 100 }, (_, i) => pair({ client: { port: 40000 + i } }));
  const { connections } = await talk(...clients.map((each) => each.client.syn()));
  expect(connections.map((each) => each.client.port)).toEqual(clients.map((_, i) => 40000 + i));
});
