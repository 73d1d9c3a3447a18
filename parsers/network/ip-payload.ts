import { PACKET_IP_OTHER, type PacketView } from '../packet-view.ts';
import { decodeTcp } from '../transport/tcp.ts';
import { decodeUdp } from '../transport/udp.ts';

/** IP protocol numbers (IANA, also the IPv6 next header). */
export const IP_PROTOCOL_TCP = 6;
export const IP_PROTOCOL_UDP = 17;

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
    case IP_PROTOCOL_TCP:
      return decodeTcp(view, offset, claimedEnd);
    case IP_PROTOCOL_UDP:
      return decodeUdp(view, offset, claimedEnd);
    default:
      return PACKET_IP_OTHER;
  }
}
