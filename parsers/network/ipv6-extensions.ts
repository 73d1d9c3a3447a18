import { FAULT_TOO_DEEP, PACKET_FRAGMENT, type PacketView } from '../packet-view.ts';
import { stop, stopShort } from '../stop.ts';
import { decodeIpProtocol } from './ip-payload.ts';
import { DESTINATION_OPTIONS, FRAGMENT, HOP_BY_HOP, MOBILITY, ROUTING, SHIM6 } from './ip-protocols.ts';

/*
 * IPv6 extension header (RFC 8200 4, RFC 6564)
 *
 *   0      next header
 *   1      length in units of 8 bytes, the first 8 not counted; reserved in a fragment header, which has 8 bytes
 *   2      body: options, or for a routing header (RFC 8200 4.4)
 *   2      routing type     3      segments left     8      addresses
 *
 * Fragment header (RFC 8200 4.5)
 *
 *   2      offset in units of 8 bytes: 13 bits, reserved: 2 bits, more fragments: 1 bit
 *   4      identification
 */
const LENGTH = 1;
const OPTIONS = 2;
const ROUTING_TYPE = 2;
const SEGMENTS_LEFT = 3;
const ROUTING_ADDRESSES = 8;
const FRAGMENT_OFFSET = 2;
const FRAGMENT_ID = 4;
const UNIT = 8;

/** RFC 8200 4.1 recommends 7 at most. */
const MAX_EXTENSIONS = 16;

const ROUTING_SOURCE = 0; // RFC 8200 4.4, deprecated by RFC 5095
const ROUTING_MOBILE = 2; // RFC 6275 6.4
const ROUTING_SEGMENT = 4; // RFC 8754
const OPTION_PAD1 = 0;
const OPTION_HOME_ADDRESS = 0xc9; // RFC 6275 6.3
const ADDRESS_LENGTH = 16;

/** Follows the chain from an extension header of type `protocol` to the header that is none, and decodes that. */
export function decodeIpv6Extensions(view: PacketView, protocol: number, offset: number, claimedEnd: number): number {
  const { bytes } = view;
  const limit = Math.min(view.end, claimedEnd);
  let type = protocol;
  let header = offset;
  for (let count = 0; count < MAX_EXTENSIONS; count += 1) {
    if (header + UNIT > limit) return stopShort(view, header + UNIT);
    const next = header + (type === FRAGMENT ? UNIT : (bytes[header + LENGTH] + 1) * UNIT);
    if (next > limit) return stopShort(view, next);

    view.ipProtocol = bytes[header];
    view.payloadStart = next;
    view.payloadLength = claimedEnd - next;
    if (type === FRAGMENT && readFragment(view, header)) return PACKET_FRAGMENT;
    if (type === ROUTING) readFinalDestination(view, header, next);
    if (type === DESTINATION_OPTIONS) readHomeAddress(view, header + OPTIONS, next);

    type = view.ipProtocol;
    header = next;
    if (!isExtension(type)) return decodeIpProtocol(view, type, header, claimedEnd);
  }
  return stop(view, FAULT_TOO_DEEP);
}

function isExtension(protocol: number): boolean {
  switch (protocol) {
    case HOP_BY_HOP:
    case ROUTING:
    case FRAGMENT:
    case DESTINATION_OPTIONS:
    case MOBILITY:
    case SHIM6:
      return true;
    default:
      return false;
  }
}

/** False for an atomic fragment, which is the whole packet (RFC 6946). */
function readFragment(view: PacketView, header: number): boolean {
  const field = view.data.getUint16(header + FRAGMENT_OFFSET);
  view.fragmentId = view.data.getInt32(header + FRAGMENT_ID);
  view.ipId = view.fragmentId;
  view.fragmentOffset = field & 0xfff8;
  view.fragmentMore = field & 1;
  return view.fragmentOffset !== 0 || view.fragmentMore !== 0;
}

/** While segments are left, the header's destination is a hop on the way; the endpoint is the last in the list. */
function readFinalDestination(view: PacketView, header: number, end: number): void {
  const { bytes, data } = view;
  if (bytes[header + SEGMENTS_LEFT] === 0 || header + ROUTING_ADDRESSES + ADDRESS_LENGTH > end) return;
  let address = header + ROUTING_ADDRESSES;
  switch (bytes[header + ROUTING_TYPE]) {
    case ROUTING_SOURCE:
      address = end - ADDRESS_LENGTH;
      break;
    case ROUTING_MOBILE: // one address
    case ROUTING_SEGMENT: // in reverse order
      break;
    default:
      return;
  }
  view.destination0 = data.getInt32(address);
  view.destination1 = data.getInt32(address + 4);
  view.destination2 = data.getInt32(address + 8);
  view.destination3 = data.getInt32(address + 12);
}

/** A mobile node away from home: its connections are those of the home address (RFC 6275 9.3.1). */
function readHomeAddress(view: PacketView, options: number, end: number): void {
  const { bytes, data } = view;
  let option = options;
  while (option + 2 <= end) {
    if (bytes[option] === OPTION_PAD1) {
      option += 1;
      continue;
    }
    const value = option + 2;
    if (bytes[option] === OPTION_HOME_ADDRESS && value + ADDRESS_LENGTH <= end) {
      view.source0 = data.getInt32(value);
      view.source1 = data.getInt32(value + 4);
      view.source2 = data.getInt32(value + 8);
      view.source3 = data.getInt32(value + 12);
      return;
    }
    option = value + bytes[option + 1];
  }
}
