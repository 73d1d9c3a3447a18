import { bytes, type CapturedPacket, u16, u32, zeros } from '../../support/packets.ts';

/** Builds pcapng blocks in one byte order. */
export class PcapngBlocks {
  readonly #littleEndian: boolean;

  constructor(littleEndian: boolean) {
    this.#littleEndian = littleEndian;
  }

  section(): Uint8Array {
    const unknownLength = bytes(this.#word(0xffffffff), this.#word(0xffffffff));
    return this.block(0x0a0d0d0a, this.#word(0x1a2b3c4d), this.#half(1), this.#half(0), unknownLength);
  }

  /** `resolution` as in if_tsresol: a power of ten, or with the high bit of two. */
  interface(linkType: number, resolution?: number, name?: string, description?: string): Uint8Array {
    const options = [
      ...(name === undefined ? [] : [this.option(2, bytes(name))]),
      ...(description === undefined ? [] : [this.option(3, bytes(description))]),
      ...(resolution === undefined ? [] : [this.option(9, bytes(resolution))]),
    ];
    const end = options.length === 0 ? zeros(0) : zeros(4);
    return this.block(1, this.#half(linkType), this.#half(0), this.#word(0), ...options, end);
  }

  /** An enhanced packet block; `units` is how many units of the interface's resolution a second has. */
  packet(packet: CapturedPacket, interfaceId = 0, units = 1_000_000n): Uint8Array {
    const { length } = packet.bytes;
    const stamp = this.#stamp(packet.time, units);
    return this.block(6, this.#word(interfaceId), stamp, this.#word(length), this.#word(length), padded(packet.bytes));
  }

  /** The obsolete packet block, with a drop count. */
  oldPacket(packet: CapturedPacket): Uint8Array {
    const { length } = packet.bytes;
    const stamp = this.#stamp(packet.time, 1_000_000n);
    const lengths = bytes(this.#word(length), this.#word(length));
    return this.block(2, this.#half(0), this.#half(0), stamp, lengths, padded(packet.bytes));
  }

  /** Interface statistics: packets received and dropped. */
  statistics(received: number, dropped: number): Uint8Array {
    const counter = (value: number) =>
      this.#littleEndian ? bytes(this.#word(value), zeros(4)) : bytes(zeros(4), u32(value));
    const options = [this.option(4, counter(received)), this.option(5, counter(dropped)), zeros(4)];
    return this.block(5, this.#word(0), zeros(8), ...options);
  }

  option(code: number, value: Uint8Array): Uint8Array {
    return bytes(this.#half(code), this.#half(value.length), padded(value));
  }

  block(type: number, ...parts: Uint8Array[]): Uint8Array {
    const body = bytes(...parts);
    const length = this.#word(12 + body.length);
    return bytes(this.#word(type), length, body, length);
  }

  #stamp(time: string, units: bigint): Uint8Array {
    const nanoseconds = BigInt(time.replace('.', ''));
    const stamp = (nanoseconds * units) / 1_000_000_000n;
    return bytes(this.#word(Number(stamp >> 32n)), this.#word(Number(stamp & 0xffffffffn)));
  }

  #word(value: number): Uint8Array {
    return this.#littleEndian ? u32(value).reverse() : u32(value);
  }

  #half(value: number): Uint8Array {
    return this.#littleEndian ? u16(value).reverse() : u16(value);
  }
}

function padded(value: Uint8Array): Uint8Array {
  return bytes(value, zeros(-value.length & 3));
}
