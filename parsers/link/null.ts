import { decodeEtherType } from '../network/ether-types.ts';
import { decodeIp } from '../network/ip.ts';
import { PACKET_OTHER, type PacketView } from '../packet-view.ts';
import { stopShort } from '../stop.ts';

/*
 * BSD loopback (LINKTYPE_NULL, LINKTYPE_LOOP)
 *
 *   0      address family, 32 bits: NULL in the byte order of the capturing host, LOOP in network order
 *   4      packet
 */
const HEADER_LENGTH = 4;
const AF_INET = 2;
/** AF_INET6 has another value on Linux, on NetBSD and OpenBSD, on FreeBSD, and on Darwin. */
const AF_INET6_LINUX = 10;
const AF_INET6_NETBSD = 24;
const AF_INET6_FREEBSD = 28;
const AF_INET6_DARWIN = 30;
/** Some systems write an EtherType in place of the family. */
const FIRST_ETHER_TYPE = 0x0600;

export function decodeNull(view: PacketView, offset: number, claimedEnd: number): number {
  const packet = offset + HEADER_LENGTH;
  if (packet > view.end || packet > claimedEnd) return stopShort(view, packet);
  const word = view.data.getInt32(offset);
  // All families are small numbers: whichever order gives a small number is the order.
  const family = (word & 0xffff) === 0 ? view.data.getInt32(offset, true) : word;
  switch (family) {
    case AF_INET:
    case AF_INET6_LINUX:
    case AF_INET6_NETBSD:
    case AF_INET6_FREEBSD:
    case AF_INET6_DARWIN:
      return decodeIp(view, packet, claimedEnd);
    default:
      return (family & 0xffff) < FIRST_ETHER_TYPE
        ? PACKET_OTHER
        : decodeEtherType(view, family & 0xffff, packet, claimedEnd);
  }
}
