import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ByteSource } from '../byte-source.ts';

/** A pipe of the kernel: what is written to the one end is read from the other. */
export interface Pipe {
  readonly source: PipeSource;
  /** Descriptor for a child process; to be closed here once the child has it. */
  readonly writeEnd: number;
  /** Takes its name out of the file system; what is open stays so. */
  forget(): void;
}

/**
 * Node connects a child by a pair of sockets, in which each write of the child costs some 700 bytes of the kernel's
 * allowance however small it is: 277 packets fill it. A pipe puts small writes together.
 *
 * @returns null where a pipe cannot be made; the pair of sockets does, too
 */
export function makePipe(): Pipe | null {
  let folder: string | null = null;
  let readEnd = -1;
  try {
    folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
    // Ubuntu's AppArmor lets tcpdump write to files of this name only.
    const path = join(folder, 'live.pcap');
    if (spawnSync('mkfifo', ['-m', '600', path]).status !== 0) throw new Error('no mkfifo');
    readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writeEnd = openSync(path, constants.O_WRONLY);
    const named = folder;
    return { source: new PipeSource(readEnd), writeEnd, forget: () => remove(named) };
  } catch {
    if (readEnd >= 0) closeSync(readEnd);
    if (folder !== null) remove(folder);
    return null;
  }
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Milliseconds between two looks at the pipe while much comes, and when it is empty or nearly. */
const SHORT_WAIT = 1;
const LONG_WAIT = 20;
/** Half of what a pipe holds: then there is likely more behind it. */
const PLENTY = 32 * 1024;
/** Looks that find less, until all that was waiting has likely come. */
const PATIENCE = 3;
/** Milliseconds in which a capture program that runs writes its header. */
const FIRST_BYTES = 2000;

/**
 * Reads a pipe by looking whether something has come, instead of being woken by each packet that is written.
 *
 * While nobody reads, the pipe fills up; then the capture program waits for us and not for packets, so that the
 * kernel, which has to wake it for each packet otherwise, has no work with it either: that work would slow down the
 * programs that are watched. Packets wait in the kernel's buffer meanwhile, a fiftieth of a second of them.
 */
export class PipeSource implements ByteSource {
  readonly bytesTotal = null;
  bytesRead = 0;
  readonly #descriptor: number;
  /** What came before anybody read. */
  #head: Uint8Array = new Uint8Array(0);
  #isClosed = false;
  /** Looks, one after the other, that found less than plenty. */
  #disappointed = 0;

  /** @param descriptor read end of a pipe, not blocking */
  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** True when something has come; false where nothing can, because its writer was not allowed to keep the pipe. */
  async hasWriter(): Promise<boolean> {
    const head = new Uint8Array(PLENTY);
    for (const late = performance.now() + FIRST_BYTES; performance.now() < late; await sleep(SHORT_WAIT)) {
      const length = this.#take(head);
      if (length < 0) continue;
      this.#head = head.subarray(0, length);
      return length > 0;
    }
    return false;
  }

  async read(target: Uint8Array): Promise<number> {
    if (this.#head.length > 0) return this.#giveHead(target);
    for (;;) {
      await sleep(this.#disappointed < PATIENCE ? SHORT_WAIT : LONG_WAIT);
      if (this.#isClosed) return 0;
      const length = this.#take(target);
      this.#disappointed = length >= PLENTY ? 0 : this.#disappointed + 1;
      if (length < 0) continue;
      this.bytesRead += length;
      return length;
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#descriptor);
  }

  #giveHead(target: Uint8Array): number {
    const part = this.#head.subarray(0, target.length);
    target.set(part);
    this.#head = this.#head.subarray(part.length);
    this.bytesRead += part.length;
    return part.length;
  }

  /** @returns -1 where nothing has come; 0 at the end */
  #take(target: Uint8Array): number {
    try {
      return readSync(this.#descriptor, target);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return -1;
      throw error;
    }
  }
}
