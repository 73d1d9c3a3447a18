import { stopShort } from '../nesting.ts';
import { FAULT_MALFORMED, PACKET_UDP, type PacketView } from '../packet-view.ts';

/*
 * UDP header (RFC 768)
 *
 *   0      source port          2      destination port
 *   4      length, header included; 0 in a jumbogram (RFC 2675)
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
  if (payload > view.end || payload > claimedEnd) return stopShort(view, payload, FAULT_MALFORMED);

  view.sourcePort = data.getUint16(offset + SOURCE_PORT);
  view.destinationPort = data.getUint16(offset + DESTINATION_PORT);
  view.checksum = data.getUint16(offset + CHECKSUM);
  const length = data.getUint16(offset + LENGTH);
  let payloadEnd = claimedEnd;
  if (length >= HEADER_LENGTH && offset + length <= claimedEnd) payloadEnd = offset + length;
  else if (length !== 0) view.fault = FAULT_MALFORMED;
  view.dataLength = payloadEnd - payload;
  return PACKET_UDP;
}
