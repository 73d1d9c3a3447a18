import { describe, expect, test } from '@jest/globals';
import { pcapng, readBytes } from '../../capture/support/capture-files.ts';
import { bytes, hex, zeros } from '../../support/packets.ts';

const DATA = hex('0102030405');
const TEXT = '0102030405';
const MICROSECONDS = 1_700_000_000_000_001n;
const TIME = '1700000000.000001000';

const little = pcapng(true);
const big = pcapng(false);

describe.each([
  ['little endian', little],
  ['big endian', big],
])('%s', (_name, ng) => {
  test('enhanced, obsolete and simple packet blocks', async () => {
    const { packets, warnings, captures } = await readBytes(
      bytes(
        ng.section(),
        ng.interface(1),
        ng.enhanced(0, MICROSECONDS, DATA, zeros(0), 60),
        ng.obsolete(0, 0, MICROSECONDS + 1n, DATA),
        ng.simple(DATA),
      ),
    );
    const packet = { linkType: 1, interfaceId: 0, originalLength: 5, data: TEXT };
    expect(packets).toEqual([
      { ...packet, frame: 1, time: TIME, originalLength: 60 },
      { ...packet, frame: 2, time: '1700000000.000002000' },
      { ...packet, frame: 3, time: '1700000000.000002000' }, // no time of its own: that of the packet before
    ]);
    expect(warnings).toEqual([
      'pipe: 1 packet has no timestamp (simple packet blocks): the time of the packet before is taken',
    ]);
    expect(captures[0]).toMatchObject({ format: 'pcapng', packets: 3, bytes: 15, linkTypes: ['Ethernet'], cut: null });
  });

  test('interfaces differ in link type, resolution and offset', async () => {
    const resolution = (value: number) => ng.option(9, Uint8Array.of(value));
    const { packets } = await readBytes(
      bytes(
        ng.section(),
        ng.interface(1, bytes(ng.option(2, hex('65746830')), resolution(9), ng.option(0, zeros(0)))),
        ng.interface(101, bytes(resolution(0x80 | 10), ng.option(14, ng.u64(-5n & 0xffffffffffffffffn)))),
        ng.enhanced(1, 10n * 1024n + 512n, DATA),
        ng.enhanced(0, 1_700_000_000_000_000_001n, DATA),
      ),
    );
    expect(packets).toMatchObject([
      { interfaceId: 1, linkType: 101, time: '5.500000000' },
      { interfaceId: 0, linkType: 1, time: '1700000000.000000001' },
    ]);
  });
});

test.each<[string, number[], number]>([
  ['microseconds where it does not say', [-1], 1e-6],
  ['milliseconds', [3], 1e-3],
  ['100 ns, as on Windows', [7], 1e-7],
  ['a power of two', [0x80 | 10], 2 ** -10],
  ['the coarsest of several interfaces', [9, 6, 9], 1e-6],
  ['no finer than the times that are shown', [12], 1e-9],
])('a capture tells the resolution of its clock: %s', async (_name, exponents, expected) => {
  const interfaces = exponents.map((exponent) =>
    little.interface(1, exponent < 0 ? zeros(0) : little.option(9, Uint8Array.of(exponent))),
  );
  const { captures } = await readBytes(bytes(little.section(), ...interfaces, little.enhanced(0, MICROSECONDS, DATA)));
  expect(captures[0].timeResolution).toBeCloseTo(expected, 12);
});

test('each section has its own byte order and its own interfaces', async () => {
  const { packets } = await readBytes(
    bytes(
      little.section(),
      little.interface(1),
      little.enhanced(0, MICROSECONDS, DATA),
      big.section(),
      big.interface(101),
      big.interface(113),
      big.enhanced(1, MICROSECONDS, DATA),
    ),
  );
  expect(packets).toMatchObject([
    { frame: 1, linkType: 1, interfaceId: 0, time: TIME },
    { frame: 2, linkType: 113, interfaceId: 2, time: TIME },
  ]);
});

test('blocks that hold no packet are skipped by their length', async () => {
  const others = [4, 10, 0xbad, 0x40000bad, 0x12345678].map((type) => little.block(type, hex('06000000ffffffff')));
  const packet = little.enhanced(0, MICROSECONDS, DATA);
  const { packets, warnings } = await readBytes(
    bytes(little.section(), ...others, little.interface(1), ...others, packet, ...others, packet),
  );
  expect(packets.map(({ frame, time }) => [frame, time])).toEqual([
    [1, TIME],
    [2, TIME],
  ]);
  expect(warnings).toEqual([]);
});

test('a block longer than the window is skipped', async () => {
  const secrets = little.block(10, zeros(2_000_000));
  const file = bytes(little.section(), little.interface(1), secrets, little.enhanced(0, MICROSECONDS, DATA));
  const { packets } = await readBytes(file, 10_000);
  expect(packets).toMatchObject([{ frame: 1, data: TEXT }]);
});

