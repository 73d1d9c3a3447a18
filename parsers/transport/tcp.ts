import { FAULT_CUT, FAULT_MALFORMED, FAULT_NONE, PACKET_TCP, type PacketView } from '../packet-view.ts';
import { stopShort } from '../stop.ts';
import { LONG_MESSAGE, wantsNoAnswer } from '../wants-answer.ts';
import { decodeTcpOptions } from './tcp-options.ts';

/*
 * TCP header (RFC 9293 3.1)
 *
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-------------------------------+-------------------------------+
 *  |          Source Port          |       Destination Port        |
 *  +-------------------------------+-------------------------------+
 *  |                        Sequence Number                        |
 *  +---------------------------------------------------------------+
 *  |                    Acknowledgment Number                      |
 *  +-------+-------+---------------+-------------------------------+
 *  |Offset |Reserv.|     Flags     |            Window             |
 *  +-------+-------+---------------+-------------------------------+
 *  |           Checksum            |         Urgent Pointer        |
 *  +-------------------------------+-------------------------------+
 *  |                    Options, to 60 bytes at most               |
 *  +---------------------------------------------------------------+
 */
const SOURCE_PORT = 0;
const DESTINATION_PORT = 2;
const SEQUENCE = 4;
const ACKNOWLEDGMENT = 8;
const DATA_OFFSET = 12;
const FLAGS = 13;
const WINDOW = 14;
const CHECKSUM = 16;
const MIN_HEADER_LENGTH = 20;
/** A segment cut or claimed shorter than the header still counts if it has all up to the window, as in Wireshark. */
const NEEDED_LENGTH = 16;

/** The only option of nearly every segment after the handshake: no-operation twice, timestamps (RFC 7323 A). */
const USUAL_TIMESTAMPS = 0x0101080a;
const USUAL_TIMESTAMPS_HEADER_LENGTH = 32;

export function decodeTcp(view: PacketView, offset: number, claimedEnd: number): number {
  const { bytes, data } = view;
  const needed = offset + NEEDED_LENGTH;
  if (needed > view.end || needed > claimedEnd) return stopShort(view, needed);

  view.sourcePort = data.getUint16(offset + SOURCE_PORT);
  view.destinationPort = data.getUint16(offset + DESTINATION_PORT);
  view.sequence = data.getInt32(offset + SEQUENCE);
  view.acknowledgment = data.getInt32(offset + ACKNOWLEDGMENT);
  view.flags = bytes[offset + FLAGS];
  view.window = data.getUint16(offset + WINDOW);
  const options = offset + MIN_HEADER_LENGTH;
  view.checksum = options > view.end || options > claimedEnd ? 0 : data.getUint16(offset + CHECKSUM);
  view.mss = -1;
  view.windowScale = -1;
  view.sackPermitted = 0;
  view.hasTimestamps = 0;
  view.fastOpen = 0;
  view.fastOpenCookieLength = 0;
  view.operations = 0;
  view.sackCount = 0;
  view.dataLength = 0;
  view.wantsNoAnswer = 0;

  const headerLength = (bytes[offset + DATA_OFFSET] >> 4) << 2;
  const payload = offset + headerLength;
  if (headerLength < MIN_HEADER_LENGTH) {
    view.fault = FAULT_MALFORMED;
    return PACKET_TCP;
  }
  if (payload > claimedEnd) view.fault = FAULT_MALFORMED;
  else view.dataLength = claimedEnd - payload;
  if (payload > view.end && view.fault === FAULT_NONE) view.fault = FAULT_CUT;
  if (view.dataLength > 0 && view.dataLength < LONG_MESSAGE && wantsNoAnswer(view, payload)) view.wantsNoAnswer = 1;
  if (headerLength === MIN_HEADER_LENGTH) return PACKET_TCP;

  const isWhole = payload <= view.end && payload <= claimedEnd;
  if (isWhole && headerLength === USUAL_TIMESTAMPS_HEADER_LENGTH && data.getInt32(options) === USUAL_TIMESTAMPS) {
    view.hasTimestamps = 1;
    view.timestampValue = data.getInt32(options + 4);
    view.timestampEcho = data.getInt32(options + 8);
    return PACKET_TCP;
  }
  decodeTcpOptions(view, options, isWhole ? payload : Math.min(claimedEnd, view.end));
  return PACKET_TCP;
}
