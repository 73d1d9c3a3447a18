import { fstatSync, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { PacketView } from '../../parsers/packet-view.ts';
import type { CaptureInfo } from '../summary.ts';
import type { ByteSource } from './byte-source.ts';
import { CaptureStream, STANDARD_INPUT_NAME } from './capture-stream.ts';
import { FileSource, openSource } from './file-source.ts';
import { InputError } from './input-error.ts';
import { MergedInput, type MergeEntry } from './merged-input.ts';
import type { PlainRecords } from './plain-records.ts';
import { SingleInput } from './single-input.ts';
import type { MakeWindow } from './sliding-buffer.ts';
import { Spool } from './spool.ts';
import { StreamSource } from './stream-source.ts';
import type { OnProgress } from './whole-progress.ts';

/** The packets of one or more captures, in chunks: `while (await input.fill()) while (input.next(view)) …`. */
export interface CaptureInput {
  /**
   * Brings the next chunk of bytes in. False when every input has ended. A live input also returns true once in a
   * while when nothing came, so that its reader can look at the clock.
   */
  fill(): Promise<boolean>;
  /** Next packet of what is there; false: call fill() again. Allocates nothing. */
  next(view: PacketView): boolean;
  /** Name of the interface that the packet of the last `next` came from, '' where the capture does not say. */
  interfaceName(view: PacketView): string;
  /** The records of the window for who reads them elsewhere; missing or null where they cannot be read so. */
  readonly plainRecords?: PlainRecords | null;
  /** What was read, one entry a file in the order given; complete after the end. */
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
  /** Where windows have their memory from. */
  makeWindow?: MakeWindow;
  /** Pipes that were put aside: they are read from there. */
  spools?: ReadonlyMap<string, Spool>;
}

const STANDARD_INPUT = 0;

/**
 * Opens capture files; '-' is standard input. Several files are read as one capture in time order.
 * @throws InputError or CaptureFormatError, with one line that names the file
 */
export async function openCaptures(paths: string[], options: OpenOptions = {}): Promise<CaptureInput> {
  const [path] = paths;
  if (path === undefined) throw new InputError('no capture is named: give a file, or - for standard input');
  if (paths.length === 1) return new SingleInput(await openPath(path, options), options);

  const entries: MergeEntry[] = [];
  try {
    for (const each of paths) entries.push(await MergedInput.look(() => openPath(each, options), each === '-'));
  } catch (error) {
    for (const entry of entries) await entry.offer?.stream.close();
    throw error;
  }
  return new MergedInput(entries, options);
}

/** Reads a capture that comes through a pipe, as it comes. */
export async function openStream(readable: Readable, name: string, options: OpenOptions = {}): Promise<CaptureInput> {
  return new SingleInput(await CaptureStream.open(name, new StreamSource(readable), options.chunkSize), options);
}

/**
 * Puts aside those inputs that can be read only once.
 * @param onProgress told of the bytes that have come; how many will come nobody knows
 * @throws InputError where one cannot be read, or is too long to be put aside
 */
export async function spoolPipes(paths: string[], onProgress?: OnProgress): Promise<Map<string, Spool>> {
  const spools = new Map<string, Spool>();
  try {
    for (const path of paths) {
      if (path !== '-' && !isPipe(path)) continue;
      spools.set(path, await Spool.fill(nameOf(path), told(await sourceOf(path), onProgress)));
    }
    return spools;
  } catch (error) {
    for (const spool of spools.values()) spool.close();
    throw error;
  }
}

/** A source that tells of what is read from it. */
function told(source: ByteSource, onProgress: OnProgress = () => {}): ByteSource {
  return {
    async read(target) {
      const length = await source.read(target);
      onProgress(source.bytesRead, source.bytesTotal);
      return length;
    },
    get bytesRead() {
      return source.bytesRead;
    },
    bytesTotal: source.bytesTotal,
    close: () => source.close(),
  };
}

/** Bytes of an input as it lies on disk; null where nobody knows: a pipe. What is not there has none. */
export function inputSize(path: string): number | null {
  const status = path === '-' ? fstatSync(STANDARD_INPUT) : statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return 0;
  return status.isFile() ? status.size : null;
}

function isPipe(path: string): boolean {
  const status = statSync(path, { throwIfNoEntry: false });
  return status !== undefined && !status.isFile() && !status.isDirectory();
}

async function openPath(path: string, options: OpenOptions): Promise<CaptureStream> {
  const source = options.spools?.get(path)?.read() ?? (await sourceOf(path));
  return CaptureStream.open(nameOf(path), source, options.chunkSize, options.makeWindow);
}

async function sourceOf(path: string): Promise<ByteSource> {
  return path === '-' ? standardInput() : openSource(path);
}

function nameOf(path: string): string {
  return path === '-' ? STANDARD_INPUT_NAME : path;
}

/** Standard input may be a file (`< capture.pcap`), and a file is faster read as such. */
function standardInput(): ByteSource {
  const status = fstatSync(STANDARD_INPUT);
  return status.isFile() ? new FileSource(STANDARD_INPUT, status.size, false) : new StreamSource(process.stdin);
}
