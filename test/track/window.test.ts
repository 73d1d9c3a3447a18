import { describe, expect, test } from '@jest/globals';
import { c, connectionOf, handshake, type Step, s } from '../support/conversation.ts';
import { tcpOption } from '../support/packets.ts';

const scaled = (shift: number) => ({ options: tcpOption.windowScale(shift) });

describe('zero window', () => {
  test.each<[string, Step, number]>([
    ['an ACK', s.ack({ window: 0 }), 1],
    ['data', s.data(10, { window: 0 }), 1],
    ['not: a window of one', s.ack({ window: 1 }), 0],
    ['not: a FIN', s.fin({ window: 0 }), 0],
    ['not: an RST', s.rst({ window: 0 }), 0],
  ])('%s', async (_, step, zeroWindows) => {
    expect((await connectionOf(...handshake, c.data(100), step)).fromServer.zeroWindows).toBe(zeroWindows);
  });
});

describe('zero window probe', () => {
  const closed = [...handshake, c.data(100), s.ack({ window: 0 })];

  test.each<[string, Step[], number]>([
    ['one byte into a closed window', [c.data(1)], 1],
    ['again and again', [c.data(1), s.ack({ ack: 101, window: 0 }), c.data(1, { seq: 101, after: 1 })], 2],
    ['not: two bytes', [c.data(2)], 0],
    ['not: an empty segment', [c.ack()], 0],
    ['not: into an open window', [s.ack({ window: 1 }), c.data(1)], 0],
    ['not: the byte before', [c.data(1, { seq: 100 })], 0],
  ])('%s', async (_, steps, probes) => {
    expect((await connectionOf(...closed, ...steps)).fromClient.zeroWindowProbes).toBe(probes);
  });

  test('its byte sent again as data is no retransmission', async () => {
    const steps = [
      c.data(1),
      s.ack({ ack: 101, window: 0 }),
      s.ack({ ack: 101, window: 500 }),
      c.data(50, { seq: 101 }),
    ];
    const found = await connectionOf(...closed, ...steps, s.ack());
    expect(found.fromClient).toMatchObject({ zeroWindowProbes: 1, retransmissions: 0, uniqueBytes: 150, bytes: 151 });
    expect(found.fromServer).toMatchObject({ duplicateAcks: 0, windowUpdates: 1 });
  });
});

describe('window full', () => {
  const fills = async (...steps: Step[]) => (await connectionOf(...steps)).fromClient.windowFull;

  test.each([
    [99, 0],
    [100, 1],
    [101, 0],
  ])('%i bytes into a window of 100', async (length, windowFull) => {
    expect(await fills(c.syn(), s.synAck({ window: 100 }), c.ack(), c.data(length))).toBe(windowFull);
  });

  test('the window counts from the last acknowledgment', async () => {
    const open = [c.syn(), s.synAck({ window: 100 }), c.ack(), c.data(60)];
    expect(await fills(...open, c.data(40))).toBe(1);
    expect(await fills(...open, s.ack({ window: 100 }), c.data(40))).toBe(0);
  });

  describe('with window scaling', () => {
    const offers = [c.syn(scaled(2)), s.synAck({ window: 100, ...scaled(7) }), c.ack()];

    test('the window of the SYN-ACK is not scaled, those after it are', async () => {
      expect(await fills(...offers, c.data(100))).toBe(1);
      expect(await fills(...offers, c.data(1), s.ack({ window: 2 }), c.data(256))).toBe(1);
      expect(await fills(...offers, c.data(1), s.ack({ window: 2 }), c.data(2))).toBe(0);
    });

    test('which only one side offers windows are not scaled', async () => {
      for (const offers of [
        [c.syn(scaled(2)), s.synAck()],
        [c.syn(), s.synAck(scaled(7))],
      ]) {
        expect(await fills(...offers, c.ack(), c.data(1), s.ack({ window: 2 }), c.data(2))).toBe(1);
        const toClient = await connectionOf(...offers, c.ack(), s.data(1), c.ack({ window: 2 }), s.data(2));
        expect(toClient.fromServer.windowFull).toBe(1);
      }
    });
  });

  test('is not told where the handshake is not in the capture: the scale is not known', async () => {
    expect(await fills(c.data(1, { seq: 1 }), s.ack({ window: 2 }), c.data(2))).toBe(0);
  });
});

describe('window update', () => {
  test.each<[string, Step, number]>([
    ['a larger window and no other news', s.ack({ window: 1000 }), 1],
    ['a smaller one', s.ack({ window: 5 }), 1],
    ['not: the same window', s.ack({ window: 10 }), 0],
    ['not: a closed one', s.ack({ window: 0 }), 0],
    ['not: with data', s.data(1, { window: 1000 }), 0],
  ])('%s', async (_, step, windowUpdates) => {
    const found = await connectionOf(...handshake, c.data(100), s.ack({ window: 10 }), step);
    expect(found.fromServer.windowUpdates).toBe(windowUpdates);
  });

  test('not: with a new acknowledgment', async () => {
    const found = await connectionOf(...handshake, c.data(100), s.ack({ window: 10 }), c.data(5), s.ack({ window: 9 }));
    expect(found.fromServer.windowUpdates).toBe(0);
  });
});

describe('how long a window was closed', () => {
  const closed = [...handshake, c.data(100), s.ack({ at: 1, window: 0 })];

  test.each<[string, Step[], number]>([
    ['until it opens', [s.ack({ at: 3.5, window: 10 }), c.data(10, { at: 9 })], 2.5],
    ['said again and again', [s.ack({ at: 2, window: 0 }), s.ack({ at: 4, window: 10 })], 3],
    ['twice', [s.ack({ at: 2, window: 1 }), s.ack({ at: 3, window: 0 }), s.ack({ at: 3.5, window: 1 })], 1.5],
    ['until the last packet where it never opens', [c.data(1, { at: 8 })], 7],
    ['an RST says nothing of a window', [s.rst({ at: 2, seq: 99, window: 5 }), c.data(1, { at: 8 })], 7],
  ])('%s', async (_, steps, zeroWindowTime) => {
    const found = await connectionOf(...closed, ...steps);
    expect([found.fromServer.zeroWindowTime, found.fromClient.zeroWindowTime]).toEqual([zeroWindowTime, 0]);
  });
});
