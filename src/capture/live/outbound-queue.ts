/** Writes as many bytes as there is room for. @returns how many; 0 where there is none now */
export type WriteSome = (bytes: Uint8Array, offset: number, length: number) => number;

/** Bytes that are worth a system call. */
const WORTH_WRITING = 32 * 1024;

/**
 * Bytes on their way to a reader that may be slow: of constant size. A record that finds no room is dropped whole and
 * counted, so that what the reader gets stays readable.
 */
export class OutboundQueue {
  /** Records that found no room. */
  dropped = 0;
  readonly #bytes: Buffer;
  readonly #write: WriteSome;
  #start = 0;
  #end = 0;

  constructor(size: number, write: WriteSome) {
    this.#bytes = Buffer.allocUnsafeSlow(size);
    this.#write = write;
  }

  /** Bytes that wait. */
  get length(): number {
    return this.#end - this.#start;
  }

  /**
   * Room for a record, to be filled in `bytes` from the place that is returned and then kept by `added()`.
   * @returns -1 where there is none: the record is counted as dropped
   */
  room(length: number): number {
    if (this.#bytes.length - this.#end < length) this.#makeRoom(length);
    if (this.#bytes.length - this.#end >= length) return this.#end;
    this.dropped++;
    return -1;
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  added(length: number): void {
    this.#end += length;
    if (this.length >= WORTH_WRITING) this.flush();
  }

  /** Hands on what the reader has room for. */
  flush(): void {
    while (this.#start < this.#end) {
      const written = this.#write(this.#bytes, this.#start, this.length);
      if (written === 0) return;
      this.#start += written;
    }
    this.#start = 0;
    this.#end = 0;
  }

  /** Moves what waits to the front; only when that frees half of it all, so that it costs little a record. */
  #makeRoom(length: number): void {
    this.flush();
    if (this.#bytes.length - this.#end >= length || this.#start < this.#bytes.length / 2) return;
    this.#bytes.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
  }
}
