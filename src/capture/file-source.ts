import { type FileHandle, open } from 'node:fs/promises';
import type { ByteSource } from './byte-source.ts';
import { InputError } from './input-error.ts';

/** What a user can do about the errors that opening a file gives. */
const OPEN_ERRORS: Record<string, string> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied; sudo, or a copy that you may read, helps',
  EPERM: 'permission denied; sudo, or a copy that you may read, helps',
  EMFILE: 'too many open files; raise the limit with ulimit -n',
  ENOTDIR: 'no such file',
};

/** Reads a file (or a named pipe, or a device) in order. */
export class FileSource implements ByteSource {
  readonly bytesTotal: number | null;
  bytesRead = 0;
  private readonly handle: FileHandle;

  private constructor(handle: FileHandle, size: number | null) {
    this.handle = handle;
    this.bytesTotal = size;
  }

  /** @throws InputError that names the file and says why it cannot be read */
  static async open(path: string): Promise<FileSource> {
    let handle: FileHandle;
    try {
      handle = await open(path, 'r');
    } catch (error) {
      throw new InputError(`${path}: ${openFailure(error)}`);
    }
    const status = await handle.stat();
    if (status.isDirectory()) {
      await handle.close();
      throw new InputError(`${path}: is a directory; name the capture files in it`);
    }
    return new FileSource(handle, status.isFile() ? status.size : null);
  }

  async read(target: Uint8Array): Promise<number> {
    const { bytesRead } = await this.handle.read(target, 0, target.length, null);
    this.bytesRead += bytesRead;
    return bytesRead;
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

function openFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return OPEN_ERRORS[code] ?? `cannot be opened: ${error instanceof Error ? error.message : String(error)}`;
}
