import type { PacketView } from '../../parsers/packet-view.ts';

const MAGIC_NANOSECONDS = 0xa1b23c4d;
const FILE_HEADER = 24;
const PACKET_HEADER = 16;
const FIRST_SIZE = 64 * 1024;

/** Packets as a pcap file in memory (nanoseconds, in the byte order of this machine's choice: little-endian). */
export class PcapRecorder {
  packets = 0;
  readonly #mostBytes: number;
  #file = Buffer.alloc(FIRST_SIZE);
  #length = FILE_HEADER;
  #linkType = -1;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** @returns false where it is full: the packet was not taken */
  add({ bytes, start, end, seconds, nanoseconds, originalLength, linkType }: PacketView): boolean {
    const captured = end - start;
    const needed = this.#length + PACKET_HEADER + captured;
    if (needed > this.#mostBytes) return false;
    if (this.#linkType === -1) this.#linkType = linkType;
    // A pcap file has one link type, and so has an interface.
    if (this.#linkType !== linkType) return false;
    while (needed > this.#file.length) this.#file = Buffer.concat([this.#file, Buffer.alloc(this.#file.length)]);
    const file = this.#file;
    const at = this.#length;
    file.writeUInt32LE(seconds >>> 0, at);
    file.writeUInt32LE(nanoseconds, at + 4);
    file.writeUInt32LE(captured, at + 8);
    file.writeUInt32LE(originalLength, at + 12);
    file.set(bytes.subarray(start, end), at + PACKET_HEADER);
    this.#length = needed;
    this.packets++;
    return true;
  }

  finish(): Uint8Array {
    const file = this.#file;
    file.writeUInt32LE(MAGIC_NANOSECONDS, 0);
    file.writeUInt16LE(2, 4);
    file.writeUInt16LE(4, 6);
    file.writeUInt32LE(0xffff, 16);
    file.writeUInt32LE(Math.max(0, this.#linkType), 20);
    return file.subarray(0, this.#length);
  }
}
