import { decodeEthernet } from '../link/ethernet.ts';
import { decodeIeee80211 } from '../link/ieee80211.ts';
import { decodePpp } from '../link/ppp.ts';
import { enterTunnel } from '../nesting.ts';
import { decodeEtherType } from '../network/ether-types.ts';
import { FAULT_MALFORMED, type PacketView, TUNNEL_EOIP, TUNNEL_GRE } from '../packet-view.ts';
import { outerKind, stop, stopShort } from '../stop.ts';
import { decodeErspan, decodeErspan3 } from './erspan.ts';

/*
 * GRE header (RFC 2784 2, RFC 2890 2), and the enhanced one of PPTP (RFC 2637 4.1) and EoIP, which has version 1
 *
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-+-+-+-+-------+-+-------+-----+-------------------------------+
 *  |C|R|K|S|       |A|       | Ver |         Protocol Type         |
 *  +-+-+-+-+-------+-+-------+-----+-------------------------------+
 *  |      Checksum (if C or R)     |       Offset (if C or R)      |
 *  +-------------------------------+-------------------------------+
 *  |                          Key (if K)                           |
 *  +---------------------------------------------------------------+
 *  |                    Sequence Number (if S)                     |
 *  +---------------------------------------------------------------+
 *  |             Acknowledgment Number (if A, version 1)           |
 *  +---------------------------------------------------------------+
 */
const PROTOCOL = 2;
const MIN_HEADER_LENGTH = 4;
const WORD = 4;

const HAS_CHECKSUM = 0x8000;
const HAS_ROUTING = 0x4000;
const HAS_KEY = 0x2000;
const HAS_SEQUENCE = 0x1000;
const HAS_ACKNOWLEDGMENT = 0x0080;
const VERSION = 0x0007;

const PROTOCOL_WCCP = 0x883e;
const PROTOCOL_PPP = 0x880b;
/** EoIP of MikroTik, which has version 1 and a key that is the length and, little-endian, the number of the tunnel. */
const PROTOCOL_EOIP = 0x6400;
const PROTOCOL_ERSPAN = 0x88be;
const PROTOCOL_ERSPAN_3 = 0x22eb;
/** Aruba access points send 802.11 frames under this range of protocol types. */
const PROTOCOL_ARUBA_FIRST = 0x8200;
const PROTOCOL_ARUBA_LAST = 0x83ff;

export function decodeGre(view: PacketView, offset: number, claimedEnd: number): number {
  const { data } = view;
  const limit = Math.min(view.end, claimedEnd);
  if (offset + MIN_HEADER_LENGTH > limit) return stopShort(view, offset + MIN_HEADER_LENGTH);
  const flags = data.getUint16(offset);
  const protocol = data.getUint16(offset + PROTOCOL);
  const version = flags & VERSION;
  // Source routes (RFC 1701) were withdrawn and are not followed.
  if (version > 1 || (flags & HAS_ROUTING) !== 0) return stop(view, FAULT_MALFORMED);
  let payload = offset + MIN_HEADER_LENGTH;
  if ((flags & HAS_CHECKSUM) !== 0) payload += WORD;
  if ((flags & HAS_KEY) !== 0) payload += WORD;
  if ((flags & HAS_SEQUENCE) !== 0) payload += WORD;
  if (version === 1 && (flags & HAS_ACKNOWLEDGMENT) !== 0) payload += WORD;
  if (payload > limit) return stopShort(view, payload);

  if (protocol === PROTOCOL_ERSPAN) return decodeErspan(view, payload, claimedEnd, (flags & HAS_SEQUENCE) !== 0);
  if (protocol === PROTOCOL_ERSPAN_3) return decodeErspan3(view, payload, claimedEnd);
  if (version === 1 && protocol === PROTOCOL_EOIP) {
    return enterTunnel(view, TUNNEL_EOIP) ? decodeEthernet(view, payload, claimedEnd) : outerKind(view);
  }
  if (!enterTunnel(view, TUNNEL_GRE)) return outerKind(view);
  if (protocol === PROTOCOL_PPP) return decodePpp(view, payload, claimedEnd);
  if (protocol >= PROTOCOL_ARUBA_FIRST && protocol <= PROTOCOL_ARUBA_LAST) {
    return decodeIeee80211(view, payload, claimedEnd);
  }
  if (protocol === PROTOCOL_WCCP) return decodeWccp(view, payload, claimedEnd);
  return decodeEtherType(view, protocol, payload, claimedEnd);
}

/** WCCP version 2 puts a redirect header of one word before the IPv4 packet, version 1 nothing. */
function decodeWccp(view: PacketView, offset: number, claimedEnd: number): number {
  const isIpv4 = offset < view.end && view.bytes[offset] >> 4 === 4;
  return decodeEtherType(view, 0x0800, isIpv4 ? offset : offset + WORD, claimedEnd);
}
