import { PACKET_ICMP_ERROR, PACKET_IP_OTHER, type PacketView } from '../packet-view.ts';
import { stopShort } from '../stop.ts';
import { readQuotedPacket } from './quoted-packet.ts';

/*
 * ICMP error (RFC 792) and ICMPv6 error (RFC 4443 2.1)
 *
 *   0      type     1      code     2      checksum
 *   4      by type: ICMP fragmentation needed has the next hop's MTU in the second half (RFC 1191 4),
 *          ICMPv6 packet too big has it in all four bytes
 *   8      the start of the packet that caused the error
 */
const TYPE = 0;
const CODE = 1;
const ICMP_MTU = 6;
const ICMPV6_MTU = 4;
const QUOTE = 8;

const DESTINATION_UNREACHABLE = 3;
const FRAGMENTATION_NEEDED = 4;
const SOURCE_QUENCH = 4;
const REDIRECT = 5;
const TIME_EXCEEDED = 11;
const PARAMETER_PROBLEM = 12;

const ICMPV6_PACKET_TOO_BIG = 2;
const ICMPV6_FIRST_ERROR = 1;
const ICMPV6_LAST_ERROR = 4;

export function decodeIcmp(view: PacketView, offset: number, claimedEnd: number): number {
  const quote = offset + QUOTE;
  if (quote > view.end || quote > claimedEnd) return stopShort(view, quote);
  const type = view.bytes[offset + TYPE];
  switch (type) {
    case DESTINATION_UNREACHABLE:
    case SOURCE_QUENCH:
    case REDIRECT:
    case TIME_EXCEEDED:
    case PARAMETER_PROBLEM:
      break;
    default:
      return PACKET_IP_OTHER;
  }
  view.icmpType = type;
  view.icmpCode = view.bytes[offset + CODE];
  const isTooBig = type === DESTINATION_UNREACHABLE && view.icmpCode === FRAGMENTATION_NEEDED;
  view.icmpMtu = isTooBig ? view.data.getUint16(offset + ICMP_MTU) : 0;
  return readQuotedPacket(view, quote, Math.min(view.end, claimedEnd)) ? PACKET_ICMP_ERROR : PACKET_IP_OTHER;
}

export function decodeIcmpv6(view: PacketView, offset: number, claimedEnd: number): number {
  const quote = offset + QUOTE;
  if (quote > view.end || quote > claimedEnd) return stopShort(view, quote);
  const type = view.bytes[offset + TYPE];
  if (type < ICMPV6_FIRST_ERROR || type > ICMPV6_LAST_ERROR) return PACKET_IP_OTHER;
  view.icmpType = type;
  view.icmpCode = view.bytes[offset + CODE];
  view.icmpMtu = type === ICMPV6_PACKET_TOO_BIG ? view.data.getUint32(offset + ICMPV6_MTU) : 0;
  return readQuotedPacket(view, quote, Math.min(view.end, claimedEnd)) ? PACKET_ICMP_ERROR : PACKET_IP_OTHER;
}
