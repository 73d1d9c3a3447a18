import { decodeIp } from '../network/ip.ts';
import { decodeIpv4 } from '../network/ipv4.ts';
import { decodeIpv6 } from '../network/ipv6.ts';
import { PACKET_UNKNOWN_LINK, type PacketView } from '../packet-view.ts';
import { decodeEthernet } from './ethernet.ts';
import { decodeNull } from './null.ts';
import { decodeSll, decodeSll2 } from './sll.ts';

/**
 * Link types (LINKTYPE_ and the DLT_ values that some systems write in their place),
 * https://www.tcpdump.org/linktypes.html
 */
const LINK_NULL = 0;
const LINK_ETHERNET = 1;
const LINK_RAW_BSD = 12;
const LINK_RAW_OPENBSD = 14;
const LINK_RAW = 101;
const LINK_LOOP = 108;
const LINK_SLL = 113;
const LINK_IPV4 = 228;
const LINK_IPV6 = 229;
const LINK_SLL2 = 276;

/** Names of the link types that are decoded, for reports. */
export const LINK_TYPES: ReadonlyMap<number, string> = new Map([
  [LINK_NULL, 'BSD loopback'],
  [LINK_ETHERNET, 'Ethernet'],
  [LINK_RAW_BSD, 'raw IP'],
  [LINK_RAW_OPENBSD, 'raw IP'],
  [LINK_RAW, 'raw IP'],
  [LINK_LOOP, 'OpenBSD loopback'],
  [LINK_SLL, 'Linux SLL'],
  [LINK_IPV4, 'raw IPv4'],
  [LINK_IPV6, 'raw IPv6'],
  [LINK_SLL2, 'Linux SLL2'],
]);

export function linkTypeName(linkType: number): string {
  return LINK_TYPES.get(linkType) ?? `link type ${linkType}`;
}

export function canDecodeLink(linkType: number): boolean {
  return LINK_TYPES.has(linkType);
}

/** Decodes a packet by `view.linkType`. */
export function decodeLink(view: PacketView, offset: number, claimedEnd: number): number {
  switch (view.linkType) {
    case LINK_ETHERNET:
      return decodeEthernet(view, offset, claimedEnd);
    case LINK_NULL:
    case LINK_LOOP:
      return decodeNull(view, offset, claimedEnd);
    case LINK_RAW:
    case LINK_RAW_BSD:
    case LINK_RAW_OPENBSD:
      return decodeIp(view, offset, claimedEnd);
    case LINK_IPV4:
      return decodeIpv4(view, offset, claimedEnd);
    case LINK_IPV6:
      return decodeIpv6(view, offset, claimedEnd);
    case LINK_SLL:
      return decodeSll(view, offset, claimedEnd);
    case LINK_SLL2:
      return decodeSll2(view, offset, claimedEnd);
    default:
      return PACKET_UNKNOWN_LINK;
  }
}
