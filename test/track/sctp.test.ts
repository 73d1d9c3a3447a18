import { describe, expect, test } from '@jest/globals';
import { connectionOf, pair, type Step, talk } from '../support/conversation.ts';
import { bytes, sctpChunk, u32, zeros } from '../support/packets.ts';

const ends = pair({ server: { port: 3868 } });
const CLIENT_TAG = 0x11;
const SERVER_TAG = 0xffff_fff2;
const toServer = (type: number, body = zeros(0), fields = {}) =>
  ends.client.chunks(SERVER_TAG, [sctpChunk(type, body)], fields);
const toClient = (type: number, body = zeros(0), fields = {}) =>
  ends.server.chunks(CLIENT_TAG, [sctpChunk(type, body)], fields);

const init = (tag = CLIENT_TAG, fields = {}) =>
  ends.client.chunks(0, [sctpChunk(1, bytes(u32(tag), zeros(12)))], fields);
const initAck = (fields = {}) => toClient(2, bytes(u32(SERVER_TAG), zeros(12)), fields);
const cookieEcho = (fields = {}) => toServer(10, zeros(8), fields);
const cookieAck = (fields = {}) => toClient(11, zeros(0), fields);
const data = (length: number) => toServer(0, zeros(12 + length));
const shutdown = (fields = {}) => toServer(7, zeros(4), fields);
const shutdownAck = (fields = {}) => toClient(8, zeros(0), fields);
const shutdownComplete = (fields = {}) => toServer(14, zeros(0), fields);
const abort = (from: 'client' | 'server', tag: number, flags = 0) =>
  ends[from].chunks(tag, [sctpChunk(6, zeros(0), flags)]);

const opening = [init(), initAck(), cookieEcho(), cookieAck()];

describe('the four-way handshake', () => {
  test('INIT, INIT ACK, COOKIE ECHO, COOKIE ACK', async () => {
    const found = await connectionOf(...opening);
    expect(found).toMatchObject({ protocol: 'sctp', client: { port: 40000 }, rolesInferred: false });
    expect(found.handshake).toMatchObject({
      outcome: 'completed',
      kind: 'four-way',
      syn: { frame: 1 },
      synAck: { frame: 2 },
      ack: { frame: 3 },
      connectTime: 0.03,
      acceptTime: 0.02,
      synAckToAck: 0.01,
    });
    expect(found.close?.state).toEqual({ client: 'ESTABLISHED', server: 'ESTABLISHED' });
    expect(found.completeness).toBeNull();
  });

  test.each<[string, Step[], string]>([
    ['no answer', [init(), init(CLIENT_TAG, { at: 3 })], 'unanswered'],
    ['ABORT in answer to INIT', [init(), abort('server', CLIENT_TAG)], 'refused'],
    ['ABORT after INIT ACK', [init(), initAck(), abort('client', SERVER_TAG)], 'aborted'],
    ['COOKIE ECHO without its ACK', opening.slice(0, 3), 'completed'],
    ['nothing of it', [data(10)], 'not-captured'],
  ])('%s', async (_, steps, outcome) => {
    expect((await connectionOf(...steps)).handshake?.outcome).toBe(outcome);
  });

  test('INITs that come again are counted', async () => {
    const found = await connectionOf(init(), init(CLIENT_TAG, { at: 3 }), initAck(), cookieEcho(), cookieAck());
    expect(found.handshake).toMatchObject({ synRetransmissions: 1, connectTime: 3.03 });
  });
});

describe('the end of an association', () => {
  test('SHUTDOWN, SHUTDOWN ACK, SHUTDOWN COMPLETE', async () => {
    const found = await connectionOf(...opening, data(100), shutdown(), shutdownAck(), shutdownComplete());
    expect(found.close).toMatchObject({ style: 'graceful', firstCloser: 'client', finToAck: { client: 0.01 } });
    expect(found.close?.steps.map(({ frame, from, what }) => [frame, from, what])).toEqual([
      [6, 'client', 'FIN'],
      [7, 'server', 'ACK of FIN'],
      [7, 'server', 'FIN'],
      [8, 'client', 'ACK of FIN'],
    ]);
  });

  test('SHUTDOWN alone leaves it half-closed', async () => {
    expect((await connectionOf(...opening, shutdown())).close?.style).toBe('half-closed');
  });

  test.each<[string, Step, boolean]>([
    ['with the tag of its receiver', abort('server', CLIENT_TAG), true],
    ['with its own tag, the T bit says so', abort('server', SERVER_TAG, 1), true],
    ['with its own tag, and no T bit', abort('server', SERVER_TAG), false],
    ["with its receiver's tag and the T bit", abort('server', CLIENT_TAG, 1), false],
    ['with no tag of theirs', abort('server', 0x33), false],
  ])('ABORT %s', async (_, step, accepted) => {
    const found = await connectionOf(...opening, step);
    expect(found.resets).toMatchObject([{ from: 'server', accepted, receiverState: 'ESTABLISHED' }]);
    expect(found.close?.style).toBe(accepted ? 'reset' : 'open');
  });
});

describe('streams of packets', () => {
  test('payload is what DATA chunks carry', async () => {
    const found = await connectionOf(...opening, data(100), data(50));
    expect(found.fromClient).toMatchObject({ packets: 4, bytes: 150, uniqueBytes: 150, firstData: { frame: 5 } });
    expect(found.zeek.history).toContain('D');
  });

  test('an INIT after the close begins a new association', async () => {
    const closed = [...opening, shutdown(), shutdownAck(), shutdownComplete()];
    expect((await talk(...closed, init(0x77, { at: 5 }))).connections.map(({ stream }) => stream)).toEqual([0, 1]);
  });

  test('an INIT while it is open does not', async () => {
    expect((await talk(...opening, init(0x77, { at: 5 }))).connections).toHaveLength(1);
  });
});

describe('what ABORT leaves on the sockets', () => {
  test.each<[string, Step[], (string | null)[], string]>([
    ['for INIT', [init(), abort('server', CLIENT_TAG)], ['ECONNREFUSED', null], 'port-closed'],
    ['of the server', [...opening, abort('server', CLIENT_TAG)], ['ECONNRESET', null], 'abortive-close'],
    ['of the client', [...opening, abort('client', SERVER_TAG)], [null, 'ECONNRESET'], 'abortive-close'],
  ])('%s', async (_, steps, errors, cause) => {
    const { sockets, resets } = await connectionOf(...steps);
    expect([sockets.client.error, sockets.server.error]).toEqual(errors);
    expect(resets[0].cause).toBe(cause);
  });
});
