import type { Decompress } from 'fzstd';
import { type ExactReader, littleEndian32 } from './exact-reader.ts';

// Zstandard (RFC 8878): frames of a magic number, a header and blocks. The frames are taken apart here and given to
// the decompressor block by block: a block makes at most 128 KB, whatever its 4 bytes in the file claim.
const FRAME = 0xfd2fb528;
const SKIPPABLE_FRAME = 0x184d2a50; // to …5f
const BLOCK_HEADER_LENGTH = 3;
const RAW_BLOCK = 0;
const RLE_BLOCK = 1;
const COMPRESSED_BLOCK = 2;
const MAX_BLOCK = 128 * 1024;
const CHECKSUM_LENGTH = 4;
/** The window that zstd itself accepts without being told to (ZSTD_WINDOWLOG_LIMIT_DEFAULT). */
const MAX_WINDOW = 128 * 1024 * 1024;

const ENDS = 'the zstd data end in the middle';
const DAMAGED = 'the zstd data are damaged';

/**
 * Decompresses zstd data: frames one after the other, skippable ones left out. Checksums are not verified.
 * @throws Error where the data end in the middle or are damaged, after everything before was handed out
 */
export async function* unzstd(input: ExactReader): AsyncGenerator<Uint8Array> {
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
  // Loading it takes as long as reading a small capture, which is hardly ever compressed this way.
  const fzstd = await import('fzstd');
  const made: Uint8Array[] = [];
  const decompressor = new fzstd.Decompress((piece) => made.push(piece));
  const header = await frameHeader(input);
  decompressor.push(header.bytes);
  for (;;) {
    const start = await must(input, BLOCK_HEADER_LENGTH);
    const blockHeader = start[0] | (start[1] << 8) | (start[2] << 16);
    const last = (blockHeader & 1) === 1;
    const length = blockLength((blockHeader >> 1) & 3, blockHeader >> 3);
    const block = new Uint8Array(BLOCK_HEADER_LENGTH + length); // the decompressor keeps it
    block.set(start);
    block.set(await must(input, length), BLOCK_HEADER_LENGTH);
    push(decompressor, block);
    if (last) push(decompressor, await must(input, header.checksum ? CHECKSUM_LENGTH : 0));
    yield* made;
    made.length = 0;
    if (last) return;
  }
}

function blockLength(type: number, size: number): number {
  if (size > MAX_BLOCK || type > COMPRESSED_BLOCK) throw new Error(DAMAGED);
  return type === RLE_BLOCK ? 1 : type === RAW_BLOCK || type === COMPRESSED_BLOCK ? size : 0;
}

function push(decompressor: Decompress, bytes: Uint8Array): void {
  try {
    decompressor.push(bytes);
  } catch {
    throw new Error(DAMAGED);
  }
}

/** Frame header (3.1.1.1): descriptor, window descriptor, dictionary id, content size. */
async function frameHeader(input: ExactReader): Promise<{ bytes: Uint8Array; checksum: boolean }> {
  const [descriptor] = await must(input, 1);
  const singleSegment = (descriptor & 0x20) !== 0;
  const windowLength = singleSegment ? 0 : 1;
  const dictionaryLength = [0, 1, 2, 4][descriptor & 3];
  const sizeCode = descriptor >> 6;
  const sizeLength = sizeCode === 0 ? Number(singleSegment) : 1 << sizeCode;

  const fields = await must(input, windowLength + dictionaryLength + sizeLength);
  if (fields.subarray(windowLength, windowLength + dictionaryLength).some((byte) => byte !== 0)) {
    throw new Error(
      'the zstd data need a dictionary: decompress them first (zstd -dc -D DICTIONARY FILE | sockscope -)',
    );
  }
  const size = fields.subarray(windowLength + dictionaryLength).reduceRight((sum, byte) => sum * 256 + byte, 0);
  const window = singleSegment ? size : windowSize(fields[0]);
  if (window > MAX_WINDOW) {
    const megabytes = Math.ceil(window / (1024 * 1024));
    throw new Error(
      `the zstd data need ${megabytes} MB to decompress: decompress them first (zstd -dc --long=31 FILE | sockscope -)`,
    );
  }
  const bytes = new Uint8Array(5 + fields.length);
  new DataView(bytes.buffer).setUint32(0, FRAME, true);
  bytes[4] = descriptor;
  bytes.set(fields, 5);
  return { bytes, checksum: (descriptor & 4) !== 0 };
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

async function must(input: ExactReader, length: number): Promise<Uint8Array> {
  const bytes = await input.take(length);
  if (bytes === null) throw new Error(ENDS);
  return bytes;
}
