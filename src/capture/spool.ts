import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { ByteSource } from './byte-source.ts';
import { describeError, InputError } from './input-error.ts';

/** The most that is put aside of a pipe: a temporary folder is often a part of memory. */
export const SPOOL_LIMIT = 2 ** 30;
const COPIED_AT_ONCE = 1 << 20;
const READS_PER_TURN = 16;

/**
 * What came through a pipe, put aside to be read more than once.
 *
 * The file has no name any more once it is open: the system takes it back when the program ends, however it ends.
 */
export class Spool {
  readonly #descriptor: number;
  readonly size: number;

  private constructor(descriptor: number, size: number) {
    this.#descriptor = descriptor;
    this.size = size;
  }

  /**
   * Reads the pipe to its end, and closes it.
   * @param name of the pipe, for messages
   * @throws InputError where it is longer than the limit, the disk is full, or there is no temporary folder
   */
  static async fill(name: string, source: ByteSource, limit: number = SPOOL_LIMIT): Promise<Spool> {
    const folder = await mkdtemp(join(tmpdir(), 'sockscope-')).catch((error: unknown) => {
      const { code } = describeError(error);
      throw new InputError(`${name}: nothing can be put into the temporary folder ${tmpdir()} (${code}); ${SAVE_IT}`);
    });
    let descriptor = -1;
    try {
      descriptor = openSync(join(folder, 'capture'), 'wx+', 0o600);
      rmSync(folder, { recursive: true, force: true });
      return new Spool(descriptor, await copy(name, source, descriptor, limit));
    } catch (error) {
      if (descriptor >= 0) closeSync(descriptor);
      throw error;
    } finally {
      await source.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** The bytes from the beginning. */
  read(): ByteSource {
    return new SpoolSource(this.#descriptor, this.size);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

class SpoolSource implements ByteSource {
  readonly bytesTotal: number;
  bytesRead = 0;
  readonly #descriptor: number;
  #reads = 0;

  constructor(descriptor: number, size: number) {
    this.#descriptor = descriptor;
    this.bytesTotal = size;
  }

  async read(target: Uint8Array): Promise<number> {
    // Signals and a progress bar are served now and then.
    if (++this.#reads % READS_PER_TURN === 0) await setImmediate();
    const length = readSync(this.#descriptor, target, 0, target.length, this.bytesRead);
    this.bytesRead += length;
    return length;
  }

  async close(): Promise<void> {}
}

async function copy(name: string, source: ByteSource, target: number, limit: number): Promise<number> {
  const chunk = new Uint8Array(COPIED_AT_ONCE);
  let size = 0;
  for (let length = await source.read(chunk); length > 0; length = await source.read(chunk)) {
    size += length;
    if (size > limit) throw new InputError(`${name}: longer than ${limit / 2 ** 20} MiB; ${SAVE_IT}`);
    try {
      for (let written = 0; written < length; ) written += writeSync(target, chunk, written, length - written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      throw new InputError(`${name}: no room for it in ${tmpdir()}; ${SAVE_IT}`);
    }
  }
  return size;
}

const SAVE_IT = 'what comes through a pipe is put aside to be read twice: save it as a file, or name one --stream';
