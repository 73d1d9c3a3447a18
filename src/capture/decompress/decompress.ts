import type { ByteSource } from '../byte-source.ts';
import { ExactReader } from './exact-reader.ts';

export type Compression = 'gzip' | 'zstd' | 'lz4';

const MAGIC_LENGTH = 4;

/** Names of compressed files lie; their first bytes (as a big-endian number) do not. */
function compressionOf(magic: number): Compression | null {
  if (magic >>> 8 === 0x1f8b08) return 'gzip';
  if (magic === 0x04224d18) return 'lz4';
  // A zstd frame, or a skippable frame in front of one as pzstd writes it.
  if (magic === 0x28b52ffd || (magic & 0xf0ffffff) >>> 0 === 0x502a4d18) return 'zstd';
  return null;
}

/** Looks at the first bytes of a source and, where they are compressed, puts the decompressor in front of it. */
export async function decompressed(
  source: ByteSource,
): Promise<{ source: ByteSource; compression: Compression | null }> {
  const head = new Uint8Array(MAGIC_LENGTH);
  let length = 0;
  while (length < MAGIC_LENGTH) {
    const got = await source.read(head.subarray(length));
    if (got === 0) break;
    length += got;
  }
  const whole = new ReplayedSource(source, head.subarray(0, length));
  const compression = length < MAGIC_LENGTH ? null : compressionOf(new DataView(head.buffer).getUint32(0));
  switch (compression) {
    case 'gzip': {
      const { gunzip } = await import('./gzip.ts');
      return { source: new PieceSource(whole, gunzip(new ExactReader(whole))), compression };
    }
    case 'zstd': {
      const { unzstd } = await import('./zstd.ts');
      return { source: new PieceSource(whole, unzstd(new ExactReader(whole))), compression };
    }
    case 'lz4': {
      const { unlz4 } = await import('./lz4.ts');
      return { source: new PieceSource(whole, unlz4(new ExactReader(whole))), compression };
    }
    default:
      return { source: whole, compression };
  }
}

/** A source whose first bytes were already looked at. */
class ReplayedSource implements ByteSource {
  private readonly below: ByteSource;
  private head: Uint8Array;

  constructor(below: ByteSource, head: Uint8Array) {
    this.below = below;
    this.head = head;
  }

  async read(target: Uint8Array): Promise<number> {
    if (this.head.length === 0) return this.below.read(target);
    const part = this.head.subarray(0, target.length);
    target.set(part);
    this.head = this.head.subarray(part.length);
    return part.length;
  }

  get bytesRead(): number {
    return this.below.bytesRead;
  }

  get bytesTotal(): number | null {
    return this.below.bytesTotal;
  }

  close(): Promise<void> {
    return this.below.close();
  }
}

/**
 * Bytes that a decompressor makes in pieces of its own size. The next piece is made when the one before was taken, so
 * that memory stays the same however far the data expand.
 */
class PieceSource implements ByteSource {
  private readonly below: ByteSource;
  private readonly pieces: AsyncGenerator<Uint8Array>;
  private rest: Uint8Array = new Uint8Array(0);

  constructor(below: ByteSource, pieces: AsyncGenerator<Uint8Array>) {
    this.below = below;
    this.pieces = pieces;
  }

  async read(target: Uint8Array): Promise<number> {
    while (this.rest.length === 0) {
      const { done, value } = await this.pieces.next();
      if (done) return 0;
      this.rest = value;
    }
    const part = this.rest.subarray(0, target.length);
    target.set(part);
    this.rest = this.rest.subarray(part.length);
    return part.length;
  }

  get bytesRead(): number {
    return this.below.bytesRead;
  }

  get bytesTotal(): number | null {
    return this.below.bytesTotal;
  }

  async close(): Promise<void> {
    await this.below.close();
    await this.pieces.return(undefined).catch(() => {});
  }
}
