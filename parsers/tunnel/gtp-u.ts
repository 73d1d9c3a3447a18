import { enterTunnel } from '../nesting.ts';
import { decodeIp } from '../network/ip.ts';
import { FAULT_MALFORMED, type PacketView, TUNNEL_GTPU } from '../packet-view.ts';
import { outerKind, stop, stopShort } from '../stop.ts';

/*
 * GTP-U header (3GPP TS 29.281 5.1)
 *
 *   0      version: 3 bits (1), protocol type: 1 bit (1), reserved: 1 bit, flags E, S, PN
 *   1      message type: 255 for a user packet
 *   2      length of what follows the first 8 bytes
 *   4      tunnel endpoint identifier
 *   8      sequence number, 2 bytes; N-PDU number; type of the next extension: there if any flag is set
 *  12      extension headers, if E is set: length in 32-bit words, content, type of the next in the last byte
 */
const MESSAGE_TYPE = 1;
const NEXT_EXTENSION = 11;
const MIN_HEADER_LENGTH = 8;
const HEADER_LENGTH_WITH_FLAGS = 12;

const VERSION_AND_TYPE = 0xf0;
const VERSION_1_GTP = 0x30;
const FLAG_EXTENSION = 0x04;
const ANY_FLAG = 0x07;
const USER_PACKET = 255;

export function decodeGtpU(view: PacketView, offset: number, claimedEnd: number): number {
  const { bytes } = view;
  const limit = Math.min(view.end, claimedEnd);
  let packet = offset + MIN_HEADER_LENGTH;
  if (packet > limit) return stopShort(view, packet);
  const flags = bytes[offset];
  if ((flags & VERSION_AND_TYPE) !== VERSION_1_GTP || bytes[offset + MESSAGE_TYPE] !== USER_PACKET) {
    return outerKind(view);
  }
  if ((flags & ANY_FLAG) !== 0) {
    packet = offset + HEADER_LENGTH_WITH_FLAGS;
    if (packet > limit) return stopShort(view, packet);
    let next = (flags & FLAG_EXTENSION) === 0 ? 0 : bytes[offset + NEXT_EXTENSION];
    while (next !== 0) {
      if (packet >= limit) return stopShort(view, packet + 1);
      const length = bytes[packet] * 4;
      if (length === 0) return stop(view, FAULT_MALFORMED);
      packet += length;
      if (packet > limit) return stopShort(view, packet);
      next = bytes[packet - 1];
    }
  }
  return enterTunnel(view, TUNNEL_GTPU) ? decodeIp(view, packet, claimedEnd) : outerKind(view);
}
