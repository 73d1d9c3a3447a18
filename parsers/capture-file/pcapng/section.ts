import { BLOCK_BODY } from './blocks.ts';
import type { PcapngInterface } from './interface-description.ts';

// Section header block:
//
//   8    byte-order magic 1a2b3c4d
//   12   major version   14  minor
//   16   section length (64 bits), -1 where unknown: not needed, since every block has its own
//   24   options
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const MAGIC = BLOCK_BODY;
const MAJOR = BLOCK_BODY + 4;
export const SECTION_HEADER_LENGTH = 28;

/** What the blocks of one section have in common. */
export interface Section {
  readonly littleEndian: boolean;
  /** The interfaces of this section, by the ids that its packets use. */
  readonly interfaces: PcapngInterface[];
  /** Index of the section's first interface among all of the file. */
  readonly firstInterface: number;
}

/** The byte order that the magic at `at` + 8 gives; null where there is none. */
export function sectionByteOrder(data: DataView, at: number): 'little' | 'big' | null {
  if (data.getUint32(at + MAGIC, true) === BYTE_ORDER_MAGIC) return 'little';
  return data.getUint32(at + MAGIC, false) === BYTE_ORDER_MAGIC ? 'big' : null;
}

/** Only version 1 exists; a reader must not guess at another (section 4.1 of the draft). */
export function sectionVersion(data: DataView, at: number, littleEndian: boolean): number {
  return data.getUint16(at + MAJOR, littleEndian);
}
