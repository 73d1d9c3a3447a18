import { createGunzip, type ZlibOptions } from 'node:zlib';
import type { ByteSource } from '../byte-source.ts';

const READ_SIZE = 64 * 1024;
/** With the lowest mark zlib makes one piece and waits until it is taken: an error then loses no finished piece. */
const OPTIONS: ZlibOptions & { readableHighWaterMark: number } = { chunkSize: READ_SIZE, readableHighWaterMark: 1 };

/**
 * Decompresses gzip data, several members and bytes behind the last one included.
 * @throws Error where the data end in the middle or are damaged, after everything before was handed out
 */
export async function* gunzip(source: ByteSource): AsyncGenerator<Uint8Array> {
  const inflater = createGunzip(OPTIONS);
  let ended = false;
  let writing = false;
  let failure: NodeJS.ErrnoException | null = null;
  let wake = () => {};
  inflater.on('readable', () => wake());
  inflater.on('end', () => {
    ended = true;
    wake();
  });
  inflater.on('error', (error) => {
    failure = error;
    wake();
  });

  try {
    for (;;) {
      const piece: Uint8Array | null = inflater.read();
      if (piece !== null) {
        yield piece;
      } else if (failure !== null) {
        throw new Error(explain(failure));
      } else if (ended) {
        return;
      } else if (!writing) {
        writing = true;
        const chunk = new Uint8Array(READ_SIZE); // zlib keeps it until the callback
        const length = await source.read(chunk);
        if (length === 0) {
          inflater.end();
        } else {
          inflater.write(chunk.subarray(0, length), () => {
            writing = false;
            wake();
          });
        }
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    inflater.destroy();
  }
}

function explain({ code, message }: NodeJS.ErrnoException): string {
  return code === 'Z_BUF_ERROR' ? 'the gzip data end in the middle' : `the gzip data are damaged (${message})`;
}
