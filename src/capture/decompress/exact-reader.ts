import type { ByteSource } from '../byte-source.ts';

const READ_SIZE = 64 * 1024;

/** Takes pieces of known length from a source, for formats that say how long their parts are. */
export class ExactReader {
  private readonly source: ByteSource;
  private buffer: Uint8Array = new Uint8Array(2 * READ_SIZE);
  private start = 0;
  private end = 0;

  constructor(source: ByteSource) {
    this.source = source;
  }

  /**
   * The next `length` bytes, valid until the next call; null where the source ends before.
   * The buffer grows to the longest length asked for: ask for no more than the format allows.
   */
  async take(length: number): Promise<Uint8Array | null> {
    if (this.start + length > this.buffer.length) this.makeRoom(length);
    while (this.end - this.start < length) {
      const got = await this.source.read(this.buffer.subarray(this.end));
      if (got === 0) return null;
      this.end += got;
    }
    this.start += length;
    return this.buffer.subarray(this.start - length, this.start);
  }

  /** Whatever has come, at least one byte; valid until the next call; null at the end of the source. */
  async takeSome(): Promise<Uint8Array | null> {
    if (await this.atEnd()) return null;
    const bytes = this.buffer.subarray(this.start, this.end);
    this.start = this.end;
    return bytes;
  }

  /** Makes the last `length` bytes of what was just taken come again. */
  giveBack(length: number): void {
    this.start -= length;
  }

  /** Goes past bytes without keeping them; false where the source ends before. */
  async skip(length: number): Promise<boolean> {
    let left = length;
    while (left > 0) {
      const step = Math.min(left, READ_SIZE);
      if ((await this.take(step)) === null) return false;
      left -= step;
    }
    return true;
  }

  /** True if the source has ended and everything was taken. */
  async atEnd(): Promise<boolean> {
    if (this.end > this.start) return false;
    this.start = 0;
    this.end = await this.source.read(this.buffer);
    return this.end === 0;
  }

  private makeRoom(length: number): void {
    const kept = this.buffer.subarray(this.start, this.end);
    if (length > this.buffer.length) this.buffer = new Uint8Array(length + READ_SIZE);
    this.buffer.set(kept);
    this.end -= this.start;
    this.start = 0;
  }
}

/** A little-endian 32-bit number, unsigned. */
export function littleEndian32(bytes: Uint8Array, at = 0): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}
