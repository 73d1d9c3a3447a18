import type { PacketView } from '../../packet-view.ts';
import { RECORD_HEAD } from '../byte-window.ts';
import { BLOCK_BODY, BLOCK_TRAILER } from './blocks.ts';
import { findOption, unsigned64 } from './options.ts';
import { NO_INTERFACE, setPacketData, TOO_LONG, TOO_SHORT } from './packet-data.ts';
import type { Section } from './section.ts';

// Enhanced packet block:
//
//   8    interface id
//   12   timestamp, upper 32 bits     16  lower
//   20   captured length              24  original length
//   28   packet, padded to 32 bits; then options
const INTERFACE = BLOCK_BODY;
const TIME_HIGH = BLOCK_BODY + 4;
const TIME_LOW = BLOCK_BODY + 8;
const CAPTURED = BLOCK_BODY + 12;
const ORIGINAL = BLOCK_BODY + 16;
const PACKET = BLOCK_BODY + 20;

const EPB_FLAGS = 2;
const EPB_DROPCOUNT = 4;

/** @returns what is wrong with the block; '' where the view holds its packet */
export function readEnhancedPacket(
  view: PacketView,
  section: Section,
  data: DataView,
  at: number,
  length: number,
): string {
  if (length < PACKET + BLOCK_TRAILER) return TOO_SHORT;
  const { littleEndian } = section;
  const id = data.getUint32(at + INTERFACE, littleEndian);
  if (id >= section.interfaces.length) return NO_INTERFACE;
  const from = section.interfaces[id];
  const captured = data.getUint32(at + CAPTURED, littleEndian);
  if (captured > from.maxCaptured) return TOO_LONG;
  const options = PACKET + ((captured + 3) & ~3);
  if (options + BLOCK_TRAILER > length) return TOO_SHORT;

  let fcsLength = from.fcsLength;
  if (options + BLOCK_TRAILER < length && length <= RECORD_HEAD) {
    const optionsEnd = at + length - BLOCK_TRAILER;
    const flags = findOption(data, at + options, optionsEnd, littleEndian, EPB_FLAGS, 4);
    if (flags >= 0) fcsLength = (data.getUint32(flags, littleEndian) >>> 5) & 0xf || fcsLength;
    const drops = findOption(data, at + options, optionsEnd, littleEndian, EPB_DROPCOUNT, 8);
    if (drops >= 0) from.dropsBetween += unsigned64(data, drops, littleEndian);
  }
  from.unit.setTime(view, data.getUint32(at + TIME_HIGH, littleEndian), data.getUint32(at + TIME_LOW, littleEndian));
  view.interfaceId = section.firstInterface + id;
  setPacketData(view, from, at, at + PACKET, captured, data.getUint32(at + ORIGINAL, littleEndian), fcsLength);
  return '';
}
