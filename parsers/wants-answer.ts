import type { PacketView } from './packet-view.ts';

/*
 * Short messages that are no requests, by their first bytes: they end a conversation, or answer what the other side asked.
 *
 * A TLS record (RFC 8446 5.1) is type, version 3.x, length. What HTTP/2 (RFC 9113 4.1) sends beside requests are frames of their
 * own types: length (24 bits), type, flags, stream.
 */

/** Only messages that are shorter are looked at: bytes of payload. */
export const LONG_MESSAGE = 512;

const RECORD_HEADER_LENGTH = 5;
const RECORD_CHANGE_CIPHER_SPEC = 0x14;
const RECORD_ALERT = 0x15;
const RECORD_APPLICATION_DATA = 0x17;
const TLS_MAJOR = 3;
/** Encrypted, the shortest request that HTTP/1 has is hardly shorter. */
const SHORTEST_TLS_REQUEST = 64;
/** The last flight of a TLS 1.3 handshake (RFC 8446 4.4.4): Finished of SHA-256 and of SHA-384, encrypted. */
const FINISHED_256 = 53;
const FINISHED_384 = 69;

const FRAME_HEADER_LENGTH = 9;
const FRAME_RST_STREAM = 3;
const FRAME_SETTINGS = 4;
const FRAME_PING = 6;
const FRAME_GOAWAY = 7;
const FRAME_WINDOW_UPDATE = 8;

/** "HTTP", "SIP/" and "RTSP": a status line answers. */
const HTTP = 0x48545450;
const SIP = 0x5349502f;
const RTSP = 0x52545350;
/** BGP: a message begins with 16 bytes of ones, a length and its type (RFC 4271 4.1). Of all only an OPEN is answered. */
const BGP_MARKER = -1;
const BGP_HEADER_LENGTH = 19;
const BGP_TYPE = 18;
const BGP_OPEN = 1;
/** STUN (RFC 8489 5): two bits of zeros, then the type with the class in two of its bits; the cookie after the length. */
const STUN_COOKIE = 0x2112a442;
const STUN_HEADER_LENGTH = 20;
const STUN_NO_TYPE = 0xc000;
const STUN_NO_REQUEST = 0x0110;
/** PostgreSQL: a CancelRequest begins with its length, and is never answered. */
const CANCEL_LENGTH = 16;
/** "<34>": the priority of a syslog message (RFC 5424 6.2.1), which nobody answers (RFC 6587). */
const SYSLOG = 0x3c;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

/** Is the payload at `payload` no request? True also where the capture has too little of it to tell, and it is short. */
export function wantsNoAnswer(view: PacketView, payload: number): boolean {
  const { bytes, data, dataLength } = view;
  if (dataLength < RECORD_HEADER_LENGTH) return false;
  if (payload + RECORD_HEADER_LENGTH > view.end) return dataLength < SHORTEST_TLS_REQUEST;
  const first = data.getInt32(payload);
  if (first === HTTP || first === SIP || first === RTSP) return true;
  if (first === BGP_MARKER) return isBgp(view, payload);
  if (first === CANCEL_LENGTH && dataLength === CANCEL_LENGTH) return true;
  const type = bytes[payload];
  const second = bytes[payload + 1];
  if (type === SYSLOG && second >= DIGIT_0 && second <= DIGIT_9) return true;
  if (type >= RECORD_CHANGE_CIPHER_SPEC && type <= RECORD_APPLICATION_DATA && second === TLS_MAJOR) {
    return areShortRecords(view, payload);
  }
  // Over TCP a length may stand before it (RFC 4571).
  if (isStunAnswer(view, payload) || isStunAnswer(view, payload + 2)) return true;
  if (dataLength < FRAME_HEADER_LENGTH || first >>> 8 > dataLength - FRAME_HEADER_LENGTH) return false;
  const frame = first & 0xff;
  if (frame === FRAME_RST_STREAM || frame === FRAME_SETTINGS || frame === FRAME_PING) return true;
  return frame === FRAME_GOAWAY || frame === FRAME_WINDOW_UPDATE;
}

/** A message of BGP that nobody answers: KEEPALIVE, UPDATE, NOTIFICATION. */
function isBgp({ bytes, data, dataLength, end }: PacketView, payload: number): boolean {
  if (dataLength < BGP_HEADER_LENGTH || payload + BGP_HEADER_LENGTH > end) return false;
  for (let at = 4; at < 16; at += 4) if (data.getInt32(payload + at) !== BGP_MARKER) return false;
  return bytes[payload + BGP_TYPE] > BGP_OPEN;
}

/** A response of STUN, or an indication. */
function isStunAnswer({ data, dataLength, end }: PacketView, at: number): boolean {
  if (dataLength < STUN_HEADER_LENGTH || at + 8 > end || data.getInt32(at + 4) !== STUN_COOKIE) return false;
  const type = data.getUint16(at);
  return (type & STUN_NO_TYPE) === 0 && (type & STUN_NO_REQUEST) !== 0;
}

/** TLS records of which none is long enough for a request, as far as the capture has them: alerts, the end of a handshake. */
function areShortRecords(view: PacketView, payload: number): boolean {
  const { bytes, data, dataLength } = view;
  const type = bytes[payload];
  if (type === RECORD_CHANGE_CIPHER_SPEC || type === RECORD_ALERT) return true;
  const end = payload + dataLength;
  let at = payload;
  while (at + RECORD_HEADER_LENGTH <= end && at + RECORD_HEADER_LENGTH <= view.end) {
    const length = data.getUint16(at + 3);
    const isFinished = length === FINISHED_256 || length === FINISHED_384;
    if (length + RECORD_HEADER_LENGTH >= SHORTEST_TLS_REQUEST && !isFinished) return false;
    at += RECORD_HEADER_LENGTH + length;
  }
  return at <= end;
}
