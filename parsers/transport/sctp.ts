import { FAULT_CUT, FAULT_MALFORMED, PACKET_SCTP, type PacketView } from '../packet-view.ts';
import { stopShort } from '../stop.ts';

/*
 * SCTP common header (RFC 9260 3.1), then chunks, each padded to a multiple of 4 bytes (3.2)
 *
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-------------------------------+-------------------------------+
 *  |          Source Port          |       Destination Port        |
 *  +-------------------------------+-------------------------------+
 *  |                       Verification Tag                        |
 *  +---------------------------------------------------------------+
 *  |                           Checksum                            |
 *  +---------------+---------------+-------------------------------+
 *  |  Chunk Type   |  Chunk Flags  |         Chunk Length          |
 *  +---------------+---------------+-------------------------------+
 *  |  Chunk Value: the initiate tag comes first in INIT, INIT ACK  |
 *  +---------------------------------------------------------------+
 */
const SOURCE_PORT = 0;
const DESTINATION_PORT = 2;
const VERIFICATION_TAG = 4;
const HEADER_LENGTH = 12;

const CHUNK_FLAGS = 1;
const CHUNK_LENGTH = 2;
const CHUNK_VALUE = 4;
/** Chunk header, TSN, stream and protocol identifiers that come before the user data (3.3.1; RFC 8260 2.1 for I-DATA). */
const DATA_HEADER_LENGTH = 16;
const I_DATA_HEADER_LENGTH = 20;

const TYPE_DATA = 0;
const TYPE_INIT = 1;
const TYPE_INIT_ACK = 2;
const TYPE_ABORT = 6;
const LAST_BASIC_TYPE = 14;
const TYPE_I_DATA = 64;

/** Bits of PacketView.chunks: one for each chunk type of RFC 9260, `1 << type`; I-DATA counts as DATA. */
export const SCTP_DATA = 1 << TYPE_DATA;
export const SCTP_INIT = 1 << TYPE_INIT;
export const SCTP_INIT_ACK = 1 << TYPE_INIT_ACK;
export const SCTP_SACK = 1 << 3;
export const SCTP_HEARTBEAT = 1 << 4;
export const SCTP_HEARTBEAT_ACK = 1 << 5;
export const SCTP_ABORT = 1 << TYPE_ABORT;
export const SCTP_SHUTDOWN = 1 << 7;
export const SCTP_SHUTDOWN_ACK = 1 << 8;
export const SCTP_ERROR = 1 << 9;
export const SCTP_COOKIE_ECHO = 1 << 10;
export const SCTP_COOKIE_ACK = 1 << 11;
export const SCTP_SHUTDOWN_COMPLETE = 1 << 14;
/** The ABORT has the T bit: its sender knew no association, and sent back the tag that it was given (3.3.7). */
export const SCTP_ABORT_REFLECTS = 1 << 15;

const T_BIT = 1;

export function decodeSctp(view: PacketView, offset: number, claimedEnd: number): number {
  const { bytes, data } = view;
  const limit = Math.min(view.end, claimedEnd);
  let chunk = offset + HEADER_LENGTH;
  if (chunk > limit) return stopShort(view, chunk);

  view.sourcePort = data.getUint16(offset + SOURCE_PORT);
  view.destinationPort = data.getUint16(offset + DESTINATION_PORT);
  view.verificationTag = data.getInt32(offset + VERIFICATION_TAG);
  view.checksum = 0;
  view.chunks = 0;
  view.initiateTag = 0;
  view.dataLength = 0;

  while (chunk + CHUNK_VALUE <= limit) {
    const type = bytes[chunk];
    const length = data.getUint16(chunk + CHUNK_LENGTH);
    if (length < CHUNK_VALUE || chunk + length > claimedEnd) {
      view.fault = FAULT_MALFORMED;
      return PACKET_SCTP;
    }
    if (type <= LAST_BASIC_TYPE) view.chunks |= 1 << type;
    if (type === TYPE_ABORT && (bytes[chunk + CHUNK_FLAGS] & T_BIT) !== 0) view.chunks |= SCTP_ABORT_REFLECTS;
    if (type === TYPE_DATA) {
      view.dataLength += Math.max(length - DATA_HEADER_LENGTH, 0);
    } else if (type === TYPE_I_DATA) {
      view.chunks |= SCTP_DATA;
      view.dataLength += Math.max(length - I_DATA_HEADER_LENGTH, 0);
    } else if ((type === TYPE_INIT || type === TYPE_INIT_ACK) && chunk + CHUNK_VALUE + 4 <= limit) {
      view.initiateTag = data.getInt32(chunk + CHUNK_VALUE);
    }
    chunk += (length + 3) & ~3;
  }
  if (chunk < claimedEnd && claimedEnd > view.end) view.fault = FAULT_CUT;
  return PACKET_SCTP;
}
