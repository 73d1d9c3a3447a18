/** How far back a match can reach. */
export const HISTORY_LENGTH = 64 * 1024;

const MIN_MATCH = 4;
/** A length of 15 in the token goes on in the bytes that follow, each 255 says that there is one more. */
const LONG_LENGTH = 15;

/**
 * Decompresses one LZ4 block: literals and copies of earlier output, in turn.
 * @param output receives the block from HISTORY_LENGTH on
 * @param first first byte of the output that a copy may refer to
 * @returns the end of the block in `output`; -1 where it is damaged or does not fit
 */
export function unlz4Block(block: Uint8Array, output: Uint8Array, first: number): number {
  let from = 0;
  let to = HISTORY_LENGTH;
  while (from < block.length) {
    const token = block[from++];
    let literals = token >> 4;
    if (literals === LONG_LENGTH) {
      let more = 255;
      while (more === 255 && from < block.length) {
        more = block[from++];
        literals += more;
      }
    }
    if (from + literals > block.length || to + literals > output.length) return -1;
    copy(block, from, output, to, literals);
    from += literals;
    to += literals;
    if (from === block.length) return to; // the last sequence has no match

    if (from + 2 > block.length) return -1;
    const distance = block[from] | (block[from + 1] << 8);
    from += 2;
    let length = (token & 0xf) + MIN_MATCH;
    if (length === LONG_LENGTH + MIN_MATCH) {
      let more = 255;
      while (more === 255 && from < block.length) {
        more = block[from++];
        length += more;
      }
    }
    if (distance === 0 || to - distance < first || to + length > output.length) return -1;
    // A match may overlap what it makes, so that short patterns repeat.
    if (distance >= length) copy(output, to - distance, output, to, length);
    else for (let i = 0; i < length; i++) output[to + i] = output[to + i - distance];
    to += length;
  }
  return -1;
}

/** Most pieces are a few bytes long, for which a call of set() costs more than the loop. */
function copy(source: Uint8Array, from: number, target: Uint8Array, to: number, length: number): void {
  if (length > 32) target.set(source.subarray(from, from + length), to);
  else for (let i = 0; i < length; i++) target[to + i] = source[from + i];
}
