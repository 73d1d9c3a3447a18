import { decodeIp } from '../network/ip.ts';
import { decodeIpv4 } from '../network/ipv4.ts';
import { decodeIpv6 } from '../network/ipv6.ts';
import { PACKET_UNKNOWN_LINK, type PacketView } from '../packet-view.ts';
import { decodePppoe } from '../tunnel/pppoe.ts';
import { decodeArcnet, decodeLinuxArcnet } from './arcnet.ts';
import { decodeCiscoHdlc } from './cisco-hdlc.ts';
import { decodeEthernet } from './ethernet.ts';
import { decodeFddi } from './fddi.ts';
import { decodeFrameRelay } from './frame-relay.ts';
import { decodeIeee80211 } from './ieee80211.ts';
import { decodeIpnet } from './ipnet.ts';
import { decodeJuniperEthernet } from './juniper-ethernet.ts';
import { decodeNflog } from './nflog.ts';
import { decodeNull } from './null.ts';
import { decodePpp, decodePppOrCiscoHdlc } from './ppp.ts';
import { decodePrismOrAvs, decodeRadiotap } from './radio-headers.ts';
import { decodeSlip } from './slip.ts';
import { decodeSll, decodeSll2 } from './sll.ts';
import { decodePktap, decodePpi, decodePrivatePktap } from './wrapped-link.ts';

/**
 * Link types: LINKTYPE_ values, and the DLT_ values that some systems write in their place.
 * https://www.tcpdump.org/linktypes.html
 */
const LINK_NULL = 0;
export const LINK_ETHERNET = 1;
const LINK_ARCNET = 7;
const LINK_SLIP = 8;
const LINK_PPP = 9;
const LINK_FDDI = 10;
const LINK_RAW_BSD = 12;
const LINK_RAW_OPENBSD = 14;
const LINK_PPP_HDLC = 50;
const LINK_PPPOE = 51;
const LINK_RAW = 101;
const LINK_CISCO_HDLC = 104;
const LINK_IEEE80211 = 105;
const LINK_FRAME_RELAY = 107;
const LINK_LOOP = 108;
const LINK_SLL = 113;
const LINK_PRISM = 119;
const LINK_RADIOTAP = 127;
const LINK_PKTAP_PRIVATE = 149;
const LINK_ARCNET_LINUX = 129;
const LINK_AVS = 163;
const LINK_JUNIPER_ETHERNET = 178;
const LINK_PPI = 192;
const LINK_PPP_WITH_DIRECTION = 204;
const LINK_IPNET = 226;
const LINK_IPV4 = 228;
const LINK_IPV6 = 229;
const LINK_NFLOG = 239;
const LINK_PKTAP = 258;
const LINK_SLL2 = 276;

/** Names of the link types that are decoded, for reports. */
export const LINK_TYPES: ReadonlyMap<number, string> = new Map([
  [LINK_NULL, 'BSD loopback'],
  [LINK_ETHERNET, 'Ethernet'],
  [LINK_ARCNET, 'ARCNET'],
  [LINK_SLIP, 'SLIP'],
  [LINK_PPP, 'PPP'],
  [LINK_FDDI, 'FDDI'],
  [LINK_RAW_BSD, 'raw IP'],
  [LINK_RAW_OPENBSD, 'raw IP'],
  [LINK_PPP_HDLC, 'PPP HDLC'],
  [LINK_PPPOE, 'PPPoE'],
  [LINK_RAW, 'raw IP'],
  [LINK_CISCO_HDLC, 'Cisco HDLC'],
  [LINK_IEEE80211, '802.11'],
  [LINK_FRAME_RELAY, 'frame relay'],
  [LINK_LOOP, 'OpenBSD loopback'],
  [LINK_SLL, 'Linux SLL'],
  [LINK_PRISM, '802.11 prism'],
  [LINK_RADIOTAP, '802.11 radiotap'],
  [LINK_PKTAP_PRIVATE, 'PKTAP'],
  [LINK_ARCNET_LINUX, 'ARCNET'],
  [LINK_AVS, '802.11 AVS'],
  [LINK_JUNIPER_ETHERNET, 'Juniper Ethernet'],
  [LINK_PPI, 'PPI'],
  [LINK_PPP_WITH_DIRECTION, 'PPP'],
  [LINK_IPNET, 'ipnet'],
  [LINK_IPV4, 'raw IPv4'],
  [LINK_IPV6, 'raw IPv6'],
  [LINK_NFLOG, 'NFLOG'],
  [LINK_PKTAP, 'PKTAP'],
  [LINK_SLL2, 'Linux SLL2'],
]);

/** 'Ethernet', 'link type 147'. */
export function linkTypeName(linkType: number): string {
  return LINK_TYPES.get(linkType) ?? `link type ${linkType}`;
}

export function canDecodeLink(linkType: number): boolean {
  return LINK_TYPES.has(linkType);
}

/** Decodes a frame of a link type. */
export function decodeLinkType(view: PacketView, linkType: number, offset: number, claimedEnd: number): number {
  switch (linkType) {
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
    case LINK_PPP:
      return decodePpp(view, offset, claimedEnd);
    case LINK_PPP_WITH_DIRECTION:
      return decodePpp(view, offset + 1, claimedEnd);
    case LINK_PPP_HDLC:
      return decodePppOrCiscoHdlc(view, offset, claimedEnd);
    case LINK_PPPOE:
      return decodePppoe(view, offset, claimedEnd);
    case LINK_CISCO_HDLC:
      return decodeCiscoHdlc(view, offset, claimedEnd);
    case LINK_IEEE80211:
      return decodeIeee80211(view, offset, claimedEnd);
    case LINK_RADIOTAP:
      return decodeRadiotap(view, offset, claimedEnd);
    case LINK_PRISM:
    case LINK_AVS:
      return decodePrismOrAvs(view, offset, claimedEnd);
    case LINK_FDDI:
      return decodeFddi(view, offset, claimedEnd);
    case LINK_FRAME_RELAY:
      return decodeFrameRelay(view, offset, claimedEnd);
    case LINK_ARCNET:
      return decodeArcnet(view, offset, claimedEnd);
    case LINK_ARCNET_LINUX:
      return decodeLinuxArcnet(view, offset, claimedEnd);
    case LINK_JUNIPER_ETHERNET:
      return decodeJuniperEthernet(view, offset, claimedEnd);
    case LINK_SLIP:
      return decodeSlip(view, offset, claimedEnd);
    case LINK_NFLOG:
      return decodeNflog(view, offset, claimedEnd);
    case LINK_IPNET:
      return decodeIpnet(view, offset, claimedEnd);
    case LINK_PKTAP:
      return decodePktap(view, offset, claimedEnd);
    case LINK_PKTAP_PRIVATE:
      return decodePrivatePktap(view, offset, claimedEnd);
    case LINK_PPI:
      return decodePpi(view, offset, claimedEnd);
    default:
      return PACKET_UNKNOWN_LINK;
  }
}
