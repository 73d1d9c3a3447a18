import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { PacketView } from '../../parsers/packet-view.ts';
import { openStream } from '../../src/capture/input.ts';
import { bytes, hex, zeros } from '../support/packets.ts';
import { numbers, pcapHeader, pcapRecord, readBytes } from './support/capture-files.ts';

const { u32 } = numbers(true);

/** Six packets of 40 bytes; the compressed forms below were made of this file by zstd 1.5 and lz4 1.9. */
const data = (index: number) => Uint8Array.from({ length: 40 }, (_, at) => (index * 7 + at) % 13);
const FILE = bytes(
  pcapHeader(),
  ...Array.from({ length: 6 }, (_, index) => pcapRecord([1_700_000_000 + index, index, 40, 40], data(index))),
);
const ZSTD = hex(
  `28b52ffd646800cd0200f2830d14d0e710518add02383a02057c444444448424490167dc3950dc294cb833e09d08ee54091d53c81001
   4157dbded9b6a0a2a2c89a7b010e20806c9a0714a0b82cc071598089b5bc84632517f40c6c3308c83ee4badd3867351af8`,
);
const LZ4 = hex(
  `04224d186c406801000000000000fe7200000086d4c3b2a102000400010030040001070030f15365070013280400df00010203040506
   0708090a0b0c0d000947f153650138000f31000f020d005702f153650238000f6f00155703f153650338000f6f0014670804f1536504
   38000f6f0014670205f153650538000f6f0010500506070809000000004712fca4`,
);

const SKIPPABLE = bytes(u32(0x184d2a53), u32(5), zeros(5));
const zstdFrame = (...blocks: Uint8Array[]) => bytes(u32(0xfd2fb528), 0x00, 0x38, ...blocks); // window 128 KB
const zstdBlock = (type: number, size: number, last: boolean, body: Uint8Array) =>
  bytes(u32((size << 3) | (type << 1) | Number(last)).subarray(0, 3), body);
const zstdRaw = (body: Uint8Array) => zstdFrame(zstdBlock(0, body.length, true, body));
const lz4Frame = (...blocks: Uint8Array[]) => bytes(u32(0x184d2204), 0x40, 0x40, 0, ...blocks, u32(0));
const lz4Stored = (body: Uint8Array) => bytes(u32((0x80000000 + body.length) >>> 0), body);

const whole = readBytes(FILE);
const half = FILE.length / 2;

describe('captures are decompressed by their content', () => {
  test.each<[string, string, Uint8Array]>([
    ['gzip', 'gzip', gzipSync(FILE)],
    ['gzip of several members', 'gzip', bytes(gzipSync(FILE.subarray(0, half)), gzipSync(FILE.subarray(half)))],
    ['gzip with bytes behind it', 'gzip', bytes(gzipSync(FILE), 'garbage')],
    ['gzip padded with zeros', 'gzip', bytes(gzipSync(FILE), zeros(1000))],
    ['zstd', 'zstd', ZSTD],
    ['zstd of several frames', 'zstd', bytes(zstdRaw(FILE.subarray(0, half)), SKIPPABLE, zstdRaw(FILE.subarray(half)))],
    ['zstd behind a skippable frame', 'zstd', bytes(SKIPPABLE, ZSTD)],
    ['lz4', 'lz4', LZ4],
    [
      'lz4 of several frames',
      'lz4',
      bytes(lz4Frame(lz4Stored(FILE.subarray(0, half))), lz4Frame(lz4Stored(FILE.subarray(half)))),
    ],
    ['lz4 with a skippable frame behind it', 'lz4', bytes(LZ4, SKIPPABLE)],
  ])('%s', async (_name, compression, file) => {
    for (const pieceSize of [file.length, 1]) {
      const { packets, warnings, captures } = await readBytes(file, pieceSize);
      expect(packets).toEqual((await whole).packets);
      expect(warnings).toEqual([]);
      expect(captures[0]).toMatchObject({ compression, packets: 6, cut: null });
    }
  });

  test('linked lz4 blocks copy from the blocks before, as far as 64 KB back', async () => {
    const first = bytes(
      pcapHeader(),
      pcapRecord(
        [1, 0, 20, 20],
        Uint8Array.from({ length: 20 }, (_, at) => at),
      ),
    );
    // No literals, one match of 36 bytes 36 bytes back (the record again), then a last sequence of one literal.
    const again = bytes(0x0f, 36, 0, 36 - 15 - 4, 0x10, 0xff);
    const { packets } = await readBytes(lz4Frame(lz4Stored(first), bytes(u32(again.length), again)));
    expect(packets.map((packet) => packet.data)).toEqual([packets[0].data, packets[0].data]);
  });
});

