import { enterTunnel, nest } from '../nesting.ts';
import { PACKET_IP_OTHER, type PacketView, TUNNEL_6IN4, TUNNEL_IPIP } from '../packet-view.ts';
import { outerKind } from '../stop.ts';
import { decodeSctp } from '../transport/sctp.ts';
import { decodeTcp } from '../transport/tcp.ts';
import { decodeUdp } from '../transport/udp.ts';
import { decodeGre } from '../tunnel/gre.ts';
import { decodeMpls } from '../tunnel/mpls.ts';
import { decodeAuthenticationHeader } from './authentication-header.ts';
import { decodeIcmp, decodeIcmpv6 } from './icmp.ts';
import * as protocols from './ip-protocols.ts';
import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';
import { decodeIpv6Extensions } from './ipv6-extensions.ts';

/**
 * Decodes an IP payload that starts at `start` in `view.bytes` and is `claimedLength` bytes long, of which those up to
 * `view.end` are there. The IP fields of `view` must be set. For payloads that were put together from fragments.
 * @returns the PACKET_ kind, which is also left in `view.kind`
 */
export function decodeIpPayload(view: PacketView, protocol: number, start: number, claimedLength: number): number {
  view.payloadStart = start;
  view.payloadLength = claimedLength;
  const kind = decodeIpProtocol(view, protocol, start, start + claimedLength);
  view.kind = kind;
  return kind;
}

/** Decodes what an IP protocol number announces. */
export function decodeIpProtocol(view: PacketView, protocol: number, offset: number, claimedEnd: number): number {
  switch (protocol) {
    case protocols.TCP:
      return decodeTcp(view, offset, claimedEnd);
    case protocols.UDP:
      return decodeUdp(view, offset, claimedEnd);
    case protocols.SCTP:
      return decodeSctp(view, offset, claimedEnd);
    case protocols.ICMP:
      return view.ipVersion === 4 ? decodeIcmp(view, offset, claimedEnd) : PACKET_IP_OTHER;
    case protocols.ICMPV6:
      return view.ipVersion === 6 ? decodeIcmpv6(view, offset, claimedEnd) : PACKET_IP_OTHER;
    case protocols.HOP_BY_HOP:
    case protocols.ROUTING:
    case protocols.FRAGMENT:
    case protocols.DESTINATION_OPTIONS:
    case protocols.MOBILITY:
    case protocols.SHIM6:
      if (view.ipVersion !== 6 || !nest(view)) return PACKET_IP_OTHER;
      return decodeIpv6Extensions(view, protocol, offset, claimedEnd);
    case protocols.AUTHENTICATION_HEADER:
      return decodeAuthenticationHeader(view, offset, claimedEnd);
    case protocols.IPV4:
      return enterTunnel(view, TUNNEL_IPIP) ? decodeIpv4(view, offset, claimedEnd) : outerKind(view);
    case protocols.IPV6:
      return enterTunnel(view, TUNNEL_6IN4) ? decodeIpv6(view, offset, claimedEnd) : outerKind(view);
    case protocols.GRE:
      return decodeGre(view, offset, claimedEnd);
    case protocols.MPLS:
      return decodeMpls(view, offset, claimedEnd);
    default:
      return PACKET_IP_OTHER;
  }
}
