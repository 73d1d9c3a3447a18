import { FAULT_MALFORMED, PACKET_UDP, type PacketView } from '../packet-view.ts';
import { stop, stopShort } from '../stop.ts';
import { decodeUdpTunnel, isTunnelPort } from '../tunnel/udp-tunnels.ts';

/*
 * UDP header (RFC 768)
 *
 *   0      source port          2      destination port
 *   4      length, header included; 0 in an IPv6 jumbogram (RFC 2675)
 *   6      checksum
 */
const SOURCE_PORT = 0;
const DESTINATION_PORT = 2;
const LENGTH = 4;
const CHECKSUM = 6;
const HEADER_LENGTH = 8;

export function decodeUdp(view: PacketView, offset: number, claimedEnd: number): number {
  const { data } = view;
  const payload = offset + HEADER_LENGTH;
  if (payload > view.end || payload > claimedEnd) return stopShort(view, payload);

  const field = data.getUint16(offset + LENGTH);
  const length = field === 0 && view.ipVersion === 6 ? claimedEnd - offset : field;
  if (length < HEADER_LENGTH) return stop(view, FAULT_MALFORMED);
  if (offset + length > claimedEnd) view.fault = FAULT_MALFORMED;

  const sourcePort = data.getUint16(offset + SOURCE_PORT);
  const destinationPort = data.getUint16(offset + DESTINATION_PORT);
  view.sourcePort = sourcePort;
  view.destinationPort = destinationPort;
  view.checksum = data.getUint16(offset + CHECKSUM);
  view.dataLength = length - HEADER_LENGTH;
  if (!isTunnelPort(sourcePort) && !isTunnelPort(destinationPort)) return PACKET_UDP;
  return decodeUdpTunnel(view, payload, Math.min(claimedEnd, offset + length));
}
