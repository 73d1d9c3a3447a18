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
  const groups = Uint16Array.of(word0 >>> 16, word0, word1 >>> 16, word1, word2 >>> 16, word2, word3 >>> 16, word3);
  let start = groups.length;
  let longest = 1; // one zero group alone is written out
  for (let i = 0, run = 0; i < groups.length; i++) {
    run = groups[i] === 0 ? run + 1 : 0;
    if (run > longest) {
      longest = run;
      start = i + 1 - run;
    }
  }
  const end = start + longest;
  let text = '';
  for (let i = 0; i < groups.length; i++) {
    if (i === start) text += '::';
    else if (i < start || i >= end) text += `${i === 0 || i === end ? '' : ':'}${groups[i].toString(16)}`;
  }
  return text;
}

/** An address of a packet by its IP version; IPv4 is in the first word. */
export function formatAddress(version: number, word0: number, word1: number, word2: number, word3: number): string {
  return version === 6 ? formatIpv6(word0, word1, word2, word3) : formatIpv4(word0);
}
