import { describe, expect, test } from '@jest/globals';
import { c, connectionOf, handshake, type Step, s } from '../support/conversation.ts';

/** Bytes from the first to before the second, as the client sends them. */
type Range = [from: number, to: number];
const segments = (ranges: Range[]): Step[] => ranges.map(([from, to]) => c.data(to - from, { seq: from }));

/** What a bitmap says. */
function covered(ranges: Range[]): number {
  const seen = new Set<number>();
  for (const [from, to] of ranges) for (let i = from; i < to; i++) seen.add(i);
  return seen.size;
}

async function uniqueBytes(...steps: Step[]): Promise<number> {
  return (await connectionOf(...steps)).fromClient.uniqueBytes;
}

const every = (step: number, from: number, count: number): Range[] =>
  Array.from({ length: count }, (_, i) => [from + i * step, from + i * step + 10]);

const cases: Record<string, Range[]> = {
  'in order': [
    [1, 101],
    [101, 201],
  ],
  'sent again': [
    [1, 101],
    [1, 101],
    [1, 101],
  ],
  'sent again in smaller pieces': [
    [1, 101],
    [1, 41],
    [41, 101],
  ],
  'sent again with more behind': [
    [1, 101],
    [51, 151],
  ],
  'a gap that stays': [
    [1, 101],
    [201, 301],
  ],
  'a gap that is filled': [
    [1, 101],
    [201, 301],
    [101, 201],
  ],
  'a gap that is filled from the left': [
    [1, 101],
    [201, 301],
    [101, 150],
  ],
  'a gap that is filled from the right': [
    [1, 101],
    [201, 301],
    [150, 201],
  ],
  'a gap that is filled in its middle, then whole': [
    [1, 101],
    [201, 301],
    [140, 160],
    [101, 201],
  ],
  'a gap that is filled with what is beside it': [
    [1, 101],
    [201, 301],
    [51, 251],
  ],
  'a segment over several gaps and beyond': [
    [1, 11],
    [21, 31],
    [41, 51],
    [61, 71],
    [5, 100],
  ],
  'several gaps, filled in any order': [...every(20, 1, 5), [31, 41], [11, 21], [71, 81], [51, 61]],
  'one of four gaps filled in its middle, others whole': [...every(20, 1, 4), [35, 37], [31, 41], [11, 21]],
  'a gap split while there is no room: its left part is remembered': [...every(20, 1, 5), [35, 37], [31, 35]],
};

describe('each byte of the sequence space counts once', () => {
  test.each(Object.entries(cases))('%s', async (_, ranges) => {
    expect(await uniqueBytes(...handshake, ...segments(ranges))).toBe(covered(ranges));
  });

  test.each(Object.entries(cases))('%s, across the wrap', async (_, ranges) => {
    const wrap = [c.syn({ isn: 0xffff_ffff - 60 }), s.synAck(), c.ack()];
    expect(await uniqueBytes(...wrap, ...segments(ranges))).toBe(covered(ranges));
  });

  test('data in a SYN comes behind its number', async () => {
    expect(await uniqueBytes(c.syn({ length: 20 }), s.synAck({ ack: 1 }), c.data(30, { seq: 1 }))).toBe(30);
    // The SYN is sent again with its data: the same bytes.
    expect(await uniqueBytes(c.syn({ length: 20 }), c.syn({ length: 20, at: 1 }), s.synAck({ ack: 21, at: 1.1 }))).toBe(
      20,
    );
  });

  test('a FIN is no byte', async () => {
    expect(await uniqueBytes(...handshake, c.fin({ length: 10 }), c.fin({ seq: 11, after: 1 }))).toBe(10);
  });

  test('both directions are counted apart', async () => {
    const found = await connectionOf(...handshake, c.data(10), s.data(500), s.data(500, { seq: 1, after: 1 }));
    expect([found.fromClient.uniqueBytes, found.fromServer.uniqueBytes]).toEqual([10, 500]);
    expect([found.fromClient.bytes, found.fromServer.bytes]).toEqual([10, 1000]);
  });
});

describe('of more than four gaps the oldest is given up', () => {
  const fiveGaps = every(20, 1, 6);
  test.each<[string, Range, number]>([
    ['what fills it later does not count', [11, 21], 60],
    ['the second is still known', [31, 41], 70],
    ['the last is still known', [91, 101], 70],
  ])('%s', async (_, fill, expected) => {
    expect(await uniqueBytes(...handshake, ...segments([...fiveGaps, fill]))).toBe(expected);
  });
});

test('after a jump of a gigabyte, which is no gap of one stream, counting starts anew', async () => {
  const far = (1 << 30) + 301;
  const jump: Range[] = [
    [1, 101],
    [201, 301],
    [far, far + 10],
  ];
  const uncounted: Range[] = [
    [101, 201],
    [50_000, 50_010],
  ];
  expect(await uniqueBytes(...handshake, ...segments([...jump, ...uncounted]))).toBe(210);
});
