import { describe, expect, test } from '@jest/globals';
import { c, connectionOf, handshake, type Step, s, unseen } from '../support/conversation.ts';

/** The connection that these steps make after a handshake and 100 bytes of each side. */
const opened = (...steps: Step[]) => connectionOf(...handshake, c.data(100), s.data(100), c.ack(), ...steps);

const resetsOf = async (...steps: Step[]) => (await opened(...steps)).resets;

describe('an RST counts if its receiver accepts it', () => {
  test.each<[string, Step[], boolean, string]>([
    ['at what is expected next', [s.rst()], true, 'ESTABLISHED'],
    ['one before', [s.rst({ seq: 100 })], false, 'ESTABLISHED'],
    ['one beyond, inside the window', [s.rst({ seq: 102 })], false, 'ESTABLISHED'],
    ['outside of the window', [s.rst({ seq: 5_000_000 })], false, 'ESTABLISHED'],
    ['at the start, as a blind attack has it', [s.rst({ seq: 0 })], false, 'ESTABLISHED'],
    ['at what was acknowledged, behind data that got lost', [s.data(50), s.rst({ seq: 101 })], true, 'ESTABLISHED'],
    ['between what was acknowledged and sent', [s.data(50), s.rst({ seq: 120 })], false, 'ESTABLISHED'],
    ['in FIN-WAIT-1', [c.fin(), s.rst()], true, 'FIN-WAIT-1'],
    ['in FIN-WAIT-2', [c.fin(), s.ack(), s.rst()], true, 'FIN-WAIT-2'],
    ['in CLOSE-WAIT, at the FIN that was received', [s.fin(), c.ack(), s.rst({ seq: 101 })], true, 'CLOSE-WAIT'],
    ['in CLOSE-WAIT, behind the FIN', [s.fin(), c.ack(), s.rst({ seq: 102 })], true, 'CLOSE-WAIT'],
    ['in CLOSE-WAIT, two before', [s.fin(), c.ack(), s.rst({ seq: 100 })], false, 'CLOSE-WAIT'],
    ['in TIME-WAIT', [c.fin(), s.fin(), c.ack(), s.rst()], true, 'TIME-WAIT'],
  ])('%s', async (_, steps, accepted, receiverState) => {
    const { resets } = await opened(...steps);
    expect(resets).toEqual([expect.objectContaining({ from: 'server', accepted, receiverState })]);
  });

  test('one that is not accepted leaves the connection as it is', async () => {
    const found = await opened(s.rst({ seq: 102 }), c.data(10), s.ack());
    expect(found.close).toMatchObject({ style: 'open', state: { client: 'ESTABLISHED', server: 'ESTABLISHED' } });
    expect(found.fromServer.resets).toBe(1);
  });

  test('one that is accepted leaves both ends closed', async () => {
    const found = await opened(s.rst());
    expect(found.close).toMatchObject({
      style: 'reset',
      firstCloser: 'server',
      timeWait: null,
      state: { client: 'CLOSED', server: 'CLOSED' },
    });
    expect(found.close?.steps).toEqual([expect.objectContaining({ frame: 7, from: 'server', what: 'RST' })]);
  });

  test('the second one meets a closed endpoint', async () => {
    const found = await resetsOf(s.rst(), s.rst({ id: 1 }));
    expect(found.map(({ accepted, receiverState }) => [accepted, receiverState])).toEqual([
      [true, 'ESTABLISHED'],
      [false, 'CLOSED'],
    ]);
  });

  test('of a side that was never seen before, at what its peer acknowledged', async () => {
    const midstream = [c.data(10, { seq: 1, ack: 1 })];
    expect((await connectionOf(...midstream, s.rst({ seq: 1 }))).resets[0].accepted).toBe(true);
  });
});

test('a reset ends TIME-WAIT (RFC 9293 3.10.7.4)', async () => {
  const found = await opened(c.fin(), s.fin(), c.ack(), s.rst());
  expect(found.close).toMatchObject({ timeWait: null, state: { client: 'CLOSED', server: 'CLOSED' } });
});

describe('how a reset closes', () => {
  test.each<[string, Step[], string, string | null]>([
    ['before any FIN', [c.rst()], 'reset', 'client'],
    ['after the FIN of the other side', [c.fin(), s.rst()], 'reset-after-fin', 'client'],
    ['after its own FIN', [s.fin(), c.ack(), s.rst()], 'reset-after-fin', 'server'],
    ['in LAST-ACK: the last ACK is missing', [c.fin(), s.fin(), s.rst()], 'reset-after-fin', 'client'],
    [
      'after both FINs and their ACKs: nothing was left to reset',
      [c.fin(), s.fin(), c.ack(), s.rst()],
      'graceful',
      'client',
    ],
  ])('%s', async (_, steps, style, firstCloser) => {
    const found = await opened(...steps);
    expect([found.close?.style, found.close?.firstCloser]).toEqual([style, firstCloser]);
  });

  test('an RST that a late segment draws from a closed socket changes nothing', async () => {
    const found = await opened(c.fin(), s.fin(), c.ack(), c.rst({ seq: 102 }), c.rst({ seq: 102, id: 1 }));
    expect(found.close).toMatchObject({ style: 'graceful', state: { client: 'TIME-WAIT', server: 'CLOSED' } });
    expect(found.resets.map((reset) => reset.accepted)).toEqual([false, false]);
  });
});

test('the first 16 resets are kept, all are counted', async () => {
  const resets = Array.from({ length: 20 }, (_, i) => s.rst({ id: i + 1, seq: 5000 + i }));
  const found = await opened(...resets);
  expect([found.resets.length, found.fromServer.resets]).toEqual([16, 20]);
  expect(found.resets.map((reset) => reset.frame)).toEqual(Array.from({ length: 16 }, (_, i) => 7 + i));
});

test('a reset connection of which the capture has nothing but the RST', async () => {
  const found = await connectionOf(unseen(c.data(10, { seq: 1 })), s.rst({ seq: 1 }));
  expect(found.close).toMatchObject({ style: 'reset', firstCloser: null });
  expect(found.handshake?.outcome).toBe('not-captured');
});
