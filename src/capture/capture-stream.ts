import { DETECTION_LENGTH, openReader } from '../../parsers/capture-file/detect.ts';
import { PcapReader } from '../../parsers/capture-file/pcap.ts';
import {
  CaptureFormatError,
  type CaptureInterface,
  type CaptureReader,
  READ_END,
  READ_PACKET,
} from '../../parsers/capture-file/reader.ts';
import type { PacketView } from '../../parsers/packet-view.ts';
import type { CaptureInfo } from '../summary.ts';
import type { ByteSource } from './byte-source.ts';
import { CaptureTally } from './capture-tally.ts';
import { type Compression, decompressed } from './decompress/decompress.ts';
import { describeError, InputError } from './input-error.ts';
import type { PlainRecords } from './plain-records.ts';
import { DEFAULT_CHUNK_SIZE, type MakeWindow, SlidingBuffer } from './sliding-buffer.ts';

/** What standard input is called in reports and messages. */
export const STANDARD_INPUT_NAME = 'standard input';

const NOTHING_CAME =
  'empty; nothing came through it: name a capture file, or see what the program before the pipe says';

/** No smaller chunk is worth a read. */
const SMALLEST_CHUNK_SIZE = 4096;

/** A small file comes in one piece; a large or unknown one in pieces of the usual size. */
function chunkSizeFor(size: number | null): number {
  return size === null ? DEFAULT_CHUNK_SIZE : Math.min(DEFAULT_CHUNK_SIZE, Math.max(SMALLEST_CHUNK_SIZE, size));
}

/** One capture, from its bytes to its packets. */
export class CaptureStream {
  readonly name: string;
  private readonly source: ByteSource;
  private readonly compression: Compression | null;
  private readonly buffer: SlidingBuffer;
  private readonly reader: CaptureReader;
  private readonly tally = new CaptureTally();
  /** The window holds bytes that came with the file's header and were not offered yet. */
  private primed = true;
  private ended = false;
  /** Why the source broke off; null where it did not. */
  private failure: string | null = null;

  private constructor(
    name: string,
    source: ByteSource,
    compression: Compression | null,
    buffer: SlidingBuffer,
    reader: CaptureReader,
  ) {
    this.name = name;
    this.source = source;
    this.compression = compression;
    this.buffer = buffer;
    this.reader = reader;
  }

  /**
   * Reads as far as the header, decompressing where that is needed. Closes the source where it throws.
   * @throws InputError for empty or unreadable inputs, CaptureFormatError for what is no capture; both name the input
   */
  static async open(
    name: string,
    raw: ByteSource,
    chunkSize?: number,
    makeWindow?: MakeWindow,
  ): Promise<CaptureStream> {
    let source = raw;
    try {
      const opened = await decompressed(raw);
      const { compression } = opened;
      source = opened.source;
      const size = compression === null ? source.bytesTotal : null;
      const buffer = new SlidingBuffer(source, chunkSize ?? chunkSizeFor(size), size, makeWindow);
      const window = buffer.window;
      while (window.available < DETECTION_LENGTH && !window.ended) await buffer.fill();
      if (window.available === 0) {
        const empty = name === STANDARD_INPUT_NAME ? NOTHING_CAME : 'empty; nothing was captured';
        throw new InputError(compression ? `empty once decompressed from ${compression}` : empty);
      }
      return new CaptureStream(name, source, compression, buffer, openReader(window));
    } catch (error) {
      await source.close();
      const message = `${name}: ${describeError(error).message}`;
      throw error instanceof CaptureFormatError ? new CaptureFormatError(message) : new InputError(message);
    }
  }

  /** Brings the next chunk in. False when the capture has ended. */
  async fill(): Promise<boolean> {
    if (this.ended) return false;
    if (this.primed) this.primed = false;
    else {
      try {
        await this.buffer.fill();
      } catch (error) {
        this.failure = describeError(error).message;
        this.buffer.window.ended = true;
      }
    }
    return true;
  }

  /** Next packet of what is in the window; false: fill, or the end. */
  next(view: PacketView): boolean {
    const found = this.reader.next(view);
    if (found === READ_PACKET) {
      this.tally.count(view, this.reader.timed);
      return true;
    }
    if (found === READ_END) this.ended = true;
    return false;
  }

  /** Its records for who reads them elsewhere; null where they are not so plain. */
  get plainRecords(): PlainRecords | null {
    const { reader, tally } = this;
    if (!(reader instanceof PcapReader)) return null;
    const { window } = this.buffer;
    const { layout } = reader;
    if (layout === null) return null;
    return {
      window,
      layout,
      get frames() {
        return reader.frames;
      },
      pass(position, frames, span) {
        window.position = position;
        reader.frames = frames;
        tally.add(span);
      },
    };
  }

  /** What people know the packet's interface by, '' where the capture does not say. */
  interfaceName(view: PacketView): string {
    return this.reader.interfaces[view.interfaceId]?.label ?? '';
  }

  get info(): CaptureInfo {
    return this.tally.info(this.name, this.compression, this.reader, this.cut);
  }

  /** The interfaces that were described so far; PacketView.interfaceId is an index into them. */
  get interfaces(): readonly CaptureInterface[] {
    return this.reader.interfaces;
  }

  /** The latest time of any packet, in seconds since 1970 (a double: microseconds); null before the first one. */
  get newestTime(): number | null {
    return this.tally.newestTime;
  }

  /** Where and why the capture ended too early. */
  get cut(): CaptureInfo['cut'] {
    if (this.failure === null) return this.reader.problem;
    const { frames, problem } = this.reader;
    return {
      offset: problem?.offset ?? this.buffer.window.offset,
      frame: frames,
      message: `cut short after frame ${frames}, at byte ${problem?.offset ?? this.buffer.window.offset}: ${this.failure}`,
    };
  }

  /** What the user should know of the capture once it has ended, one line each. */
  get warnings(): string[] {
    const { cut } = this;
    const { untimed } = this.tally;
    const lines: string[] = [];
    if (untimed > 0) {
      const packets = untimed === 1 ? '1 packet has' : `${untimed} packets have`;
      lines.push(
        `${this.name}: ${packets} no timestamp (simple packet blocks): the time of the packet before is taken`,
      );
    }
    if (cut !== null) lines.push(`${this.name}: ${cut.message}`);
    return lines;
  }

  get bytesRead(): number {
    return this.source.bytesRead;
  }

  get bytesTotal(): number | null {
    return this.source.bytesTotal;
  }

  async close(): Promise<void> {
    this.ended = true;
    await this.source.close();
  }
}
