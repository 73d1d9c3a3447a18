import { type ExactReader, littleEndian32 } from './exact-reader.ts';
import { HISTORY_LENGTH, unlz4Block } from './lz4-block.ts';

// LZ4 frame format 1.6: magic number, descriptor, blocks, a block length of 0 as the end mark.
const FRAME = 0x184d2204;
const SKIPPABLE_FRAME = 0x184d2a50; // to …5f
const NOT_COMPRESSED = 0x80000000;
const CHECKSUM_LENGTH = 4;

const ENDS = 'the lz4 data end in the middle';
const DAMAGED = 'the lz4 data are damaged';

/**
 * Decompresses lz4 frames, one after the other, with independent or linked blocks. Checksums are not verified.
 * @throws Error where the data end in the middle or are damaged, after everything before was handed out
 */
export async function* unlz4(input: ExactReader): AsyncGenerator<Uint8Array> {
  while (!(await input.atEnd())) {
    const magic = littleEndian32(await must(input, 4));
    if (magic === FRAME) {
      yield* frame(input);
    } else if ((magic & 0xfffffff0) === SKIPPABLE_FRAME) {
      if (!(await input.skip(littleEndian32(await must(input, 4))))) throw new Error(ENDS);
    } else {
      throw new Error(DAMAGED);
    }
  }
}

async function* frame(input: ExactReader): AsyncGenerator<Uint8Array> {
  const { maxBlock, blockChecksum, contentChecksum } = await frameDescriptor(input);
  // What came before a block stands in front of it: linked blocks copy from there.
  const output = new Uint8Array(HISTORY_LENGTH + maxBlock);
  let history = 0;
  for (;;) {
    const length = littleEndian32(await must(input, 4));
    if (length === 0) break;
    const size = length & ~NOT_COMPRESSED;
    if (size > maxBlock) throw new Error(DAMAGED);
    const block = await must(input, size);
    let end = HISTORY_LENGTH + size;
    if (length >= NOT_COMPRESSED) output.set(block, HISTORY_LENGTH);
    else end = unlz4Block(block, output, HISTORY_LENGTH - history);
    if (end < 0) throw new Error(DAMAGED);
    yield output.subarray(HISTORY_LENGTH, end);
    history = Math.min(history + end - HISTORY_LENGTH, HISTORY_LENGTH);
    output.copyWithin(HISTORY_LENGTH - history, end - history, end);
    if (blockChecksum) await must(input, CHECKSUM_LENGTH);
  }
  if (contentChecksum) await must(input, CHECKSUM_LENGTH);
}

async function frameDescriptor(input: ExactReader) {
  const [flags, block] = await must(input, 2);
  if (flags >> 6 !== 1) throw new Error(DAMAGED);
  const sizeCode = (block >> 4) & 7;
  if (sizeCode < 4) throw new Error(DAMAGED);
  const contentSizeLength = flags & 0x08 ? 8 : 0;
  const dictionaryLength = flags & 0x01 ? 4 : 0;
  await must(input, contentSizeLength + dictionaryLength + 1); // and the header's own checksum
  if (dictionaryLength > 0) throw new Error('the lz4 data need a dictionary: decompress them first');
  return {
    maxBlock: 2 ** (8 + 2 * sizeCode),
    blockChecksum: (flags & 0x10) !== 0,
    contentChecksum: (flags & 0x04) !== 0,
  };
}

async function must(input: ExactReader, length: number): Promise<Uint8Array> {
  const bytes = await input.take(length);
  if (bytes === null) throw new Error(ENDS);
  return bytes;
}
