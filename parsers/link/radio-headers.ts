import { FAULT_MALFORMED, type PacketView } from '../packet-view.ts';
import { stop, stopShort } from '../stop.ts';
import { decodeIeee80211 } from './ieee80211.ts';

/*
 * Radiotap (https://www.radiotap.org), all little-endian
 *
 *   0      version, pad
 *   2      length of the whole header
 *   4      words that say which fields are present; bit 31: another word follows
 *   8      fields, each aligned to its size: first, if bit 0, a 64-bit time; then, if bit 1, flags
 */
const RADIOTAP_LENGTH = 2;
const RADIOTAP_PRESENT = 4;
const RADIOTAP_MIN_LENGTH = 8;
const PRESENT_TIME = 0x01;
const PRESENT_FLAGS = 0x02;
const PRESENT_MORE = 0x80000000;
const TIME_LENGTH = 8;
/** The 802.11 header is padded to a multiple of 4 bytes. */
const FLAG_PADDED = 0x20;

export function decodeRadiotap(view: PacketView, offset: number, claimedEnd: number): number {
  const { bytes, data } = view;
  const limit = Math.min(view.end, claimedEnd);
  if (offset + RADIOTAP_MIN_LENGTH > limit) return stopShort(view, offset + RADIOTAP_MIN_LENGTH);
  const length = data.getUint16(offset + RADIOTAP_LENGTH, true);
  if (length < RADIOTAP_MIN_LENGTH) return stop(view, FAULT_MALFORMED);
  const frame = offset + length;
  if (frame > limit) return stopShort(view, frame);

  const present = data.getInt32(offset + RADIOTAP_PRESENT, true);
  let field = offset + RADIOTAP_PRESENT;
  while (field + 4 <= frame && (data.getInt32(field, true) & PRESENT_MORE) !== 0) field += 4;
  field += 4;
  if ((present & PRESENT_TIME) !== 0) field = alignTime(field, offset) + TIME_LENGTH;
  const isPadded = (present & PRESENT_FLAGS) !== 0 && field < frame && (bytes[field] & FLAG_PADDED) !== 0;
  return decodeIeee80211(view, frame, claimedEnd, isPadded ? 4 : 1);
}

/** Fields are aligned to their size from the start of the header. */
function alignTime(field: number, offset: number): number {
  return offset + ((field - offset + TIME_LENGTH - 1) & -TIME_LENGTH);
}

/*
 * Prism header: message code, header length, 32 bits each in host order, then fields of fixed size.
 * AVS header: version (0x8021100x), header length, 32 bits each in network order. Both come under both link types.
 */
const PRISM_LENGTH = 4;
const AVS_VERSION_MASK = 0xfffff000 | 0;
const AVS_VERSION = 0x80211000 | 0;
const MIN_LENGTH = 8;

export function decodePrismOrAvs(view: PacketView, offset: number, claimedEnd: number): number {
  const { data } = view;
  if (offset + MIN_LENGTH > view.end || offset + MIN_LENGTH > claimedEnd) {
    return stopShort(view, offset + MIN_LENGTH);
  }
  const code = data.getInt32(offset);
  const isAvs = (code & AVS_VERSION_MASK) === AVS_VERSION;
  // The code of a prism message is a small number: a high half of zero tells big-endian.
  const littleEndian = !isAvs && code >>> 16 !== 0;
  const length = data.getUint32(offset + PRISM_LENGTH, littleEndian);
  if (length < MIN_LENGTH) return stop(view, FAULT_MALFORMED);
  return decodeIeee80211(view, offset + length, claimedEnd);
}
