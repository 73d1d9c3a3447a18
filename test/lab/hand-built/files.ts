import { gzipSync } from 'node:zlib';
import { bytes, hex, pcap, u16, u32, zeros } from '../../support/packets.ts';
import { dialogue, WHOLE } from './dialogue.ts';
import type { HandBuilt } from './fixture.ts';
import { PcapngBlocks } from './pcapng-blocks.ts';

const theme = 'files';
const PACKETS = dialogue(WHOLE);
const PLAIN = pcap(PACKETS);

/** Alexey Kuznetsov's modified pcap: 8 more bytes (interface, protocol, packet type) in each record header. */
function modified(): Uint8Array {
  const word = (value: number) => u32(value).reverse();
  const head = bytes(word(0xa1b2cd34), word(0x00040002), zeros(8), word(65535), word(1));
  const records = PACKETS.map(({ time, bytes: packet }) => {
    const [seconds, fraction] = time.split('.');
    const stamp = bytes(word(Number(seconds)), word(Math.floor(Number(fraction) / 1000)));
    return bytes(stamp, word(packet.length), word(packet.length), word(2), u16(0x0008), 0, 0, packet);
  });
  return bytes(head, ...records);
}

/** A little-endian section with the first packets, a big-endian one with the rest. */
function twoSections(): Uint8Array {
  const [little, big] = [new PcapngBlocks(true), new PcapngBlocks(false)];
  return bytes(
    ...[little.section(), little.interface(1), ...PACKETS.slice(0, 5).map((packet) => little.packet(packet))],
    ...[big.section(), big.interface(1), ...PACKETS.slice(5).map((packet) => big.packet(packet))],
  );
}

/** Three interfaces: Ethernet in microseconds, Ethernet in nanoseconds, raw IP in units of 2^-20 s. */
function interfaces(): Uint8Array {
  const blocks = new PcapngBlocks(true);
  const units = [1_000_000n, 1_000_000_000n, 1n << 20n];
  const declared = [
    blocks.interface(1, undefined, 'eth0'),
    blocks.interface(1, 9, 'eth1'),
    blocks.interface(101, 0x94, 'tun0'),
  ];
  const packets = PACKETS.map((packet, i) => {
    const id = i % 3;
    return blocks.packet({ ...packet, bytes: packet.bytes.subarray(id === 2 ? 14 : 0) }, id, units[id]);
  });
  return bytes(blocks.section(), ...declared, ...packets);
}

/** Blocks that hold no packet stand between those that do. */
function otherBlocks(): Uint8Array {
  const blocks = new PcapngBlocks(true);
  const between = [
    blocks.block(4, zeros(4)), // name resolution, only its end record
    blocks.block(0x0bad, u32(0x7ed90000), bytes('a custom block..')),
    blocks.block(10, hex('4b534c54 00000000')), // decryption secrets, empty
    blocks.block(0x7fffffff, bytes('nobody knows this type..')),
  ];
  const packets = PACKETS.map((packet, i) => (i % 2 === 0 ? blocks.packet(packet) : blocks.oldPacket(packet)));
  return bytes(
    ...[blocks.section(), blocks.interface(1), between[0], ...packets.slice(0, 4), between[1]],
    ...[...packets.slice(4, 7), between[2], between[3], ...packets.slice(7), blocks.statistics(12, 2)],
  );
}

/** A zstd frame whose only block is stored as it is (RFC 8878 3.1.1). */
function zstdStored(content: Uint8Array): Uint8Array {
  const little = (value: number, length: number) => u32(value).reverse().slice(0, length);
  const singleSegmentWithSize = 0xa0;
  const lastRawBlock = (content.length << 3) | 1;
  return bytes(hex('28b52ffd'), singleSegmentWithSize, little(content.length, 4), little(lastRawBlock, 3), content);
}

/** An LZ4 frame whose only block is stored as it is; header checksum for exactly these two descriptor bytes. */
function lz4Stored(content: Uint8Array): Uint8Array {
  const descriptor = hex('60 40 82');
  const storedBlock = u32((content.length | 0x80000000) >>> 0).reverse();
  return bytes(hex('04224d18'), descriptor, storedBlock, content, zeros(4));
}

function gzipped(content: Uint8Array): Uint8Array {
  const compressed = new Uint8Array(gzipSync(content, { level: 9 }));
  compressed[9] = 255; // the operating system is of no matter, and would differ
  return compressed;
}

/** The conversation WHOLE in every file format: the records must be the same. */
export const FILES: HandBuilt[] = [
  { theme, file: 'nanoseconds.pcap', says: 'pcap, little-endian, nanoseconds.', bytes: PLAIN },
  {
    theme,
    file: 'nanoseconds-big-endian.pcap',
    says: 'pcap, big-endian, nanoseconds.',
    bytes: pcap(PACKETS, { littleEndian: false }),
  },
  {
    theme,
    file: 'microseconds.pcap',
    says: 'pcap, little-endian, microseconds.',
    bytes: pcap(PACKETS, { nanoseconds: false }),
  },
  {
    theme,
    file: 'microseconds-big-endian.pcap',
    says: 'pcap, big-endian, microseconds.',
    bytes: pcap(PACKETS, { nanoseconds: false, littleEndian: false }),
  },
  { theme, file: 'modified.pcap', says: 'Modified pcap with 24-byte record headers.', bytes: modified() },
  { theme, file: 'two-sections.pcapng', says: 'pcapng with a section of each byte order.', bytes: twoSections() },
  {
    theme,
    file: 'interfaces.pcapng',
    says: 'pcapng, three interfaces, resolutions and link types.',
    bytes: interfaces(),
  },
  {
    theme,
    file: 'other-blocks.pcapng',
    says: 'pcapng with obsolete packet blocks, blocks to skip and drop counts.',
    bytes: otherBlocks(),
  },
  { theme, file: 'gzip.pcap.gz', says: 'The pcap file through gzip.', bytes: gzipped(PLAIN) },
  { theme, file: 'zstd.pcap.zst', says: 'The pcap file in a zstd frame, stored.', bytes: zstdStored(PLAIN) },
  { theme, file: 'lz4.pcap.lz4', says: 'The pcap file in an LZ4 frame, stored.', bytes: lz4Stored(PLAIN) },
  { theme, file: 'cut.pcap', says: 'The file ends in the middle of its last packet.', bytes: PLAIN.slice(0, -20) },
  { theme, file: 'no-packets.pcap', says: 'A header and no packet.', bytes: pcap([]) },
];
