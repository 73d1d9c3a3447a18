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
    const path = join(folder, 'pipe');
    if (spawnSync('mkfifo', ['-m', '600', path]).status !== 0) return null;
    readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writeEnd = openSync(path, constants.O_WRONLY);
    return { source: new PipeSource(readEnd), writeEnd };
  } catch {
    if (readEnd >= 0) closeSync(readEnd);
    return null;
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
}

/** Milliseconds between two looks at the pipe while much comes, and when it is empty or nearly. */
const SHORT_WAIT = 1;
const LONG_WAIT = 20;
/** Half of what a pipe holds: then there is likely more behind it. */
const PLENTY = 32 * 1024;
/** Looks that find less, until all that was waiting has likely come. */
const PATIENCE = 3;

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
  #isClosed = false;
  /** Looks, one after the other, that found less than plenty. */
  #disappointed = 0;

  /** @param descriptor read end of a pipe, not blocking */
  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  async read(target: Uint8Array): Promise<number> {
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
