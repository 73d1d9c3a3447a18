import {
  BLOCK_BODY,
  BLOCK_LENGTH,
  BLOCK_TRAILER,
  ENHANCED_PACKET_BLOCK,
  INTERFACE_DESCRIPTION_BLOCK,
  INTERFACE_STATISTICS_BLOCK,
  SECTION_HEADER_BLOCK,
} from '../../../parsers/capture-file/pcapng/blocks.ts';
import { BYTE_ORDER_MAGIC } from '../../../parsers/capture-file/pcapng/section.ts';
import type { PacketView } from '../../../parsers/packet-view.ts';
import type { Encoder, Lacks, WrittenInterface } from './encoder.ts';

const SHB_USERAPPL = 4;
const IF_NAME = 2;
const IF_TSRESOL = 9;
const IF_FILTER = 11;
const ISB_IFDROP = 5;
const ISB_OSDROP = 7;
const NANOSECONDS = 9;
/** In front of a filter of libpcap's language. */
const FILTER_AS_TEXT = '\0';
/** A filter longer than this is left out. */
const LONGEST_FILTER = 4096;

/** pcapng (draft-ietf-opsawg-pcapng), one section a file, little-endian. */
export const pcapngEncoder: Encoder = {
  mixesLinkTypes: true,

  header(bytes, start) {
    let at = start + BLOCK_BODY;
    at = bytes.writeUInt32LE(BYTE_ORDER_MAGIC, at);
    at = bytes.writeUInt16LE(1, at);
    at = bytes.writeUInt16LE(0, at);
    at = bytes.writeInt32LE(-1, at); // the section's length is not known (64 bits)
    at = bytes.writeInt32LE(-1, at);
    at = textOption(bytes, at, SHB_USERAPPL, 'sockscope');
    return endBlock(bytes, start, endOptions(bytes, at), SECTION_HEADER_BLOCK);
  },

  interface(bytes, start, _id, { linkType, name, snapLength, filter }: WrittenInterface) {
    let at = start + BLOCK_BODY;
    at = bytes.writeUInt16LE(linkType, at);
    at = bytes.writeUInt16LE(0, at);
    at = bytes.writeUInt32LE(snapLength, at);
    if (name !== '') at = textOption(bytes, at, IF_NAME, name);
    at = option(bytes, at, IF_TSRESOL, Buffer.of(NANOSECONDS));
    if (filter !== '' && filter.length <= LONGEST_FILTER)
      at = textOption(bytes, at, IF_FILTER, FILTER_AS_TEXT + filter);
    return endBlock(bytes, start, endOptions(bytes, at), INTERFACE_DESCRIPTION_BLOCK);
  },

  packet(bytes, start, id, view: PacketView) {
    const captured = view.end - view.start;
    bytes.writeUInt32LE(id, start + BLOCK_BODY);
    writeTime(bytes, start + BLOCK_BODY + 4, view);
    bytes.writeUInt32LE(captured, start + BLOCK_BODY + 12);
    bytes.writeUInt32LE(view.originalLength, start + BLOCK_BODY + 16);
    const at = start + BLOCK_BODY + 20;
    bytes.set(view.bytes.subarray(view.start, view.end), at);
    return endBlock(bytes, start, padded(bytes, at + captured, captured), ENHANCED_PACKET_BLOCK);
  },

  statistics(bytes, start, id, view: PacketView, lacks: Lacks) {
    bytes.writeUInt32LE(id, start + BLOCK_BODY);
    let at = writeTime(bytes, start + BLOCK_BODY + 4, view);
    if (lacks.interface !== null) at = countOption(bytes, at, ISB_IFDROP, lacks.interface);
    if (lacks.system !== null) at = countOption(bytes, at, ISB_OSDROP, lacks.system);
    return endBlock(bytes, start, endOptions(bytes, at), INTERFACE_STATISTICS_BLOCK);
  },

  recordLength: (bytes, at) => bytes.readUInt32LE(at + BLOCK_LENGTH),
};

/** Nanoseconds since 1970 as 64 bits, the upper half first; without a BigInt. */
function writeTime(bytes: Buffer, at: number, { seconds, nanoseconds }: PacketView): number {
  // seconds = high * 65536 + low; each product with 1e9 stays exact.
  const high = Math.floor(seconds / 65536) * 1e9;
  const low = (seconds % 65536) * 1e9 + nanoseconds;
  const rest = (high % 65536) * 65536 + low;
  bytes.writeUInt32LE((Math.floor(high / 65536) + Math.floor(rest / 2 ** 32)) >>> 0, at);
  return bytes.writeUInt32LE(rest % 2 ** 32, at + 4);
}

function textOption(bytes: Buffer, at: number, code: number, text: string): number {
  return option(bytes, at, code, Buffer.from(text));
}

function countOption(bytes: Buffer, at: number, code: number, count: number): number {
  const value = Buffer.alloc(8);
  value.writeBigUInt64LE(BigInt(count));
  return option(bytes, at, code, value);
}

function option(bytes: Buffer, start: number, code: number, value: Buffer): number {
  let at = bytes.writeUInt16LE(code, start);
  at = bytes.writeUInt16LE(value.length, at);
  bytes.set(value, at);
  return padded(bytes, at + value.length, value.length);
}

function endOptions(bytes: Buffer, at: number): number {
  return bytes.writeUInt32LE(0, at);
}

/** Zeros up to the next 32 bits. */
function padded(bytes: Buffer, at: number, length: number): number {
  const end = at + (-length & 3);
  bytes.fill(0, at, end);
  return end;
}

/** Puts type and length around a block whose body ends at `end`. */
function endBlock(bytes: Buffer, start: number, end: number, type: number): number {
  const length = end + BLOCK_TRAILER - start;
  bytes.writeUInt32LE(type, start);
  bytes.writeUInt32LE(length, start + BLOCK_LENGTH);
  return bytes.writeUInt32LE(length, end);
}
