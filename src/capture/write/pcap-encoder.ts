import type { PacketView } from '../../../parsers/packet-view.ts';
import type { Encoder, WrittenInterface } from './encoder.ts';

const MAGIC_NANOSECONDS = 0xa1b23c4d;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const CAPTURED = 8;

/** pcap with nanoseconds (draft-ietf-opsawg-pcap), in the byte order of most machines. */
export const pcapEncoder: Encoder = {
  mixesLinkTypes: false,

  header(bytes, at, { linkType, snapLength }: WrittenInterface) {
    bytes.writeUInt32LE(MAGIC_NANOSECONDS, at);
    bytes.writeUInt16LE(2, at + 4);
    bytes.writeUInt16LE(4, at + 6);
    bytes.fill(0, at + 8, at + 16);
    bytes.writeUInt32LE(snapLength, at + 16);
    bytes.writeUInt32LE(linkType, at + 20);
    return at + FILE_HEADER;
  },

  interface: (_bytes, at) => at,

  packet(bytes, at, _id, view: PacketView) {
    const captured = view.end - view.start;
    bytes.writeUInt32LE(view.seconds, at);
    bytes.writeUInt32LE(view.nanoseconds, at + 4);
    bytes.writeUInt32LE(captured, at + CAPTURED);
    bytes.writeUInt32LE(view.originalLength, at + 12);
    bytes.set(view.bytes.subarray(view.start, view.end), at + RECORD_HEADER);
    return at + RECORD_HEADER + captured;
  },

  statistics: (_bytes, at) => at,

  recordLength: (bytes, at, begins) => (begins ? FILE_HEADER : RECORD_HEADER + bytes.readUInt32LE(at + CAPTURED)),
};
