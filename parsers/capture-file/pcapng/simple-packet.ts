import type { PacketView } from '../../packet-view.ts';
import { BLOCK_BODY, BLOCK_TRAILER } from './blocks.ts';
import { NO_INTERFACE, setPacketData, TOO_LONG, TOO_SHORT } from './packet-data.ts';
import type { Section } from './section.ts';

// Simple packet block, always of the section's first interface:
//
//   8    original length
//   12   packet, up to the interface's snap length, padded to 32 bits
const ORIGINAL = BLOCK_BODY;
const PACKET = BLOCK_BODY + 4;

/**
 * The block has no timestamp: the view keeps the time of the packet before.
 * @returns what is wrong with the block; '' where the view holds its packet
 */
export function readSimplePacket(
  view: PacketView,
  section: Section,
  data: DataView,
  at: number,
  length: number,
): string {
  if (length < PACKET + BLOCK_TRAILER) return TOO_SHORT;
  if (section.interfaces.length === 0) return NO_INTERFACE;
  const from = section.interfaces[0];
  const original = data.getUint32(at + ORIGINAL, section.littleEndian);
  const captured = from.snapLength === 0 ? original : Math.min(original, from.snapLength);
  if (captured > from.maxCaptured) return TOO_LONG;
  if (PACKET + captured + BLOCK_TRAILER > length) return TOO_SHORT;

  view.interfaceId = section.firstInterface;
  setPacketData(view, from, at, at + PACKET, captured, original, from.fcsLength);
  return '';
}
