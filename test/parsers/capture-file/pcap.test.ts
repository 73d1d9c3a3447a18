import { describe, expect, test } from '@jest/globals';
import { type PcapHeader, pcapHeader, pcapRecord, readBytes } from '../../capture/support/capture-files.ts';
import { bytes, hex, zeros } from '../../support/packets.ts';

const DATA = hex('0102030405060708');

describe('pcap variants', () => {
  const variants: [string, number, string, Uint8Array][] = [
    ['microseconds', 0xa1b2c3d4, '4294967295.000007000', zeros(0)],
    ['nanoseconds', 0xa1b23c4d, '4294967295.000000007', zeros(0)],
    ['modified, with a record header of 24 bytes', 0xa1b2cd34, '4294967295.000007000', zeros(8)],
  ];
  for (const [name, magic, time, extra] of variants) {
    test.each([true, false])(`${name}, little endian %p`, async (littleEndian) => {
      const record = pcapRecord([0xffffffff, 7, 8, 60], bytes(extra, DATA), littleEndian);
      const { packets, warnings, captures } = await readBytes(
        bytes(pcapHeader({ magic, littleEndian }), record, record),
      );
      const packet = { time, linkType: 1, interfaceId: 0, originalLength: 60, data: '0102030405060708' };
      expect(packets).toEqual([
        { ...packet, frame: 1 },
        { ...packet, frame: 2 },
      ]);
      expect(warnings).toEqual([]);
      expect(captures[0]).toMatchObject({
        format: 'pcap',
        compression: null,
        packets: 2,
        bytes: 16,
        drops: null,
        cut: null,
      });
    });
  }
});

describe('order of the two lengths', () => {
  test.each<[string, [number, number], [number, number]]>([
    ['captured first since 2.4', [2, 4], [8, 60]],
    ['original first before 2.3', [2, 2], [60, 8]],
    ['the longer is the original in 2.3', [2, 3], [60, 8]],
    ['captured first in 2.3 where it is not longer', [2, 3], [8, 60]],
  ])('%s', async (_name, version, lengths) => {
    const { packets } = await readBytes(bytes(pcapHeader({ version }), pcapRecord([1, 2, ...lengths], DATA)));
    expect(packets).toMatchObject([{ originalLength: 60, data: '0102030405060708' }]);
  });
});

describe('link field', () => {
  const WITH_FCS = 0x04000000;
  test.each<[string, number, number, { linkType: number; originalLength: number; data: string }]>([
    [
      'reserved bits are no part of the link type',
      0x00110071,
      8,
      { linkType: 113, originalLength: 8, data: '0102030405060708' },
    ],
    ['a captured FCS is taken off', 0x20000001 | WITH_FCS, 8, { linkType: 1, originalLength: 4, data: '01020304' }],
    [
      'a FCS that was not captured takes no bytes',
      0x20000001 | WITH_FCS,
      60,
      { linkType: 1, originalLength: 56, data: '0102030405060708' },
    ],
    [
      'a FCS length without its flag means nothing',
      0x20000001,
      8,
      { linkType: 1, originalLength: 8, data: '0102030405060708' },
    ],
    [
      'a FCS longer than the packet leaves nothing',
      0xf0000001 + WITH_FCS,
      8,
      { linkType: 1, originalLength: 0, data: '' },
    ],
  ])('%s', async (_name, link, originalLength, expected) => {
    const { packets } = await readBytes(bytes(pcapHeader({ link }), pcapRecord([1, 2, 8, originalLength], DATA)));
    expect(packets).toMatchObject([expected]);
  });
});

test.each<[string, number, number, string]>([
  ['microseconds', 0xa1b2c3d4, 1_500_000, '11.500000000'],
  ['nanoseconds', 0xa1b23c4d, 4_000_000_001, '14.000000001'],
])('a fraction of more than a second is carried: %s', async (_name, magic, fraction, time) => {
  const { packets } = await readBytes(bytes(pcapHeader({ magic }), pcapRecord([10, fraction, 8, 8], DATA)));
  expect(packets).toMatchObject([{ time }]);
});

