import { FAULT_MALFORMED, type PacketView } from '../packet-view.ts';
import { stop, stopShort } from '../stop.ts';
import { decodeTcp } from '../transport/tcp.ts';
import { decodeIpProtocol } from './ip-payload.ts';
import { TCP } from './ip-protocols.ts';

/*
 * IPv6 header (RFC 8200 3)
 *
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-------+---------------+---------------------------------------+
 *  |Version| Traffic Class |              Flow Label               |
 *  +-------+---------------+-------+---------------+---------------+
 *  |         Payload Length        |  Next Header  |   Hop Limit   |
 *  +-------------------------------+---------------+---------------+
 *  |                  Source Address, 128 bits                     |
 *  +---------------------------------------------------------------+
 *  |                Destination Address, 128 bits                  |
 *  +---------------------------------------------------------------+
 */
const PAYLOAD_LENGTH = 4;
const NEXT_HEADER = 6;
const HOP_LIMIT = 7;
const SOURCE = 8;
const DESTINATION = 24;
const HEADER_LENGTH = 40;

export function decodeIpv6(view: PacketView, offset: number, claimedEnd: number): number {
  const { bytes, data } = view;
  const payload = offset + HEADER_LENGTH;
  if (payload > view.end || payload > claimedEnd) return stopShort(view, payload);

  if (bytes[offset] >> 4 !== 6) return stop(view, FAULT_MALFORMED);
  const payloadLength = data.getUint16(offset + PAYLOAD_LENGTH);
  // 0 is a jumbogram (RFC 2675) or segmentation offload: the frame's length is the one to go by.
  const packetEnd = payloadLength === 0 || payload + payloadLength > claimedEnd ? claimedEnd : payload + payloadLength;
  const protocol = bytes[offset + NEXT_HEADER];

  view.ipVersion = 6;
  view.source0 = data.getInt32(offset + SOURCE);
  view.source1 = data.getInt32(offset + SOURCE + 4);
  view.source2 = data.getInt32(offset + SOURCE + 8);
  view.source3 = data.getInt32(offset + SOURCE + 12);
  view.destination0 = data.getInt32(offset + DESTINATION);
  view.destination1 = data.getInt32(offset + DESTINATION + 4);
  view.destination2 = data.getInt32(offset + DESTINATION + 8);
  view.destination3 = data.getInt32(offset + DESTINATION + 12);
  view.ttl = bytes[offset + HOP_LIMIT];
  view.ipId = 0;
  view.ipProtocol = protocol;
  view.payloadStart = payload;
  view.payloadLength = packetEnd - payload;
  if (protocol === TCP) return decodeTcp(view, payload, packetEnd);
  return decodeIpProtocol(view, protocol, payload, packetEnd);
}