describe('compressed data that end too early', () => {
  test.each<[string, Uint8Array]>([
    ['gzip', gzipSync(FILE)],
    ['zstd', ZSTD],
    ['lz4', LZ4],
  ])('%s cut at any byte: what can be decompressed is read, and the cut is named', async (name, file) => {
    for (let length = 4; length < file.length; length++) {
      const { packets, warnings, error } = await readBytes(file.subarray(0, length));
      if (error === null) {
        expect(packets).toEqual((await whole).packets.slice(0, packets.length));
        expect(warnings).toHaveLength(1);
        expect(warnings[0]).toMatch(
          /^pipe: cut short after frame \d, at byte \d+: the (gzip|zstd|lz4) data end in the middle$/,
        );
      } else {
        expect(error).toContain(`the ${name} data end in the middle`);
      }
    }
  });

  test('a cut gzip gives every packet that had come before the cut', async () => {
    const random = Uint8Array.from({ length: 200_000 }, (_, at) => Math.imul(at, 0x9e3779b1) >>> 13);
    const long = bytes(FILE, pcapRecord([2, 0, 200_000, 200_000], random));
    const { packets, warnings } = await readBytes(gzipSync(long).subarray(0, -60));
    expect(packets).toEqual((await whole).packets);
    expect(warnings[0]).toContain('after frame 6, at byte 360: the gzip data end in the middle');
  });

  test.each<[string, Uint8Array]>([
    ['gzip', bytes(gzipSync(FILE).subarray(0, 60), zeros(60))],
    [
      'zstd with another block type',
      zstdFrame(zstdBlock(0, FILE.length, false, FILE), zstdBlock(3, 0, true, zeros(0))),
    ],
    ['zstd with other bytes behind it', bytes(ZSTD, 'garbage')],
    ['lz4 with a match before its beginning', lz4Frame(lz4Stored(FILE), bytes(u32(5), hex('0f ffff 00 00')))],
    ['lz4 with a block longer than its frame allows', lz4Frame(lz4Stored(FILE), u32(65_537), zeros(65_537))],
  ])('damaged: %s', async (_name, file) => {
    const { warnings, error } = await readBytes(file);
    expect(error ?? warnings[0]).toMatch(/data are damaged/);
  });

  test('a zstd window larger than zstd itself accepts is not allocated', async () => {
    const { error } = await readBytes(bytes(u32(0xfd2fb528), 0x00, 0xa8, zeros(20)));
    expect(error).toBe(
      'pipe: the zstd data need 2048 MB to decompress: decompress them first (zstd -dc --long=31 FILE | sockscope -)',
    );
  });

  test('what is compressed must be a capture', async () => {
    expect((await readBytes(gzipSync('hello world'))).error).toMatch(/^pipe: not a capture: starts with 68 65 6c 6c/);
    expect((await readBytes(gzipSync(''))).error).toBe('pipe: empty once decompressed from gzip');
  });
});

describe('data that expand a thousandfold need no more memory', () => {
  const MEGABYTES = 400;
  // Where every byte is 1, a record is a USB transfer of 16,843,009 bytes.
  const header = pcapHeader({ link: 249 });
  const ones = new Uint8Array(20 * 1024 * 1024).fill(1);
  const run = (at: number) => zstdBlock(1, 128 * 1024, at === MEGABYTES * 8 - 1, Uint8Array.of(1));
  test.each<[string, Uint8Array]>([
    ['zstd', zstdFrame(zstdBlock(0, 24, false, header), ...Array.from({ length: MEGABYTES * 8 }, (_, at) => run(at)))],
    ['gzip', bytes(gzipSync(header), ...Array(MEGABYTES / 20).fill(gzipSync(ones)))],
  ])('%s', async (_name, file) => {
    const input = await openStream(Readable.from([file], { objectMode: false }), 'pipe');
    const before = process.memoryUsage().arrayBuffers;
    const view = new PacketView();
    let most = 0;
    while (await input.fill()) {
      while (input.next(view)) expect(view.originalLength).toBe(0x01010101);
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    expect(input.captures[0].packets).toBe(25);
    expect(most).toBeLessThan(120 * 1024 * 1024); // some of it garbage that was not yet collected
  });
});
