import { describe, expect, test } from '@jest/globals';
import type { Close } from '../../src/record.ts';
import { c, connectionOf, firstOf, handshake, type Step, s, unseen, watchedTo } from '../support/conversation.ts';

async function closeOf(...steps: Step[]): Promise<Close> {
  const { close } = await firstOf(...handshake, ...steps);
  if (close === null) throw new Error('no close');
  return close;
}

async function states(steps: Step[]): Promise<(string | undefined)[]> {
  const { close } = await connectionOf(...steps);
  return [close?.state.client, close?.state.server];
}

describe('states of both ends, at every point where the capture may stop', () => {
  const opening: [Step, string, string][] = [
    [c.syn(), 'SYN-SENT', 'CLOSED'],
    [s.synAck(), 'ESTABLISHED', 'SYN-RECEIVED'],
    [c.ack(), 'ESTABLISHED', 'ESTABLISHED'],
  ];
  const orders: Record<string, [Step, string, string][]> = {
    'client first': [
      [c.fin(), 'FIN-WAIT-1', 'ESTABLISHED'],
      [s.ack(), 'FIN-WAIT-2', 'CLOSE-WAIT'],
      [s.fin(), 'FIN-WAIT-2', 'LAST-ACK'],
      [c.ack(), 'TIME-WAIT', 'CLOSED'],
    ],
    'server first, in three segments': [
      [s.fin(), 'ESTABLISHED', 'FIN-WAIT-1'],
      [c.fin(), 'LAST-ACK', 'FIN-WAIT-2'],
      [s.ack(), 'CLOSED', 'TIME-WAIT'],
    ],
    'both at once': [
      [c.fin(), 'FIN-WAIT-1', 'ESTABLISHED'],
      [s.fin({ ack: 1 }), 'FIN-WAIT-1', 'FIN-WAIT-1'],
      [c.ack(), 'CLOSING', 'FIN-WAIT-2'],
      [s.ack(), 'TIME-WAIT', 'TIME-WAIT'],
    ],
  };
  const table = Object.entries(orders).flatMap(([name, steps]) => {
    const whole = [...opening, ...steps];
    const from = name === 'client first' ? 1 : opening.length + 1;
    return whole.slice(from - 1).map((_, i) => ({ name, whole, count: from + i }));
  });

  test.each(table.map((row) => [row.name, row.count, row] as const))('%s: after %i', async (_, count, { whole }) => {
    const [, client, server] = whole[count - 1];
    expect(await states(whole.slice(0, count).map(([step]) => step))).toEqual([client, server]);
  });
});

describe('an orderly close', () => {
  test('the client first', async () => {
    const found = await closeOf(c.fin(), s.ack(), s.fin({ after: 0.5 }), c.ack({ after: 0.02 }));
    expect(found).toMatchObject({ style: 'graceful', firstCloser: 'client', timeWait: 'client' });
    expect(found.finToAck).toEqual({ client: 0.01, server: 0.02 });
    expect(found.closeWait).toEqual({ client: null, server: 0.51 });
    expect(found.steps.map(({ frame, from, what }) => [frame, from, what])).toEqual([
      [4, 'client', 'FIN'],
      [5, 'server', 'ACK of FIN'],
      [6, 'server', 'FIN'],
      [7, 'client', 'ACK of FIN'],
    ]);
  });

  test('the server first', async () => {
    const found = await closeOf(s.fin(), c.fin(), s.ack());
    expect(found).toMatchObject({ style: 'graceful', firstCloser: 'server', timeWait: 'server' });
    expect(found.closeWait).toEqual({ client: 0.01, server: null });
    // One segment acknowledges the FIN and is one.
    expect(found.steps.map(({ frame, what }) => [frame, what])).toEqual([
      [4, 'FIN'],
      [5, 'ACK of FIN'],
      [5, 'FIN'],
      [6, 'ACK of FIN'],
    ]);
  });

  test('both at once: neither FIN knows of the other', async () => {
    const found = await closeOf(c.fin(), s.fin({ ack: 1 }), c.ack(), s.ack());
    expect(found).toMatchObject({ style: 'simultaneous', firstCloser: 'both', timeWait: 'both' });
    expect(found.closeWait).toEqual({ client: null, server: null });
  });

  test.each([
    ['before the RST', [c.data(7), c.fin(), s.fin({ ack: 1 }), c.ack(), s.rst({ seq: 1 })]],
    ['on both sides of it', [s.fin(), c.data(7, { ack: 1 }), s.rst({ seq: 1 }), c.fin({ ack: 1 }), c.ack({ ack: 2 })]],
  ])('both at once, and an RST for what one of them still sent: FINs %s', async (_, steps) => {
    expect(await closeOf(...steps)).toMatchObject({ style: 'reset-after-fin', firstCloser: 'both' });
  });

  test('the server first, and an RST for what crossed its FIN: the FIN of the client answers that', async () => {
    const found = await closeOf(c.data(7), s.fin({ ack: 1 }), c.fin({ ack: 2 }), s.rst({ seq: 1 }));
    expect(found).toMatchObject({ style: 'reset-after-fin', firstCloser: 'server' });
  });

  test('a FIN with data is acknowledged behind the data', async () => {
    expect((await closeOf(c.fin({ length: 10 }), s.ack({ ack: 11 }))).state.client).toBe('FIN-WAIT-1');
    expect((await closeOf(c.fin({ length: 10 }), s.ack({ ack: 12 }))).state.client).toBe('FIN-WAIT-2');
  });
});

