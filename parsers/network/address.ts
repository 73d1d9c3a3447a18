/**
 * Addresses as text. Words are those of PacketView: 32 bits, big-endian, signed.
 */

/** Dotted decimal. */
export function formatIpv4(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/**
 * The recommended form of RFC 5952: lower case, no leading zeros, `::` for the longest run of at least two zero groups
 * (the first of equal ones), dotted decimal in the last words of an IPv4-mapped address (::ffff:0:0/96).
 */
export function formatIpv6(word0: number, word1: number, word2: number, word3: number): string {
  if (word0 === 0 && word1 === 0 && word2 === 0xffff) return `::ffff:${formatIpv4(word3)}`;
  const groups = [word0, word1, word2, word3].flatMap((word) => [word >>> 16, word & 0xffff]);
  const zeros = longestZeroRun(groups);
  const text = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  if (zeros.length < 2) return text(groups);
  return `${text(groups.slice(0, zeros.start))}::${text(groups.slice(zeros.start + zeros.length))}`;
}

/** An address of a packet by its IP version; IPv4 is in the first word. */
export function formatAddress(version: number, word0: number, word1: number, word2: number, word3: number): string {
  return version === 6 ? formatIpv6(word0, word1, word2, word3) : formatIpv4(word0);
}

function longestZeroRun(groups: number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  let length = 0;
  groups.forEach((group, i) => {
    length = group === 0 ? length + 1 : 0;
    if (length > longest.length) longest = { start: i + 1 - length, length };
  });
  return longest;
}
