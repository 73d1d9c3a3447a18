import { describe, expect, test } from '@jest/globals';
import { c, connectionOf, handshake, type Step, s } from '../support/conversation.ts';

const rttOf = async (...steps: Step[]) => (await connectionOf(...steps)).fromClient.rtt;

/** A segment of the client and its acknowledgment so much later. */
const exchange = (rtt: number, length = 100) => [c.data(length), s.ack({ after: rtt })];

describe('RTT of what a side sends', () => {
  test('the handshake gives the first samples: SYN to SYN-ACK, SYN-ACK to ACK', async () => {
    const found = await connectionOf(c.syn(), s.synAck({ after: 0.03 }), c.ack({ after: 0.002 }));
    expect(found.fromClient.rtt).toEqual({ samples: 1, min: 0.03, mean: 0.03, max: 0.03, stdev: 0 });
    expect(found.fromServer.rtt).toMatchObject({ samples: 1, mean: 0.002 });
  });

  test('least, most, mean and standard deviation of all samples', async () => {
    // SYN 10 ms, then 20, 40 and 50: differences from the mean of 30 are 20, 10, 10, 20.
    const found = await rttOf(...handshake, ...[0.02, 0.04, 0.05].flatMap((rtt) => exchange(rtt)));
    expect(found).toMatchObject({ samples: 4, min: 0.01, max: 0.05, mean: 0.03 });
    expect(found?.stdev).toBeCloseTo(Math.sqrt((400 + 100 + 100 + 400) / 3) / 1000, 9);
  });

  test.each<[string, Step[], number]>([
    ['an ACK of two segments gives one, for the second', [c.data(10), c.data(10), s.ack({ after: 0.03 })], 0.03],
    ['a FIN gives one', [c.fin(), s.ack({ after: 0.03 })], 0.03],
    ['data of the peer that acknowledges gives one', [c.data(10), s.data(10, { after: 0.03 })], 0.03],
  ])('%s', async (_, steps, max) => {
    expect(await rttOf(...handshake, ...steps)).toMatchObject({ samples: 2, max });
  });

  test.each<[string, Step[]]>([
    ['a segment that is not acknowledged', [c.data(10)]],
    ['an ACK of a part of it', [c.data(10), s.ack({ ack: 5 })]],
    ['an ACK beyond it, which answers a segment that was not captured', [c.data(10), s.ack({ ack: 50 })]],
    ['an ACK that says the same again', [c.data(10), s.ack({ ack: 1 })]],
    ['an empty segment', [c.ack(), s.ack()]],
  ])('%s gives none', async (_, steps) => {
    expect((await rttOf(...handshake, ...steps))?.samples).toBe(1);
  });

  test('a side that sent nothing has none', async () => {
    expect((await connectionOf(c.syn())).fromServer.rtt).toBeNull();
  });
});

describe("Karn's rule: an ACK after a retransmission may be for either copy", () => {
  test.each<[string, Step[], number]>([
    ['the segment itself', [c.data(100), c.data(100, { seq: 1, after: 1 }), s.ack()], 1],
    ['what was in flight with it', [c.data(100), c.data(100), c.data(100, { seq: 1, after: 1 }), s.ack()], 1],
    ['a SYN', [c.syn({ after: 1 }), s.synAck(), c.ack()], 0],
    ['not what is sent after it', [c.data(9), c.data(9, { seq: 1, after: 1 }), c.data(9), s.ack({ after: 0.5 })], 2],
  ])('%s', async (name, steps, samples) => {
    const begin = name === 'a SYN' ? [c.syn()] : handshake;
    expect((await rttOf(...begin, ...steps))?.samples ?? 0).toBe(samples);
  });

  test('a retransmission of the other side does not matter', async () => {
    const steps = [
      s.data(10),
      c.data(100, { ack: 1 }),
      s.data(10, { seq: 1, ack: 1, after: 1 }),
      s.ack({ after: 0.5 }),
    ];
    expect(await rttOf(...handshake, ...steps)).toMatchObject({ samples: 2, max: 1.5 });
  });
});

test('at most four segments are timed at once: the fifth waits for its turn', async () => {
  const flight = Array.from({ length: 6 }, () => c.data(10));
  const acks = [11, 21, 31, 41, 51, 61].map((ack) => s.ack({ ack, after: 0.001 }));
  expect((await rttOf(...handshake, ...flight, ...acks))?.samples).toBe(1 + 4);
  expect((await rttOf(...handshake, ...flight, ...acks, ...exchange(0.02)))?.samples).toBe(1 + 4 + 1);
});

test('samples are taken across the wrap of sequence numbers', async () => {
  const wrap = [c.syn({ isn: 0xffff_fff0 }), s.synAck(), c.ack(), ...exchange(0.03), ...exchange(0.04)];
  expect(await rttOf(...wrap)).toMatchObject({ samples: 3, max: 0.04 });
});
