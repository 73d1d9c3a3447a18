/** Bytes that come in order from a file, a pipe or a decompressor. */
export interface ByteSource {
  /**
   * Puts the next bytes at the start of `target`: at least one, as many as are there, at most all of it.
   * @returns how many; 0 when the source has ended
   * @throws an Error, whose message continues "<file>: ", when the bytes that follow cannot be had
   */
  read(target: Uint8Array): Promise<number>;
  /** Bytes taken from the file or pipe below so far, and its size; null where that is unknown. */
  readonly bytesRead: number;
  readonly bytesTotal: number | null;
  close(): Promise<void>;
}
