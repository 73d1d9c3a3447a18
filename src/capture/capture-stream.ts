import { DETECTION_LENGTH, openReader } from '../../parsers/capture-file/detect.ts';
import { CaptureFormatError, type CaptureReader, READ_END, READ_PACKET } from '../../parsers/capture-file/reader.ts';
import type { PacketView } from '../../parsers/packet-view.ts';
import type { CaptureInfo } from '../summary.ts';
import type { ByteSource } from './byte-source.ts';
import { CaptureTally } from './capture-tally.ts';
import { DoubleBuffer } from './double-buffer.ts';
import { InputError } from './input-error.ts';

/** One capture, from its bytes to its packets. */
export class CaptureStream {
  readonly name: string;
  private readonly source: ByteSource;
  private readonly buffer: DoubleBuffer;
  private readonly reader: CaptureReader;
  private readonly tally = new CaptureTally();
  /** The window holds bytes that came with the file's header and were not offered yet. */
  private primed = true;
  private ended = false;

  private constructor(name: string, source: ByteSource, buffer: DoubleBuffer, reader: CaptureReader) {
    this.name = name;
    this.source = source;
    this.buffer = buffer;
    this.reader = reader;
  }

  /**
   * Reads as far as the header.
   * @throws InputError for empty inputs, CaptureFormatError for what is no capture; both name the input
   */
  static async open(name: string, source: ByteSource, chunkSize?: number): Promise<CaptureStream> {
    const buffer = new DoubleBuffer(source, chunkSize);
    try {
      const window = buffer.window;
      while (window.available < DETECTION_LENGTH && !window.ended) await buffer.fill();
      if (window.available === 0) throw new InputError(`${name}: empty; nothing was captured into it`);
      return new CaptureStream(name, source, buffer, openReader(window));
    } catch (error) {
      await buffer.settle();
      await source.close();
      throw error instanceof CaptureFormatError ? new CaptureFormatError(`${name}: ${error.message}`) : error;
    }
  }

  /** Brings the next chunk in. False when the capture has ended. */
  async fill(): Promise<boolean> {
    if (this.ended) return false;
    if (this.primed) this.primed = false;
    else await this.buffer.fill();
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

  get info(): CaptureInfo {
    return this.tally.info(this.name, null, this.reader);
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
    await this.buffer.settle();
  }
}
