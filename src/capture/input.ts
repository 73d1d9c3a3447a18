import type { Readable } from 'node:stream';
import type { PacketView } from '../../parsers/packet-view.ts';
import type { CaptureInfo } from '../summary.ts';
import { CaptureStream } from './capture-stream.ts';
import { FileSource } from './file-source.ts';
import { InputError } from './input-error.ts';
import { StreamSource } from './stream-source.ts';

/** The packets of one or more captures, in chunks: `while (await input.fill()) while (input.next(view)) …`. */
export interface CaptureInput {
  /** Brings the next chunk of bytes in. False when every input has ended. */
  fill(): Promise<boolean>;
  /** Next packet of what is in the window; false: call fill() again. Allocates nothing. */
  next(view: PacketView): boolean;
  /** What was read, one entry a file; complete after the end. */
  readonly captures: CaptureInfo[];
  /** Bytes read so far of the files as they lie on disk, and their size; null where that is unknown (a pipe). */
  readonly bytesRead: number;
  readonly bytesTotal: number | null;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Called with one line for everything the user should know: a file that is cut or damaged. */
  onWarning?: (message: string) => void;
  /** Bytes that are read at once. */
  chunkSize?: number;
}

/**
 * Opens capture files; '-' is standard input.
 * @throws InputError or CaptureFormatError, with one line that names the file
 */
export async function openCaptures(paths: string[], options: OpenOptions = {}): Promise<CaptureInput> {
  const [path] = paths;
  if (path === undefined) throw new InputError('no capture file is named');
  if (path === '-') return openStream(process.stdin, 'standard input', options);
  return singleInput(await CaptureStream.open(path, await FileSource.open(path), options.chunkSize), options);
}

/** Reads a capture that comes through a pipe, as it comes. */
export async function openStream(readable: Readable, name: string, options: OpenOptions = {}): Promise<CaptureInput> {
  return singleInput(await CaptureStream.open(name, new StreamSource(readable), options.chunkSize), options);
}

function singleInput(stream: CaptureStream, options: OpenOptions): CaptureInput {
  return new SingleInput(stream, options);
}

class SingleInput implements CaptureInput {
  private readonly stream: CaptureStream;
  private readonly onWarning: (message: string) => void;

  constructor(stream: CaptureStream, options: OpenOptions) {
    this.stream = stream;
    this.onWarning = options.onWarning ?? (() => {});
  }

  async fill(): Promise<boolean> {
    if (await this.stream.fill()) return true;
    const { cut } = this.stream.info;
    if (cut) this.onWarning(`${this.stream.name}: ${cut.message}`);
    return false;
  }

  next(view: PacketView): boolean {
    return this.stream.next(view);
  }

  get captures(): CaptureInfo[] {
    return [this.stream.info];
  }

  get bytesRead(): number {
    return this.stream.bytesRead;
  }

  get bytesTotal(): number | null {
    return this.stream.bytesTotal;
  }

  close(): Promise<void> {
    return this.stream.close();
  }
}
