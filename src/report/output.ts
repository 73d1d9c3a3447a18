import { writeSync } from 'node:fs';
import { isOnlyAscii } from './ascii.ts';
import { harmless } from './harmless.ts';
import { JsonBytes } from './json-bytes.ts';

const FLUSH_AT = 512 * 1024;

/** The reader of our output has gone (`| head`): nothing is wrong, and nothing more needs to be said. */
export class OutputClosed extends Error {
  override name = 'OutputClosed';
}

/**
 * Buffered, synchronous output to a file descriptor.
 *
 * A write returns when the kernel has taken the bytes, so a slow reader slows the analysis down and nothing queues
 * up in memory, at whatever point of the analysis the output comes.
 */
export class Output {
  /** Where reporters that make JSON write it; call `recordDone()` after each record. */
  readonly json: JsonBytes;
  /** Nothing but ASCII is written. */
  readonly ascii: boolean;
  private readonly fd: number;

  constructor(fd: number, { ascii = isOnlyAscii() }: { ascii?: boolean } = {}) {
    this.fd = fd;
    this.ascii = ascii;
    this.json = new JsonBytes(FLUSH_AT * 2, ascii);
  }

  /** Text for people, lines with colours; where only ASCII is written, signs are replaced and columns stay aligned. */
  write(text: string): void {
    this.data(harmless(text, this.ascii));
  }

  /** Text of a format for programs, as it is: the format knows how to write what would act, and what is not ASCII. */
  data(text: string): void {
    this.json.text(text);
    this.recordDone();
  }

  recordDone(): void {
    if (this.json.length >= FLUSH_AT) this.flush();
  }

  /** @throws OutputClosed where nobody reads any more */
  flush(): void {
    const { bytes, length } = this.json;
    this.json.length = 0;
    this.writeBytes(bytes, length);
  }

  /** Bytes as they are, past what is buffered. @throws OutputClosed where nobody reads any more */
  writeBytes(bytes: Uint8Array, length = bytes.length): void {
    for (let written = 0; written < length; ) written += writeSome(this.fd, bytes, written, length - written);
  }
}

function writeSome(fd: number, bytes: Uint8Array, offset: number, length: number): number {
  try {
    return writeSync(fd, bytes, offset, length);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPIPE') throw new OutputClosed('the output was closed', { cause: error });
    if (code !== 'EAGAIN') throw error;
    // A pipe that somebody made non-blocking is full: let its reader work.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    return 0;
  }
}
