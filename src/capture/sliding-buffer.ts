import { ByteWindow, RECORD_HEAD } from '../../parsers/capture-file/byte-window.ts';
import type { ByteSource } from './byte-source.ts';

/** Small enough for a chunk to stay in the core's own cache until it is parsed. */
export const DEFAULT_CHUNK_SIZE = 128 * 1024;

/** A file may have grown since it was looked at: by a packet or so. */
const GROWTH = 16_384;

/** A tail up to this length is moved to the front for every chunk, so that the same cache lines are used again. */
const SHORT_TAIL = 4096;

/**
 * Feeds a ByteWindow from a source, through one buffer of constant size: the unconsumed tail stays, the next chunk
 * comes behind it. What a view points into stands until the next fill.
 */
export class SlidingBuffer {
  readonly window: ByteWindow;
  private readonly source: ByteSource;
  private readonly chunkSize: number;

  /** @param size of all that will come, where it is known: a small capture needs no large buffer */
  constructor(source: ByteSource, chunkSize = DEFAULT_CHUNK_SIZE, size: number | null = null) {
    this.source = source;
    this.chunkSize = chunkSize;
    // With room for two chunks a long tail is moved at most once a chunk, also where the bytes come one by one.
    const longestTail = size === null ? RECORD_HEAD : Math.min(RECORD_HEAD, size + GROWTH);
    this.window = new ByteWindow(new Uint8Array(longestTail + 2 * chunkSize));
  }

  /**
   * Brings the next bytes into the window, or says there that the input has ended.
   * @throws the source's Error; what the window holds stays
   */
  async fill(): Promise<void> {
    const window = this.window;
    const { bytes } = window;
    if (window.available <= SHORT_TAIL || bytes.length - window.end < this.chunkSize) this.moveTail();
    const length = await this.source.read(bytes.subarray(window.end, window.end + this.chunkSize));
    if (length === 0) window.ended = true;
    window.end += length;
    const skipped = Math.min(window.skip, length); // there is no tail in front of bytes to skip
    window.skip -= skipped;
    window.position += skipped;
  }

  private moveTail(): void {
    const window = this.window;
    window.bytes.copyWithin(0, window.position, window.end);
    window.base += window.position;
    window.end -= window.position;
    window.position = 0;
  }
}
