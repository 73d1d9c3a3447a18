import { enterTunnel } from '../nesting.ts';
import { decodeIpv6 } from '../network/ipv6.ts';
import { type PacketView, TUNNEL_TEREDO } from '../packet-view.ts';
import { outerKind, stopShort } from '../stop.ts';

/*
 * Teredo (RFC 4380 5.1.1): an IPv6 packet, before it perhaps an authentication and an origin header, in this order
 *
 *   0      0x0001     2      client id length     3      authentication length     4      both, 8 bytes nonce, 1 byte
 *
 *   0      0x0000     2      port     4      IPv4 address
 */
const AUTHENTICATION = 0x0001;
const CLIENT_ID_LENGTH = 2;
const AUTHENTICATION_LENGTH = 3;
const AUTHENTICATION_FIXED_LENGTH = 13;
const ORIGIN = 0x0000;
const ORIGIN_LENGTH = 8;

export function decodeTeredo(view: PacketView, offset: number, claimedEnd: number): number {
  const { bytes, data } = view;
  const limit = Math.min(view.end, claimedEnd);
  let packet = offset;
  if (packet + 4 > limit) return stopShort(view, packet + 4);
  if (data.getUint16(packet) === AUTHENTICATION) {
    packet += AUTHENTICATION_FIXED_LENGTH + bytes[packet + CLIENT_ID_LENGTH] + bytes[packet + AUTHENTICATION_LENGTH];
    if (packet + 4 > limit) return stopShort(view, packet + 4);
  }
  if (data.getUint16(packet) === ORIGIN) packet += ORIGIN_LENGTH;
  return enterTunnel(view, TUNNEL_TEREDO) ? decodeIpv6(view, packet, claimedEnd) : outerKind(view);
}
