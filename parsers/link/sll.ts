import { decodeEtherType } from '../network/ether-types.ts';
import { PACKET_OTHER, type PacketView } from '../packet-view.ts';
import { stopShort } from '../stop.ts';
import { decodeLlc } from './llc.ts';

/*
 * Linux cooked capture (https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html)
 *
 *   0      packet type, ARPHRD_ type, address length: 16 bits each; address: 8 bytes
 *  14      protocol: an EtherType, or below 0x0600 a number of Linux's own
 *  16      packet
 */
const SLL_PROTOCOL = 14;
const SLL_LENGTH = 16;

/*
 * Linux cooked capture, version 2 (https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html)
 *
 *   0      protocol, as above
 *   4      interface index, ARPHRD_ type, packet type, address length, address: together 16 bytes
 *  20      packet
 */
const SLL2_PROTOCOL = 0;
const SLL2_LENGTH = 20;

/** Protocol numbers of Linux below 0x0600 (linux/if_ether.h): an 802.2 LLC frame. */
const LINUX_LLC = 0x0004;
const FIRST_ETHER_TYPE = 0x0600;

export function decodeSll(view: PacketView, offset: number, claimedEnd: number): number {
  return decodeCooked(view, offset + SLL_PROTOCOL, offset + SLL_LENGTH, claimedEnd);
}

export function decodeSll2(view: PacketView, offset: number, claimedEnd: number): number {
  return decodeCooked(view, offset + SLL2_PROTOCOL, offset + SLL2_LENGTH, claimedEnd);
}

function decodeCooked(view: PacketView, protocolOffset: number, packet: number, claimedEnd: number): number {
  if (packet > view.end || packet > claimedEnd) return stopShort(view, packet);
  const protocol = view.data.getUint16(protocolOffset);
  if (protocol >= FIRST_ETHER_TYPE) return decodeEtherType(view, protocol, packet, claimedEnd);
  if (protocol === LINUX_LLC) return decodeLlc(view, packet, claimedEnd);
  return PACKET_OTHER;
}
