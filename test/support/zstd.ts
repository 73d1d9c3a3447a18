const LARGEST_BLOCK = 128 * 1024;

/** Content in one Zstandard frame whose blocks are stored as they are (RFC 8878): no compressor is needed to make it. */
export function zstdStored(content: Uint8Array): Uint8Array {
  // Magic number, a descriptor without any option, a window of 128 KiB.
  const parts: Uint8Array[] = [Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38)];
  for (let at = 0; at < content.length; at += LARGEST_BLOCK) {
    const block = content.subarray(at, at + LARGEST_BLOCK);
    const isLast = at + LARGEST_BLOCK >= content.length;
    const header = (block.length << 3) | (isLast ? 1 : 0);
    parts.push(Uint8Array.of(header, header >> 8, header >> 16), block);
  }
  return Buffer.concat(parts);
}
