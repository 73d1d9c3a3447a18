import { decodeIp } from '../network/ip.ts';
import { FAULT_MALFORMED, PACKET_OTHER, type PacketView } from '../packet-view.ts';
import { stop, stopShort } from '../stop.ts';

/*
 * Linux netfilter log (https://www.tcpdump.org/linktypes/LINKTYPE_NFLOG.html)
 *
 *   0      address family     1      version     2      resource id
 *   4      attributes, each: length (its own 4 bytes counted), type, in the capturing host's order; value, padded to 4
 */
const FIRST_ATTRIBUTE = 4;
const ATTRIBUTE_TYPE = 2;
const ATTRIBUTE_HEADER_LENGTH = 4;
const PAYLOAD = 9;
const FAMILY_IPV4 = 2;
const FAMILY_IPV6 = 10;

export function decodeNflog(view: PacketView, offset: number, claimedEnd: number): number {
  const { bytes, data } = view;
  const limit = Math.min(view.end, claimedEnd);
  let attribute = offset + FIRST_ATTRIBUTE;
  if (attribute + ATTRIBUTE_HEADER_LENGTH > limit) {
    return stopShort(view, attribute + ATTRIBUTE_HEADER_LENGTH);
  }
  const family = bytes[offset];
  if (family !== FAMILY_IPV4 && family !== FAMILY_IPV6) return PACKET_OTHER;
  // The first attribute is short: the order in which its length is small is the order.
  const littleEndian = data.getUint16(attribute, true) <= data.getUint16(attribute);
  while (attribute + ATTRIBUTE_HEADER_LENGTH <= limit) {
    const length = data.getUint16(attribute, littleEndian);
    if (length < ATTRIBUTE_HEADER_LENGTH) return stop(view, FAULT_MALFORMED);
    if (data.getUint16(attribute + ATTRIBUTE_TYPE, littleEndian) === PAYLOAD) {
      return decodeIp(view, attribute + ATTRIBUTE_HEADER_LENGTH, Math.min(claimedEnd, attribute + length));
    }
    attribute += (length + 3) & ~3;
  }
  return stopShort(view, attribute + ATTRIBUTE_HEADER_LENGTH);
}