test('a total length without the padding is rounded up', async () => {
  const packet = little.simple(DATA); // 16 bytes and 5, padded to 24
  packet.set(little.u32(21), 4);
  packet.set(little.u32(21), 20);
  const { packets } = await readBytes(bytes(little.section(), little.interface(1), packet, packet));
  expect(packets).toHaveLength(2);
});

test('a simple packet ends at the snap length of the first interface', async () => {
  const { packets, captures } = await readBytes(
    bytes(little.section(), little.interface(1, zeros(0), 3), little.simple(DATA.subarray(0, 3), 60)),
  );
  expect(packets).toMatchObject([{ originalLength: 60, data: '010203' }]);
  expect(captures[0]).toMatchObject({ firstTime: null, lastTime: null });
});

test.each<[string, Uint8Array, Uint8Array, string, number]>([
  ['if_fcslen', little.option(13, Uint8Array.of(4)), zeros(0), '01', 1],
  ['if_fcslen in bits', little.option(13, Uint8Array.of(32)), zeros(0), '01', 1],
  ['epb_flags over if_fcslen', little.option(13, Uint8Array.of(4)), little.option(2, little.u32(2 << 5)), '010203', 3],
])('a frame check sequence is taken off: %s', async (_name, ofInterface, ofPacket, data, originalLength) => {
  const { packets } = await readBytes(
    bytes(little.section(), little.interface(1, ofInterface), little.enhanced(0, MICROSECONDS, DATA, ofPacket)),
  );
  expect(packets).toMatchObject([{ data, originalLength }]);
});

describe('drops', () => {
  const packet = little.enhanced(0, MICROSECONDS, DATA);
  const statistics = (id: number, byInterface: bigint, byKernel: bigint) =>
    little.statistics(id, bytes(little.option(5, little.u64(byInterface)), little.option(7, little.u64(byKernel))));
  const lost = (count: bigint) => little.enhanced(0, MICROSECONDS, DATA, little.option(4, little.u64(count)));

  test.each<[string, Uint8Array[], number | null]>([
    ['unknown where nothing says', [packet], null],
    [
      'the last statistics stand, interfaces are added up',
      [statistics(0, 1n, 2n), statistics(0, 3n, 4n), statistics(1, 5n, 0n)],
      12,
    ],
    ['statistics can say that there were none', [statistics(0, 0n, 0n)], 0],
    ['epb_dropcount counts from packet to packet', [lost(2n), packet, lost(3n)], 5],
    [
      'the obsolete drops count too, ffff is unknown',
      [little.obsolete(0, 2, 0n, DATA), little.obsolete(0, 0xffff, 0n, DATA)],
      2,
    ],
    ['statistics count what packets tell as well', [lost(2n), statistics(0, 2n, 0n)], 2],
    ['statistics of an interface that is not there', [statistics(9, 1n, 1n)], null],
  ])('%s', async (_name, blocks, drops) => {
    const { captures } = await readBytes(bytes(little.section(), little.interface(1), little.interface(1), ...blocks));
    expect(captures[0].drops).toBe(drops);
  });
});

describe('damage ends the capture in good order', () => {
  const packet = little.enhanced(0, MICROSECONDS, DATA);
  const at = 28 + 20 + packet.length;
  const changed = (offset: number, value: number) => {
    const block = little.enhanced(0, MICROSECONDS, DATA);
    block.set(little.u32(value), offset);
    return block;
  };
  test.each<[string, Uint8Array, string]>([
    ['lengths that differ', changed(4, 36), 'says it is 36 bytes long at its start and 5 at its end'],
    ['a length below that of an empty block', changed(4, 8), 'says it is 8 bytes long'],
    ['a length beyond reason', changed(4, 0xfffffff0), 'says it is 4294967280 bytes long'],
    ['an interface that is not described', changed(8, 1), 'belongs to an interface that its section does not describe'],
    ['a packet longer than its block', changed(20, 60), 'is shorter than the packet that it should hold'],
    ['a packet longer than any', changed(20, 262_145), 'holds more bytes than any packet of its link type has'],
    [
      'a section without byte order',
      little.block(0x0a0d0d0a, zeros(16)),
      'is a section header without a byte order or of an unknown version',
    ],
    [
      'a section of another version',
      little.section(zeros(0), 2),
      'is a section header without a byte order or of an unknown version',
    ],
  ])('%s', async (_name, block, what) => {
    const { packets, warnings } = await readBytes(bytes(little.section(), little.interface(1), packet, block, packet));
    expect(packets).toHaveLength(1);
    expect(warnings).toEqual([
      `pipe: damaged after frame 1: the record at byte ${at} ${what}; the rest cannot be read`,
    ]);
  });
});

test('another version in the first section is refused', async () => {
  const { error } = await readBytes(little.section(zeros(0), 2));
  expect(error).toBe('pipe: pcapng version 2 is not known; version 1 is read');
});
