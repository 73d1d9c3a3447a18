import { decodeEthernet } from '../link/ethernet.ts';
import { decodeIeee80211 } from '../link/ieee80211.ts';
import { enterTunnel } from '../nesting.ts';
import { FAULT_MALFORMED, type PacketView, TUNNEL_CAPWAP } from '../packet-view.ts';
import { outerKind, stop, stopShort } from '../stop.ts';

/*
 * CAPWAP header of a data packet (RFC 5415 4.3)
 *
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-------+-------+---------+---------+---------+-+-+-+-+-+-+-----+
 *  |Version| Type  |  HLEN   |   RID   |  WBID   |T|F|L|W|M|K|Flags|
 *  +-------+-------+---------+---------+---------+-+-+-+-+-+-+-----+
 *  |          Fragment ID          |     Fragment Offset     |Rsvd |
 *  +-------------------------------+-------------------------+-----+
 *
 * T: the payload is an IEEE 802.11 frame, else one of IEEE 802.3; F: it is a fragment; K: a keep-alive.
 */
const MIN_HEADER_LENGTH = 8;
const PLAIN_PREAMBLE = 0;
const FLAG_NATIVE = 0x100;
const FLAG_FRAGMENT = 0x080;
const FLAG_KEEP_ALIVE = 0x008;

export function decodeCapwap(view: PacketView, offset: number, claimedEnd: number): number {
  const minimum = offset + MIN_HEADER_LENGTH;
  if (minimum > view.end || minimum > claimedEnd) return stopShort(view, minimum);
  const word = view.data.getUint32(offset);
  if (word >>> 24 !== PLAIN_PREAMBLE || (word & (FLAG_FRAGMENT | FLAG_KEEP_ALIVE)) !== 0) return outerKind(view);
  const length = ((word >>> 19) & 0x1f) * 4;
  if (length < MIN_HEADER_LENGTH) return stop(view, FAULT_MALFORMED);
  if (!enterTunnel(view, TUNNEL_CAPWAP)) return outerKind(view);
  const frame = offset + length;
  if ((word & FLAG_NATIVE) !== 0) return decodeIeee80211(view, frame, claimedEnd);
  return decodeEthernet(view, frame, claimedEnd);
}
