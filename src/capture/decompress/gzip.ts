import { createInflateRaw, type ZlibOptions } from 'node:zlib';
import { describeError } from '../input-error.ts';
import { type ExactReader, littleEndian32 } from './exact-reader.ts';

// gzip (RFC 1952): members of a header, deflated data, and a trailer of CRC and length. The members are taken apart
// here, since createGunzip takes bytes behind the last one for damage and then drops what it had decompressed.
const HEADER_LENGTH = 10;
const FLAGS = 3;
const FLAG_HEADER_CRC = 0x02;
const FLAG_EXTRA = 0x04;
const FLAG_NAME = 0x08;
const FLAG_COMMENT = 0x10;
const TRAILER_LENGTH = 8;
const TRAILER_SIZE = 4;

const PIECE_SIZE = 64 * 1024;
/** With the lowest mark zlib makes one piece and waits until it is taken: an error then loses no finished piece. */
const OPTIONS: ZlibOptions & { readableHighWaterMark: number } = { chunkSize: PIECE_SIZE, readableHighWaterMark: 1 };

const ENDS = 'the gzip data end in the middle';

/**
 * Decompresses gzip data: members one after the other; what follows the last is left out, as gzip does. The length
 * is verified, the checksum is not.
 * @throws Error where the data end in the middle or are damaged, after everything before was handed out
 */
export async function* gunzip(input: ExactReader): AsyncGenerator<Uint8Array> {
  let magic = await input.take(2);
  while (magic !== null && magic[0] === 0x1f && magic[1] === 0x8b) {
    await skipHeader(input);
    const length = yield* inflate(input);
    const trailer = await must(input, TRAILER_LENGTH);
    if (littleEndian32(trailer, TRAILER_SIZE) !== length % 2 ** 32) throw new Error('the gzip data are damaged');
    magic = await input.take(2);
  }
}

/** Reads past the member header, whose magic number was taken. */
async function skipHeader(input: ExactReader): Promise<void> {
  const flags = (await must(input, HEADER_LENGTH - 2))[FLAGS - 2];
  if (flags & FLAG_EXTRA) {
    const [low, high] = await must(input, 2);
    await must(input, low | (high << 8));
  }
  for (const flag of [FLAG_NAME, FLAG_COMMENT]) {
    if (flags & flag) while ((await must(input, 1))[0] !== 0);
  }
  if (flags & FLAG_HEADER_CRC) await must(input, 2);
}

/**
 * The deflated data of one member; what was read beyond their end is given back to the input.
 * @returns their length
 */
async function* inflate(input: ExactReader): AsyncGenerator<Uint8Array, number> {
  const inflater = createInflateRaw(OPTIONS);
  const state = { busy: false, failure: null as unknown };
  let given = 0;
  let made = 0;
  let wake = () => {};
  inflater.on('readable', () => wake());
  inflater.on('error', (error) => {
    state.failure = error;
    wake();
  });

  try {
    for (;;) {
      const piece: Uint8Array | null = inflater.read();
      if (piece !== null) {
        made += piece.length;
        yield piece;
      } else if (state.failure !== null) {
        throw new Error(`the gzip data are damaged (${describeError(state.failure).message})`);
      } else if (state.busy) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else if (inflater.bytesWritten < given) {
        input.giveBack(given - inflater.bytesWritten); // it wants no more: this was the member's end
        return made;
      } else {
        const chunk = await input.takeSome();
        if (chunk === null) throw new Error(ENDS);
        given += chunk.length;
        state.busy = true;
        inflater.write(chunk, () => {
          state.busy = false;
          wake();
        });
      }
    }
  } finally {
    inflater.destroy();
  }
}

async function must(input: ExactReader, length: number): Promise<Uint8Array> {
  const bytes = await input.take(length);
  if (bytes === null) throw new Error(ENDS);
  return bytes;
}
