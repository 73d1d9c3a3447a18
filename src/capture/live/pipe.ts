import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A pipe of the kernel: what is written to the one end is read from the other. */
export interface Pipe {
  readonly readable: Socket;
  /** Descriptor for a child process; to be closed here once the child has it. */
  readonly writeEnd: number;
}

/**
 * Node connects a child by a pair of sockets, in which each write of the child costs some 700 bytes of the kernel's
 * allowance however small it is: 277 packets fill it. A pipe puts small writes together, and writing to it and
 * reading from it took half the time (2 µs a packet for both sides, against 4 µs).
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
    return { readable: new Socket({ fd: readEnd, readable: true, writable: false }), writeEnd };
  } catch {
    if (readEnd >= 0) closeSync(readEnd);
    return null;
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
}
