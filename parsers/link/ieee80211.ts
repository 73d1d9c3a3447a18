import { nest } from '../nesting.ts';
import type { PacketView } from '../packet-view.ts';
import { outerKind, stopShort } from '../stop.ts';
import { decodeLlc } from './llc.ts';

/*
 * IEEE 802.11 data frame (IEEE 802.11 9.3.2.1)
 *
 *   0      frame control: version 2 bits, type 2 bits, subtype 4 bits; flags
 *   2      duration     4      address 1     10      address 2     16      address 3
 *  22      sequence control: fragment number in the first 4 bits (little-endian)
 *  24      address 4, if both "to" and "from distribution system" are set
 *          QoS control, 2 bytes, if the subtype has its bit
 *          HT control, 4 bytes, if there is a QoS control and "order" is set
 *          LLC header; or aggregated frames (A-MSDU): destination, source, length, LLC header, of which the first is read
 */
const FLAGS = 1;
const SEQUENCE_CONTROL = 22;
const MIN_HEADER_LENGTH = 24;
const ADDRESS_LENGTH = 6;
const QOS_LENGTH = 2;
const HT_LENGTH = 4;
const SUBFRAME_LENGTH = 12;
const SUBFRAME_HEADER_LENGTH = 14;

const VERSION_AND_TYPE = 0x0f;
const DATA = 0x08;
const SUBTYPE_QOS = 0x80;
const SUBTYPE_NO_DATA = 0x40;
const BOTH_DISTRIBUTION_SYSTEMS = 0x03;
const FLAG_PROTECTED = 0x40;
const FLAG_ORDER = 0x80;
const FRAGMENT_NUMBER = 0x0f;
const QOS_AGGREGATED = 0x80;

export function decodeIeee80211(view: PacketView, offset: number, claimedEnd: number, alignment = 1): number {
  const { bytes, data } = view;
  const limit = Math.min(view.end, claimedEnd);
  if (offset + MIN_HEADER_LENGTH > limit) return stopShort(view, offset + MIN_HEADER_LENGTH);
  const control = bytes[offset];
  const flags = bytes[offset + FLAGS];
  if ((control & VERSION_AND_TYPE) !== DATA || (control & SUBTYPE_NO_DATA) !== 0) return outerKind(view);
  if ((flags & FLAG_PROTECTED) !== 0) return outerKind(view);
  if ((bytes[offset + SEQUENCE_CONTROL] & FRAGMENT_NUMBER) !== 0) return outerKind(view);

  let length = MIN_HEADER_LENGTH;
  if ((flags & BOTH_DISTRIBUTION_SYSTEMS) === BOTH_DISTRIBUTION_SYSTEMS) length += ADDRESS_LENGTH;
  let isAggregated = false;
  if ((control & SUBTYPE_QOS) !== 0) {
    if (offset + length + QOS_LENGTH > limit) return stopShort(view, offset + length + QOS_LENGTH);
    isAggregated = (bytes[offset + length] & QOS_AGGREGATED) !== 0;
    length += QOS_LENGTH;
    if ((flags & FLAG_ORDER) !== 0) length += HT_LENGTH;
  }
  if (!nest(view)) return outerKind(view);
  const body = offset + Math.ceil(length / alignment) * alignment;
  if (!isAggregated) return decodeLlc(view, body, claimedEnd);
  const llc = body + SUBFRAME_HEADER_LENGTH;
  if (llc > limit) return stopShort(view, llc);
  return decodeLlc(view, llc, Math.min(claimedEnd, llc + data.getUint16(body + SUBFRAME_LENGTH)));
}
