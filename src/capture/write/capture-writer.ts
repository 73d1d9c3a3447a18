import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { RECORD_HEAD } from '../../../parsers/capture-file/byte-window.ts';
import { PacketView } from '../../../parsers/packet-view.ts';
import { describeError, InputError } from '../input-error.ts';
import { DESCRIPTION_LENGTH, type Encoder, type Lacks, PACKET_OVERHEAD, type WrittenInterface } from './encoder.ts';
import { pcapEncoder } from './pcap-encoder.ts';
import { pcapngEncoder } from './pcapng-encoder.ts';

/** How packets are kept. */
export interface WriteOptions {
  /** Ends with .pcapng or .pcap. */
  path: string;
  /** The next file begins where one would grow beyond so many bytes; each then has a number and a time in its name. */
  rotateSize?: number;
  /** Only so many of the files of this session stay: the oldest goes when one more begins. */
  keep?: number;
}

/** Where what is written comes from. */
export interface WriteSource {
  /** The interface of the packet at hand; without one that of the capture as a whole. */
  describe(view: PacketView | null): WrittenInterface;
  /** Packets that were lost from the beginning until now. @param interfaceId as in PacketView */
  lost(interfaceId: number): Lacks;
  /** Called with one line when writing has come to an end before the capture has. */
  onProblem(message: string): void;
}

/** Room for the longest packet and everything else, and for some hundreds of usual packets to go with one call. */
const BUFFER_SIZE = RECORD_HEAD + 3 * DESCRIPTION_LENGTH + 256 * 1024;

/** The file ending decides. @returns null where it is neither */
export function encoderFor(path: string): Encoder | null {
  if (path.endsWith('.pcapng')) return pcapngEncoder;
  return path.endsWith('.pcap') ? pcapEncoder : null;
}

/**
 * Writes packets into capture files as they are read: the file holds the frames that the analysis counts, so that
 * reading it back gives the same records.
 *
 * Where a file cannot be written any more it ends after its last whole packet, and no other is begun.
 */
export class CaptureWriter {
  /** Why nothing is written any more; null while all is well. */
  problem: string | null = null;
  readonly #options: WriteOptions;
  readonly #encoder: Encoder;
  readonly #source: WriteSource;
  readonly #bytes = Buffer.allocUnsafeSlow(BUFFER_SIZE);
  readonly #last = new PacketView();
  readonly #files: string[] = [];
  #descriptor = -1;
  #path = '';
  #filesBegun = 0;
  #used = 0;
  /** Bytes of the file at hand that are with the kernel. */
  #written = 0;
  #hasHeader = false;
  #linkType = -1;
  /** Interfaces of the input that the file at hand describes, in the order of their numbers there. */
  #interfaces: number[] = [];
  readonly #lostBefore = new Map<number, Lacks>();

  /** @throws InputError where the first file cannot be begun */
  constructor(options: WriteOptions, encoder: Encoder, source: WriteSource) {
    this.#options = options;
    this.#encoder = encoder;
    this.#source = source;
    try {
      this.#begin();
    } catch (error) {
      throw new InputError(`${this.#path}: cannot be written: ${whyNot(error, this.#path)}`);
    }
  }

