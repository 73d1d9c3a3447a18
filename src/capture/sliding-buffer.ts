import { ByteWindow, RECORD_HEAD } from '../../parsers/capture-file/byte-window.ts';
import type { ByteSource } from './byte-source.ts';

/** Small enough for a chunk to stay in the core's own cache until it is parsed. */
export const DEFAULT_CHUNK_SIZE = 256 * 1024;

/** Memory for a window of this length. @param size of all that will come, null where it is not known */
export type MakeWindow = (length: number, size: number | null) => Uint8Array;

/** A file may have grown since it was looked at: by a packet or so. */
const GROWTH = 16_384;

/** A tail up to this length is moved for every chunk, so that the same cache lines are used again. */
const SHORT_TAIL = 4096;

/**
 * Chunks begin so far past a multiple of the page size, or where the memory begins. What lies at the same place of its
 * page as it does in the page cache, or a few bytes further, is copied four times as slowly (processors tell two
 * addresses apart by their low 12 bits first).
 */
const PAGE = 4096;
const PAST_PAGE = 1024;

/**
 * Feeds a ByteWindow from a source, through one buffer of constant size: the unconsumed tail stays, the next chunk
 * comes behind it. What a view points into stands until the next fill.
 */
export class SlidingBuffer {
  readonly window: ByteWindow;
  private readonly source: ByteSource;
  private readonly chunkSize: number;
  /** Where a chunk begins whose tail is short. */
  private readonly chunkStart: number;

  /** @param size of all that will come, where it is known: a small capture needs no large buffer */
  constructor(
    source: ByteSource,
    chunkSize = DEFAULT_CHUNK_SIZE,
    size: number | null = null,
    makeWindow: MakeWindow = (length) => new Uint8Array(length),
  ) {
    this.source = source;
    this.chunkSize = chunkSize;
    // With room for two chunks a long tail is moved at most once a chunk, also where the bytes come one by one.
    const longestTail = size === null ? RECORD_HEAD : Math.min(RECORD_HEAD, size + GROWTH);
    this.chunkStart = Math.ceil(longestTail / PAGE) * PAGE + PAST_PAGE;
    this.window = new ByteWindow(makeWindow(this.chunkStart + 2 * chunkSize, size));
    this.window.position = this.chunkStart;
    this.window.end = this.chunkStart;
    this.window.base = -this.chunkStart;
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

  /** Puts a short tail before the place of the next chunk, a long one to the front, where it has room to grow. */
  private moveTail(): void {
    const window = this.window;
    const { available } = window;
    const start = available <= SHORT_TAIL ? this.chunkStart - available : 0;
    window.bytes.copyWithin(start, window.position, window.end);
    window.base += window.position - start;
    window.end += start - window.position;
    window.position = start;
  }
}
