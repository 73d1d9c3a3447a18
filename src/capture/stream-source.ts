import type { Readable } from 'node:stream';
import type { ByteSource } from './byte-source.ts';

/** Reads a pipe, a socket or any other Readable, handing on what has come without waiting for more. */
export class StreamSource implements ByteSource {
  readonly bytesTotal = null;
  bytesRead = 0;
  private readonly readable: Readable;
  /** The part of the last chunk that did not fit into the target. */
  private rest: Uint8Array = new Uint8Array(0);
  private ended: boolean;
  private failure: Error | null = null;
  private wake: () => void = () => {};

  constructor(readable: Readable) {
    this.readable = readable;
    this.ended = readable.readableEnded || readable.destroyed;
    const finish = () => {
      this.ended = true;
      this.wake();
    };
    readable.on('readable', () => this.wake());
    readable.on('end', finish);
    readable.on('close', finish);
    readable.on('error', (error) => {
      this.failure = error;
      finish();
    });
  }

  async read(target: Uint8Array): Promise<number> {
    for (;;) {
      const length = this.take(target);
      if (length > 0) return length;
      if (this.failure) throw this.failure;
      if (this.ended) return 0;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  async close(): Promise<void> {
    this.readable.destroy();
  }

  /** Moves what is there into the target. */
  private take(target: Uint8Array): number {
    let length = 0;
    while (length < target.length) {
      if (this.rest.length === 0) {
        const chunk: unknown = this.readable.read();
        if (!(chunk instanceof Uint8Array)) break;
        this.bytesRead += chunk.length;
        this.rest = chunk;
      }
      const part = this.rest.subarray(0, target.length - length);
      target.set(part, length);
      length += part.length;
      this.rest = this.rest.subarray(part.length);
    }
    return length;
  }
}
