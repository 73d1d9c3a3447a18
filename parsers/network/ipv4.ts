import { FAULT_MALFORMED, PACKET_FRAGMENT, type PacketView } from '../packet-view.ts';
import { stop, stopShort } from '../stop.ts';
import { decodeTcp } from '../transport/tcp.ts';
import { decodeIpProtocol } from './ip-payload.ts';
import { TCP } from './ip-protocols.ts';
import { decodeIpv6 } from './ipv6.ts';

/*
 * IPv4 header (RFC 791 3.1)
 *
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-------+-------+---------------+-------------------------------+
 *  |Version|  IHL  |Type of Service|         Total Length          |
 *  +-------+-------+---------------+-----+-------------------------+
 *  |         Identification        |Flags|     Fragment Offset     |
 *  +---------------+---------------+-----+-------------------------+
 *  |  Time to Live |    Protocol   |        Header Checksum        |
 *  +---------------+---------------+-------------------------------+
 *  |                        Source Address                         |
 *  +---------------------------------------------------------------+
 *  |                      Destination Address                      |
 *  +---------------------------------------------------------------+
 *  |                    Options, to 60 bytes at most               |
 *  +---------------------------------------------------------------+
 */
const TOTAL_LENGTH = 2;
const IDENTIFICATION = 4;
const FRAGMENT = 6;
const TTL = 8;
const PROTOCOL = 9;
const SOURCE = 12;
const DESTINATION = 16;
const MIN_HEADER_LENGTH = 20;

const MORE_FRAGMENTS = 0x2000;
const FRAGMENT_OFFSET = 0x1fff;

export function decodeIpv4(view: PacketView, offset: number, claimedEnd: number): number {
  const { bytes, data } = view;
  const minimum = offset + MIN_HEADER_LENGTH;
  if (minimum > view.end || minimum > claimedEnd) return stopShort(view, minimum);

  const versionAndLength = bytes[offset];
  const headerLength = (versionAndLength & 0x0f) << 2;
  if (versionAndLength >> 4 !== 4) {
    return versionAndLength >> 4 === 6 ? decodeIpv6(view, offset, claimedEnd) : stop(view, FAULT_MALFORMED);
  }
  if (headerLength < MIN_HEADER_LENGTH) return stop(view, FAULT_MALFORMED);
  const totalLength = data.getUint16(offset + TOTAL_LENGTH);
  // 0 is what a sender with segmentation offload hands to the capture: the frame's length is the only one known.
  if (totalLength !== 0 && totalLength < headerLength) return stop(view, FAULT_MALFORMED);
  const packetEnd = totalLength === 0 || offset + totalLength > claimedEnd ? claimedEnd : offset + totalLength;
  const payload = offset + headerLength;
  const protocol = bytes[offset + PROTOCOL];

  view.ipVersion = 4;
  view.source0 = data.getInt32(offset + SOURCE);
  view.source1 = 0;
  view.source2 = 0;
  view.source3 = 0;
  view.destination0 = data.getInt32(offset + DESTINATION);
  view.destination1 = 0;
  view.destination2 = 0;
  view.destination3 = 0;
  view.ttl = bytes[offset + TTL];
  view.ipId = data.getUint16(offset + IDENTIFICATION);
  view.ipProtocol = protocol;
  view.payloadStart = payload;
  view.payloadLength = packetEnd - payload;
  if (payload > view.end || payload > packetEnd) return stopShort(view, payload);

  const fragment = data.getUint16(offset + FRAGMENT) & (MORE_FRAGMENTS | FRAGMENT_OFFSET);
  if (fragment !== 0) {
    if (totalLength !== 0) view.payloadLength = totalLength - headerLength;
    view.fragmentId = view.ipId;
    view.fragmentOffset = (fragment & FRAGMENT_OFFSET) << 3;
    view.fragmentMore = fragment >> 13;
    return PACKET_FRAGMENT;
  }
  if (protocol === TCP) return decodeTcp(view, payload, packetEnd);
  return decodeIpProtocol(view, protocol, payload, packetEnd);
}
