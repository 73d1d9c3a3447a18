import { decodeIp } from '../network/ip.ts';
import type { PacketView } from '../packet-view.ts';
import { stopShort } from '../stop.ts';

/*
 * SLIP as libpcap writes it (https://www.tcpdump.org/linktypes.html, LINKTYPE_SLIP)
 *
 *   0      direction     1      compressed header of RFC 1144, if the packet has one
 *  16      IP packet
 */
const HEADER_LENGTH = 16;

export function decodeSlip(view: PacketView, offset: number, claimedEnd: number): number {
  const packet = offset + HEADER_LENGTH;
  if (packet > view.end || packet > claimedEnd) return stopShort(view, packet);
  return decodeIp(view, packet, claimedEnd);
}
