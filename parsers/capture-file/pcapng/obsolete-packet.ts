import type { PacketView } from '../../packet-view.ts';
import { BLOCK_BODY, BLOCK_TRAILER } from './blocks.ts';
import { NO_INTERFACE, setPacketData, TOO_LONG, TOO_SHORT } from './packet-data.ts';
import type { Section } from './section.ts';

// Packet block, which the enhanced packet block replaced:
//
//   8    interface id (16 bits)      10  drops count (16 bits): packets lost since the one before, ffff unknown
//   12   timestamp, upper 32 bits    16  lower
//   20   captured length             24  original length
//   28   packet, padded to 32 bits; then options
const INTERFACE = BLOCK_BODY;
const DROPS = BLOCK_BODY + 2;
const TIME_HIGH = BLOCK_BODY + 4;
const TIME_LOW = BLOCK_BODY + 8;
const CAPTURED = BLOCK_BODY + 12;
const ORIGINAL = BLOCK_BODY + 16;
const PACKET = BLOCK_BODY + 20;

const DROPS_UNKNOWN = 0xffff;

/** @returns what is wrong with the block; '' where the view holds its packet */
export function readObsoletePacket(
  view: PacketView,
  section: Section,
  data: DataView,
  at: number,
  length: number,
): string {
  if (length < PACKET + BLOCK_TRAILER) return TOO_SHORT;
  const { littleEndian } = section;
  const id = data.getUint16(at + INTERFACE, littleEndian);
  if (id >= section.interfaces.length) return NO_INTERFACE;
  const from = section.interfaces[id];
  const captured = data.getUint32(at + CAPTURED, littleEndian);
  if (captured > from.maxCaptured) return TOO_LONG;
  if (PACKET + captured + BLOCK_TRAILER > length) return TOO_SHORT;

  const drops = data.getUint16(at + DROPS, littleEndian);
  if (drops !== DROPS_UNKNOWN) from.dropsBetween += drops;
  from.unit.setTime(view, data.getUint32(at + TIME_HIGH, littleEndian), data.getUint32(at + TIME_LOW, littleEndian));
  view.interfaceId = section.firstInterface + id;
  setPacketData(view, from, at, at + PACKET, captured, data.getUint32(at + ORIGINAL, littleEndian), from.fcsLength);
  return '';
}
