/**
 * Names of the zones of link-local addresses (RFC 4007): the interfaces that a capture names.
 * Few, and so kept once and referred to by number.
 */
export class Zones {
  readonly names: string[];

  constructor(names: string[] = []) {
    this.names = names;
  }

  /** Number of a zone from 1; 0 for the empty name. */
  number(name: string): number {
    if (name === '') return 0;
    const index = this.names.indexOf(name);
    return index >= 0 ? index + 1 : this.names.push(name);
  }

  /** The name of a number; '' for 0. */
  name(number: number): string {
    return number === 0 ? '' : this.names[number - 1];
  }
}

/** fe80::/10. @param word first 32 bits of an IPv6 address */
export function isLinkLocal(word: number): boolean {
  return word >>> 22 === 0x3fa;
}