test.each<[string, number, number, string]>([
  ['microseconds', 0xa1b2c3d4, -667_118, '9.332882000'],
  ['the least that is one', 0xa1b2c3d4, -999_999, '9.000001000'],
  ['not in nanoseconds, where it may as well be a large number', 0xa1b23c4d, -1, '14.294967295'],
  ['a second and more below nothing is a large number', 0xa1b2c3d4, -1_000_000, '4303.967296000'],
])('a negative fraction is taken from the second: %s', async (_name, magic, fraction, time) => {
  const { packets } = await readBytes(bytes(pcapHeader({ magic }), pcapRecord([10, fraction >>> 0, 8, 8], DATA)));
  expect(packets).toMatchObject([{ time }]);
});

test.each([
  ['microseconds', 0xa1b2c3d4, 1e-6],
  ['nanoseconds', 0xa1b23c4d, 1e-9],
])('a capture tells the resolution of its clock: %s', async (_name, magic, timeResolution) => {
  const { captures } = await readBytes(bytes(pcapHeader({ magic }), pcapRecord([10, 0, 8, 8], DATA)));
  expect(captures[0].timeResolution).toBe(timeResolution);
});

test('first and last time are the earliest and the latest, whatever their order', async () => {
  const records = [20, 10, 30, 15].map((seconds) => pcapRecord([seconds, 0, 8, 8], DATA));
  const { captures } = await readBytes(bytes(pcapHeader(), ...records));
  expect(captures[0]).toMatchObject({ firstTime: '10.000000000', lastTime: '30.000000000' });
});

test('a header alone is a capture without packets', async () => {
  const { captures, warnings } = await readBytes(pcapHeader({ link: 101 }));
  expect(captures[0]).toMatchObject({ packets: 0, firstTime: null, lastTime: null, linkTypes: ['raw IP'], cut: null });
  expect(warnings).toEqual([]);
});

test('a version that no program writes is refused', async () => {
  const { error } = await readBytes(pcapHeader({ version: [7, 4] }));
  expect(error).toBe('pipe: pcap version 7.4 is not known; version 2 is read');
});

describe('long records', () => {
  const record = (length: number) => pcapRecord([1, 2, length, length], zeros(length));
  const after = pcapRecord([3, 4, 8, 8], DATA);

  test('262,144 bytes are the most that a network packet has, also where the snap length says less', async () => {
    const { packets } = await readBytes(bytes(pcapHeader({ snapLength: 68 }), record(262_144), after));
    expect(packets.map((packet) => packet.data.length / 2)).toEqual([262_144, 8]);
  });

  test('a longer one is damage, and the capture ends before it', async () => {
    const { packets, warnings, captures } = await readBytes(bytes(pcapHeader(), after, record(262_145), after));
    expect(packets).toHaveLength(1);
    expect(warnings).toEqual([
      'pipe: damaged after frame 1: the record at byte 48 says it is 262145 bytes long, ' +
        'more than any packet of its link type; the rest cannot be read',
    ]);
    expect(captures[0].cut).toMatchObject({ offset: 48, frame: 1 });
  });

  const usb: PcapHeader = { link: 249 };
  test.each([1_000_000, 5_000])(
    'of a long USB transfer the head is handed out, the rest skipped: pieces of %p',
    async (piece) => {
      const { packets, captures } = await readBytes(bytes(pcapHeader(usb), record(1_000_000), after), piece);
      expect(packets.map((packet) => [packet.originalLength, packet.data.length / 2])).toEqual([
        [1_000_000, 327_664],
        [8, 8],
      ]);
      expect(captures[0].cut).toBeNull();
    },
  );

  test('a file that ends in the part that is skipped is cut at the record', async () => {
    const { packets, captures } = await readBytes(
      bytes(pcapHeader(usb), after, record(1_000_000).subarray(0, 900_000)),
    );
    expect(packets).toHaveLength(2);
    expect(captures[0].cut).toMatchObject({ offset: 48 });
  });
});
