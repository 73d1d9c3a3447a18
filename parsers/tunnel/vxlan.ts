import { decodeEthernet } from '../link/ethernet.ts';
import { enterTunnel } from '../nesting.ts';
import { decodeIpv4 } from '../network/ipv4.ts';
import { decodeIpv6 } from '../network/ipv6.ts';
import { FAULT_MALFORMED, type PacketView, TUNNEL_VXLAN } from '../packet-view.ts';
import { outerKind, stop, stopShort } from '../stop.ts';
import { decodeNsh } from './nsh.ts';

/*
 * VXLAN header (RFC 7348 5)
 *
 *   0      flags: 0x08 says that the identifier is valid
 *   3      next protocol, in the Generic Protocol Extension (draft-ietf-nvo3-vxlan-gpe) and with its flag 0x04 only
 *   4      VXLAN network identifier, 3 bytes
 *   8      Ethernet frame
 */
const NEXT_PROTOCOL = 3;
const HEADER_LENGTH = 8;
const FLAG_IDENTIFIER = 0x08;
const FLAG_NEXT_PROTOCOL = 0x04;

const NEXT_IPV4 = 1;
const NEXT_IPV6 = 2;
const NEXT_ETHERNET = 3;
const NEXT_NSH = 4;

export function decodeVxlan(view: PacketView, offset: number, claimedEnd: number): number {
  const frame = offset + HEADER_LENGTH;
  if (frame > view.end || frame > claimedEnd) return stopShort(view, frame);
  if ((view.bytes[offset] & FLAG_IDENTIFIER) === 0) return stop(view, FAULT_MALFORMED);
  return enterTunnel(view, TUNNEL_VXLAN) ? decodeEthernet(view, frame, claimedEnd) : outerKind(view);
}

export function decodeVxlanGpe(view: PacketView, offset: number, claimedEnd: number): number {
  const { bytes } = view;
  const packet = offset + HEADER_LENGTH;
  if (packet > view.end || packet > claimedEnd) return stopShort(view, packet);
  if (!enterTunnel(view, TUNNEL_VXLAN)) return outerKind(view);
  switch ((bytes[offset] & FLAG_NEXT_PROTOCOL) === 0 ? NEXT_ETHERNET : bytes[offset + NEXT_PROTOCOL]) {
    case NEXT_IPV4:
      return decodeIpv4(view, packet, claimedEnd);
    case NEXT_IPV6:
      return decodeIpv6(view, packet, claimedEnd);
    case NEXT_ETHERNET:
      return decodeEthernet(view, packet, claimedEnd);
    case NEXT_NSH:
      return decodeNsh(view, packet, claimedEnd);
    default:
      return outerKind(view);
  }
}
