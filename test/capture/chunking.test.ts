import { describe, expect, jest, test } from '@jest/globals';
import { openStream } from '../../src/capture/input.ts';
import { bytes, zeros } from '../support/packets.ts';
import { pcapHeader, pcapng, pcapRecord, readBytes, readInput, readPieces, slowPipe } from './support/capture-files.ts';

const ng = pcapng();

/** Packets of many lengths, so that pieces end in headers, data and padding alike. */
function payload(index: number): Uint8Array {
  return Uint8Array.from({ length: (index * 37) % 300 }, (_, at) => (index + at) & 0xff);
}

const indexes = Array.from({ length: 60 }, (_, index) => index);
const FILES: [string, Uint8Array][] = [
  ['pcap', bytes(pcapHeader(), ...indexes.map((n) => pcapRecord([n, n, payload(n).length, 400], payload(n))))],
  [
    'pcapng',
    bytes(
      ng.section(),
      ng.interface(1),
      ...indexes.map((n) => ng.enhanced(0, BigInt(n), payload(n))),
      ng.block(10, zeros(999)),
    ),
  ],
];

/** A small generator of pseudo-random numbers (mulberry32), so that a failure can be repeated. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function randomPieces(file: Uint8Array, random: () => number, longest: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < file.length; ) {
    const length = 1 + Math.floor(random() * longest);
    pieces.push(file.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

describe.each(FILES)('%s', (_name, file) => {
  test.each([1, 2, 3, 7, 64, 1000])('pieces of %p bytes give what the whole gives', async (size) => {
    expect(await readBytes(file, size)).toEqual(await readBytes(file));
  });

  test.each([1, 2, 3])('random pieces and chunk sizes give what the whole gives, seed %p', async (seed) => {
    const whole = await readBytes(file);
    const random = seeded(seed);
    for (const chunkSize of [1, 5, 100, 4096]) {
      expect(await readPieces(randomPieces(file, random, 200), chunkSize)).toEqual(whole);
    }
  });

  test('cut at any byte: everything before is read, and the cut is named', async () => {
    const whole = await readBytes(file);
    for (let length = 0; length < file.length; length += length < 300 ? 1 : 97) {
      const { packets, warnings, captures, error } = await readBytes(file.subarray(0, length));
      if (error !== null) {
        expect(length).toBeLessThan(24);
        expect(error).toMatch(/^pipe: (empty|not a capture|a pcap(ng)? file cut short in its header)/);
        continue;
      }
      expect(packets).toEqual(whole.packets.slice(0, packets.length));
      const [{ cut }] = captures;
      expect(warnings).toEqual(cut ? [`pipe: ${cut.message}`] : []);
      if (cut) {
        expect(cut).toMatchObject({ frame: packets.length });
        expect(cut.message).toContain(
          `cut short after frame ${packets.length}: of the record at byte ${cut.offset} only`,
        );
      }
    }
  });

  test('flipped bytes never throw anything but a clean error, and end', async () => {
    const random = seeded(7);
    for (let round = 0; round < 300; round++) {
      const damagedFile = file.slice();
      for (let flips = 0; flips < 3; flips++)
        damagedFile[Math.floor(random() * file.length)] = Math.floor(random() * 256);
      const { packets, error } = await readBytes(damagedFile, 512);
      expect(error === null || packets.length === 0).toBe(true);
    }
  });
});

test('a long record that comes in small pieces is not moved for each of them', async () => {
  const move = jest.spyOn(Uint8Array.prototype, 'copyWithin');
  const file = bytes(pcapHeader(), pcapRecord([1, 2, 262_144, 262_144], zeros(262_144)));
  const { packets } = await readPieces([file], 64);
  const moved = move.mock.calls.reduce((sum, [, start = 0, end = 0]) => sum + end - start, 0);
  move.mockRestore();
  expect(packets).toHaveLength(1);
  expect(moved).toBeLessThan(2 * file.length); // for each of them: 500 million bytes
});

test('packets of a pipe are handed out as they come, before the pipe goes on', async () => {
  const record = pcapRecord([1, 2, 4, 4], zeros(4));
  const pieces = [pcapHeader(), record, record.subarray(0, 10), bytes(record.subarray(10), record)];
  const pipe = slowPipe(pieces);
  const seen: number[] = [];
  await readInput(async (onWarning) => {
    const input = await openStream(pipe, 'pipe', { onWarning });
    const { fill, next } = { fill: input.fill.bind(input), next: input.next.bind(input) };
    let packets = 0;
    input.next = (view) => {
      const found = next(view);
      if (found) packets++;
      return found;
    };
    input.fill = async () => {
      seen.push(packets);
      return fill();
    };
    return input;
  });
  expect([...new Set(seen)]).toEqual([0, 1, 3]);
});
