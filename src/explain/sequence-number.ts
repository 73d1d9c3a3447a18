/** A sequence number counted from its side's first, as Wireshark does, and as it is on the wire. */
export interface SequenceNumber {
  relative: number;
  absolute: number;
}

/** Numbers so little before the base are meant to be negative: a keep-alive before anything was sent. */
const SHORTLY_BEFORE = 0x1_0000;

/** Distance on the circle of sequence numbers. @param base null: not known, the number stays as it is */
export function relativeTo(number: number, base: number | null): number {
  if (base === null) return number;
  const distance = (number - base) >>> 0;
  return distance > 2 ** 32 - SHORTLY_BEFORE ? distance - 2 ** 32 : distance;
}