  packet(view: PacketView): void {
    if (this.problem !== null) return;
    if (this.#linkType !== view.linkType && !this.#takes(view)) return;
    const length = view.end - view.start + PACKET_OVERHEAD;
    if (this.#isFull(length) && !this.#rotate()) return;
    if (this.#bytes.length - this.#used < length + DESCRIPTION_LENGTH) this.flush();
    if (!this.#hasHeader) this.#writeHeader(view);
    let id = this.#interfaces.indexOf(view.interfaceId);
    if (id < 0) id = this.#describe(view.interfaceId, view);
    this.#used = this.#encoder.packet(this.#bytes, this.#used, id, view);
    this.#last.seconds = view.seconds;
    this.#last.nanoseconds = view.nanoseconds;
  }

  /** What was written can be read from the file. */
  flush(): void {
    if (this.problem !== null || this.#used === 0) return;
    const whole = this.#used;
    this.#used = 0;
    let done = 0;
    try {
      while (done < whole) done += writeSync(this.#descriptor, this.#bytes, done, whole - done);
      this.#written += whole;
    } catch (error) {
      this.#fail(error, this.#written + this.#wholeRecords(done));
    }
  }

  /** Ends the last file. */
  finish(): void {
    if (this.#descriptor < 0) return;
    this.flush();
    if (!this.#hasHeader) this.#writeHeader(null);
    this.#end();
  }

  /** True if the packet can stand in this kind of file. */
  #takes(view: PacketView): boolean {
    if (this.#linkType >= 0 && !this.#encoder.mixesLinkTypes) {
      this.flush();
      this.#stop('packets of another link type came, and a pcap file has but one: name it .pcapng');
      return false;
    }
    this.#linkType = view.linkType;
    return true;
  }

  #isFull(length: number): boolean {
    const { rotateSize } = this.#options;
    if (rotateSize === undefined || this.#interfaces.length === 0) return false;
    return this.#written + this.#used + length > rotateSize;
  }

  #rotate(): boolean {
    this.#end();
    if (this.problem !== null) return false;
    try {
      this.#begin();
      return true;
    } catch (error) {
      this.#stop(describeError(error).message);
      return false;
    }
  }

  #begin(): void {
    const { path, rotateSize, keep } = this.#options;
    this.#path = rotateSize === undefined ? path : numbered(path, ++this.#filesBegun);
    this.#descriptor = openSync(this.#path, 'w');
    this.#files.push(this.#path);
    while (keep !== undefined && this.#files.length > keep) rmSync(this.#files.shift() ?? '', { force: true });
    this.#written = 0;
    this.#used = 0;
    this.#hasHeader = false;
    this.#interfaces = [];
  }

  #end(): void {
    this.flush();
    for (const [id, interfaceId] of this.#interfaces.entries()) {
      const lost = this.#source.lost(interfaceId);
      const before = this.#lostBefore.get(interfaceId);
      this.#lostBefore.set(interfaceId, lost);
      if (lost.interface === null && lost.system === null) continue;
      this.#used = this.#encoder.statistics(this.#bytes, this.#used, id, this.#last, since(lost, before));
    }
    this.flush();
    if (this.#descriptor >= 0) closeSync(this.#descriptor);
    this.#descriptor = -1;
  }

  #writeHeader(view: PacketView | null): void {
    this.#hasHeader = true;
    const description = this.#source.describe(view);
    this.#used = this.#encoder.header(this.#bytes, this.#used, description);
    if (view === null) this.#used = this.#encoder.interface(this.#bytes, this.#used, 0, description);
  }

  #describe(interfaceId: number, view: PacketView): number {
    const id = this.#interfaces.push(interfaceId) - 1;
    this.#used = this.#encoder.interface(this.#bytes, this.#used, id, this.#source.describe(view));
    return id;
  }

  /** Length of the whole records among the first `length` bytes of the buffer. */
  #wholeRecords(length: number): number {
    let at = 0;
    while (at < length) {
      const next = at + this.#encoder.recordLength(this.#bytes, at, this.#written + at === 0);
      if (next > length) break;
      at = next;
    }
    return at;
  }

  #fail(error: unknown, wholeLength: number): void {
    try {
      ftruncateSync(this.#descriptor, wholeLength);
    } catch {
      // Then the last packet is cut, which readers can tell.
    }
    this.#stop(describeError(error).message);
  }

  #stop(why: string): void {
    this.problem = `${this.#path}: not written any more: ${why}`;
    if (this.#descriptor >= 0) closeSync(this.#descriptor);
    this.#descriptor = -1;
    this.#source.onProblem(this.problem);
  }
}

function since(now: Lacks, before: Lacks | undefined): Lacks {
  const less = (a: number | null, b: number | null | undefined) => (a === null ? null : Math.max(0, a - (b ?? 0)));
  return { interface: less(now.interface, before?.interface), system: less(now.system, before?.system) };
}

/** `web.pcapng` → `web-00001-20261122T093000Z.pcapng`: in the order of their names, and no session overwrites another's. */
function numbered(path: string, number: number): string {
  const dot = path.lastIndexOf('.');
  const time = `${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  return `${path.slice(0, dot)}-${String(number).padStart(5, '0')}-${time}${path.slice(dot)}`;
}

/** In words what the user can mend. */
function whyNot(error: unknown, path: string): string {
  const { code, message } = describeError(error);
  if (code === 'ENOENT') return `there is no folder ${dirname(path)}`;
  if (code === 'ENOTDIR') return `${dirname(path)} is no folder`;
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not write there';
  return message;
}
