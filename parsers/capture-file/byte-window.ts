/**
 * The longest part of a record that readers ask for as one piece: the largest packet of ordinary link types
 * (262,144 bytes) and room for what stands around it. Of a longer record the first RECORD_HEAD bytes are handed out,
 * whatever the chunks were, and the rest is skipped.
 */
export const RECORD_HEAD = 262_144 + 65_536;

/**
 * A sliding window over a byte stream: the part that has arrived and is not yet consumed.
 *
 * Readers take from `position`; whoever owns the input swaps or refills the buffer between two calls of a
 * reader, keeping the unconsumed tail. Nothing is allocated here.
 */
export class ByteWindow {
  bytes: Uint8Array;
  data: DataView;
  /** Next byte to consume, and the byte after the last that has arrived, both indices into `bytes`. */
  position = 0;
  end = 0;
  /** Offset in the input of bytes[0]; position + base is an absolute offset for messages. */
  base = 0;
  /** True when no byte will come after `end`. */
  ended = false;
  /** Bytes of a skipped record that had not arrived yet; the owner drops them as they come. */
  skip = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Unconsumed bytes that have arrived. */
  get available(): number {
    return this.end - this.position;
  }

  /** Absolute offset in the input of the next byte to consume. */
  get offset(): number {
    return this.base + this.position;
  }

  /** Goes past a record, also where its end has not arrived yet. */
  consume(length: number): void {
    const missing = length - (this.end - this.position);
    if (missing > 0) {
      this.position = this.end;
      this.skip = missing;
    } else {
      this.position += length;
    }
  }
}
