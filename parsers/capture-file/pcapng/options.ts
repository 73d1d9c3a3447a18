// Options stand behind the fixed part of a block: code (16 bits), length (16 bits), value padded to 32 bits.
const OPTION_HEADER_LENGTH = 4;
const END_OF_OPTIONS = 0;

/**
 * Where the value of the first option with this code begins; -1 where there is none of at least `minLength` bytes.
 * Allocates nothing: packets carry options too.
 */
export function findOption(
  data: DataView,
  start: number,
  end: number,
  littleEndian: boolean,
  code: number,
  minLength: number,
): number {
  let at = start;
  while (at + OPTION_HEADER_LENGTH <= end) {
    const found = data.getUint16(at, littleEndian);
    if (found === END_OF_OPTIONS) return -1;
    const length = data.getUint16(at + 2, littleEndian);
    at += OPTION_HEADER_LENGTH;
    if (found === code && length >= minLength && at + length <= end) return at;
    at += (length + 3) & ~3;
  }
  return -1;
}

/** The text of an option; '' where it is absent. */
export function optionText(data: DataView, start: number, end: number, littleEndian: boolean, code: number): string {
  const at = findOption(data, start, end, littleEndian, code, 1);
  if (at < 0) return '';
  const bytes = new Uint8Array(data.buffer, data.byteOffset + at, data.getUint16(at - 2, littleEndian));
  return new TextDecoder().decode(bytes);
}

/** An unsigned 64-bit option as a number (exact below 2^53); null where it is absent. */
export function optionCount(
  data: DataView,
  start: number,
  end: number,
  littleEndian: boolean,
  code: number,
): number | null {
  const at = findOption(data, start, end, littleEndian, code, 8);
  return at < 0 ? null : unsigned64(data, at, littleEndian);
}

export function unsigned64(data: DataView, at: number, littleEndian: boolean): number {
  const first = data.getUint32(at, littleEndian);
  const second = data.getUint32(at + 4, littleEndian);
  return littleEndian ? second * 2 ** 32 + first : first * 2 ** 32 + second;
}

export function signed64(data: DataView, at: number, littleEndian: boolean): number {
  const high = data.getInt32(littleEndian ? at + 4 : at, littleEndian);
  const low = data.getUint32(littleEndian ? at : at + 4, littleEndian);
  return high * 2 ** 32 + low;
}
