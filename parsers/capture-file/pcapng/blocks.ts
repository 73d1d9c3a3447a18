// A pcapng file (draft-ietf-opsawg-pcapng) is a chain of blocks:
//
//   0   block type
//   4   total length, of the whole block
//   8   body, padded to 32 bits
//   …   total length again
export const BLOCK_LENGTH = 4;
export const BLOCK_BODY = 8;
/** Length of an empty block; 4 bytes of it stand behind the body. */
export const BLOCK_OVERHEAD = 12;
export const BLOCK_TRAILER = 4;

export const SECTION_HEADER_BLOCK = 0x0a0d0d0a;
export const INTERFACE_DESCRIPTION_BLOCK = 1;
export const OBSOLETE_PACKET_BLOCK = 2;
export const SIMPLE_PACKET_BLOCK = 3;
export const INTERFACE_STATISTICS_BLOCK = 5;
export const ENHANCED_PACKET_BLOCK = 6;
// Name resolution (4), decryption secrets (10), custom (0xbad, 0x40000bad) and unknown blocks are skipped by length.
