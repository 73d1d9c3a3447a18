import { nest } from '../nesting.ts';
import { decodeIpv4 } from '../network/ipv4.ts';
import { decodeIpv6 } from '../network/ipv6.ts';
import type { PacketView } from '../packet-view.ts';
import { outerKind, stopShort } from '../stop.ts';
import { decodeMpls } from '../tunnel/mpls.ts';
import { decodeCiscoHdlc } from './cisco-hdlc.ts';

/*
 * PPP frame (RFC 1661 2), perhaps with the address and control bytes of HDLC-like framing (RFC 1662 3.1)
 *
 *   0      address 0xff, control 0x03: may be left out
 *   2      protocol: 2 bytes, or 1 if that is odd (protocol field compression)
 *   4      packet
 */
const ADDRESS_AND_CONTROL = 0xff03;
const PROTOCOL_IPV4 = 0x0021;
const PROTOCOL_IPV6 = 0x0057;
const PROTOCOL_MPLS_UNICAST = 0x0281;
const PROTOCOL_MPLS_MULTICAST = 0x0283;

/** First byte of a frame of Cisco HDLC, which comes under the same link type. */
const CISCO_UNICAST = 0x0f;
const CISCO_MULTICAST = 0x8f;

export function decodePpp(view: PacketView, offset: number, claimedEnd: number): number {
  const { bytes, data } = view;
  const limit = Math.min(view.end, claimedEnd);
  if (offset + 2 > limit) return stopShort(view, offset + 2);
  const field = data.getUint16(offset) === ADDRESS_AND_CONTROL ? offset + 2 : offset;
  if (field + 2 > limit) return stopShort(view, field + 2);
  const isCompressed = (bytes[field] & 1) !== 0;
  const protocol = isCompressed ? bytes[field] : data.getUint16(field);
  const packet = isCompressed ? field + 1 : field + 2;
  switch (protocol) {
    case PROTOCOL_IPV4:
      return decodeIpv4(view, packet, claimedEnd);
    case PROTOCOL_IPV6:
      return decodeIpv6(view, packet, claimedEnd);
    case PROTOCOL_MPLS_UNICAST:
    case PROTOCOL_MPLS_MULTICAST:
      return nest(view) ? decodeMpls(view, packet, claimedEnd) : outerKind(view);
    default:
      return outerKind(view);
  }
}

/** PPP in HDLC-like framing, or Cisco HDLC: the first byte tells. */
export function decodePppOrCiscoHdlc(view: PacketView, offset: number, claimedEnd: number): number {
  const first = offset < view.end ? view.bytes[offset] : 0;
  if (first === CISCO_UNICAST || first === CISCO_MULTICAST) return decodeCiscoHdlc(view, offset, claimedEnd);
  return decodePpp(view, offset, claimedEnd);
}