describe('a FIN', () => {
  test('that comes again is the same: its first time counts, and the first ACK of it', async () => {
    const found = await closeOf(c.data(5), c.fin(), c.fin({ at: 0.3, seq: 6 }), s.ack({ at: 0.31 }), s.ack());
    expect(found.finToAck.client).toBeCloseTo(0.31 - 0.04, 9);
    expect(found.steps.map(({ frame, what }) => [frame, what])).toEqual([
      [5, 'FIN'],
      [7, 'ACK of FIN'],
    ]);
  });

  test.each([
    ['an ACK of the data before it', 6],
    ['an ACK beyond what was sent', 9],
  ])('is not acknowledged by %s', async (_, ack) => {
    const found = await closeOf(c.data(5), c.fin(), s.ack({ ack }));
    expect([found.finToAck.client, found.state]).toEqual([null, { client: 'FIN-WAIT-1', server: 'ESTABLISHED' }]);
  });

  test('is acknowledged by an RST of the peer no more than by silence', async () => {
    const found = await closeOf(c.fin(), s.rstAck());
    expect([found.finToAck.client, found.style]).toEqual([null, 'reset-after-fin']);
  });

  test('of the second side is late while the first one is not acknowledged in the capture', async () => {
    const found = await closeOf(c.fin(), unseen(s.ack()), s.fin());
    expect([found.style, found.closeWait.server]).toEqual(['graceful', 0.02]);
  });
});

describe('a half-closed connection', () => {
  test('has one FIN; the other side may send on', async () => {
    const found = await closeOf(c.fin(), s.ack(), s.data(100), c.ack(), s.data(100), c.ack());
    expect(found).toMatchObject({ style: 'half-closed', firstCloser: 'client', timeWait: null });
    expect(found.state).toEqual({ client: 'FIN-WAIT-2', server: 'CLOSE-WAIT' });
  });

  test('is closed with the second FIN, however late', async () => {
    const found = await closeOf(c.fin(), s.ack(), s.data(100), s.fin({ at: 100 }), c.ack());
    expect(found.style).toBe('graceful');
    expect(found.closeWait.server).toBeCloseTo(99.97, 6);
  });
});

describe('no close', () => {
  test('a connection that goes on is open', async () => {
    const found = await closeOf(c.data(5), s.ack());
    expect(found).toMatchObject({ style: 'open', firstCloser: null, steps: [], timeWait: null });
    expect(found.finToAck).toEqual({ client: null, server: null });
  });

  const again = (count: number) => Array.from({ length: count }, (_, i) => c.data(100, { at: 1 + 2 ** i, seq: 1 }));

  test('data that is sent again three times without an answer was abandoned', async () => {
    expect((await closeOf(c.data(100), ...again(2))).style).toBe('open');
    expect((await closeOf(c.data(100), ...again(3), watchedTo(9))).style).toBe('open');
    expect((await closeOf(c.data(100), ...again(3), watchedTo(13))).style).toBe('abandoned');
    expect((await closeOf(c.data(100), ...again(3), s.ack())).style).toBe('open');
  });

  test('so were three keep-alive probes without an answer', async () => {
    const probes = Array.from({ length: 3 }, () => c.ack({ after: 75, seq: 0 }));
    expect((await closeOf(...probes, watchedTo(400))).style).toBe('abandoned');
    expect((await closeOf(...probes.flatMap((probe) => [probe, s.ack()]))).style).toBe('open');
  });
});

describe('a FIN that acknowledges one that stands behind it in the file', () => {
  const open = [...handshake, c.data(9), s.ack()];

  test('was sent after that: it closed second', async () => {
    const swapped = [s.fin({ ack: 11, at: 2.0001 }), c.fin({ ack: 1, at: 2 }), c.ack({ at: 2.001 })];
    const { close } = await connectionOf(...open, ...swapped);
    expect(close).toMatchObject({
      style: 'graceful',
      firstCloser: 'client',
      timeWait: 'client',
      state: { client: 'TIME-WAIT', server: 'CLOSED' },
    });
    expect(close?.finToAck.client).toBeCloseTo(0.0001, 9);
    expect(close?.closeWait.server).toBeCloseTo(0.0001, 9);
  });

  test('is another than one that crossed it', async () => {
    const { close } = await connectionOf(...open, s.fin({ at: 2 }), c.fin({ ack: 1, at: 2 }), c.ack(), s.ack());
    expect(close).toMatchObject({ style: 'simultaneous', firstCloser: 'both' });
  });
});

test('SYN-ACKs again and again connect nobody, and an ACK that the server did not take does not either', async () => {
  expect(await states([c.syn(), s.synAck(), s.synAck({ at: 1.01 })])).toEqual(['SYN-SENT', 'SYN-RECEIVED']);
  const ignored = [...handshake, c.data(9), s.synAck({ seq: 0, ack: 1, at: 1.1 }), c.ack()];
  expect(await states(ignored)).toEqual(['ESTABLISHED', 'SYN-RECEIVED']);
  expect(await states([...ignored, s.ack()])).toEqual(['ESTABLISHED', 'ESTABLISHED']);
});

test('the RST of a client whose server is not in the capture is accepted: it goes on as after a handshake', async () => {
  const steps = [c.syn(), unseen(s.synAck()), c.ack(), c.data(9), unseen(s.ack()), c.rstAck()];
  const { resets, close } = await connectionOf(...steps);
  expect(resets).toMatchObject([{ from: 'client', accepted: true }]);
  expect(close?.style).toBe('reset');
});
