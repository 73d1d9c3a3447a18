import { decodeIp } from '../network/ip.ts';
import type { PacketView } from '../packet-view.ts';
import { stopShort } from '../stop.ts';

/*
 * Solaris ipnet (https://www.tcpdump.org/linktypes/LINKTYPE_IPNET.html)
 *
 *   0      version, family     2      hook type     4      packet length
 *   8      interface index, group interface index, zone of the source, zone of the destination: 32 bits each
 *  24      IP packet
 */
const HEADER_LENGTH = 24;

export function decodeIpnet(view: PacketView, offset: number, claimedEnd: number): number {
  const packet = offset + HEADER_LENGTH;
  if (packet > view.end || packet > claimedEnd) return stopShort(view, packet);
  return decodeIp(view, packet, claimedEnd);
}
