import { decodeEthernet } from '../link/ethernet.ts';
import { nest } from '../nesting.ts';
import { decodeIpv4 } from '../network/ipv4.ts';
import { decodeIpv6 } from '../network/ipv6.ts';
import { FAULT_MALFORMED, type PacketView } from '../packet-view.ts';
import { outerKind, stop, stopShort } from '../stop.ts';
import { decodeMpls } from './mpls.ts';

/*
 * Network service header (RFC 8300 2)
 *
 *   0      version, flags, time to live; the last 6 bits are the whole header's length in 32-bit words
 *   3      next protocol
 *   4      service path     8      context
 */
const NEXT_PROTOCOL = 3;
const MIN_HEADER_LENGTH = 8;
const LENGTH_MASK = 0x3f;

const NEXT_IPV4 = 1;
const NEXT_IPV6 = 2;
const NEXT_ETHERNET = 3;
const NEXT_NSH = 4;
const NEXT_MPLS = 5;

export function decodeNsh(view: PacketView, offset: number, claimedEnd: number): number {
  const { bytes, data } = view;
  const minimum = offset + MIN_HEADER_LENGTH;
  if (minimum > view.end || minimum > claimedEnd) return stopShort(view, minimum);
  const length = (data.getUint16(offset) & LENGTH_MASK) * 4;
  if (length < MIN_HEADER_LENGTH) return stop(view, FAULT_MALFORMED);
  if (!nest(view)) return outerKind(view);
  const packet = offset + length;
  switch (bytes[offset + NEXT_PROTOCOL]) {
    case NEXT_IPV4:
      return decodeIpv4(view, packet, claimedEnd);
    case NEXT_IPV6:
      return decodeIpv6(view, packet, claimedEnd);
    case NEXT_ETHERNET:
      return decodeEthernet(view, packet, claimedEnd);
    case NEXT_NSH:
      return decodeNsh(view, packet, claimedEnd);
    case NEXT_MPLS:
      return decodeMpls(view, packet, claimedEnd);
    default:
      return outerKind(view);
  }
}
