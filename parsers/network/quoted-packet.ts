import type { PacketView } from '../packet-view.ts';
import { DESTINATION_OPTIONS, FRAGMENT, HOP_BY_HOP, ROUTING, SCTP, TCP, UDP } from './ip-protocols.ts';

/*
 * The packet that an ICMP error quotes: its IP header, and at least the first 8 bytes of its payload (RFC 792), of which
 * TCP, UDP and SCTP use the first 4 for the ports, TCP the next 4 for the sequence number, SCTP for the verification tag.
 */
const IPV4_FRAGMENT = 6;
const IPV4_FRAGMENT_OFFSET = 0x1fff;
const IPV4_PROTOCOL = 9;
const IPV4_SOURCE = 12;
const IPV4_DESTINATION = 16;
const IPV4_MIN_LENGTH = 20;
const IPV6_NEXT_HEADER = 6;
const IPV6_SOURCE = 8;
const IPV6_DESTINATION = 24;
const IPV6_LENGTH = 40;
const EXTENSION_UNIT = 8;
const PORTS_LENGTH = 4;
const SEQUENCE = 4;

/**
 * Reads the quoted packet between `offset` and `limit` into the quoted fields.
 * @returns whether it is of a protocol with ports, and the ports are there
 */
export function readQuotedPacket(view: PacketView, offset: number, limit: number): boolean {
  if (offset >= limit) return false;
  switch (view.bytes[offset] >> 4) {
    case 4:
      return readQuotedIpv4(view, offset, limit);
    case 6:
      return readQuotedIpv6(view, offset, limit);
    default:
      return false;
  }
}

function readQuotedIpv4(view: PacketView, offset: number, limit: number): boolean {
  const { bytes, data } = view;
  if (offset + IPV4_MIN_LENGTH > limit) return false;
  const headerLength = (bytes[offset] & 0x0f) << 2;
  if (headerLength < IPV4_MIN_LENGTH) return false;
  if ((data.getUint16(offset + IPV4_FRAGMENT) & IPV4_FRAGMENT_OFFSET) !== 0) return false;
  view.quotedIpVersion = 4;
  view.quotedSource0 = data.getInt32(offset + IPV4_SOURCE);
  view.quotedSource1 = 0;
  view.quotedSource2 = 0;
  view.quotedSource3 = 0;
  view.quotedDestination0 = data.getInt32(offset + IPV4_DESTINATION);
  view.quotedDestination1 = 0;
  view.quotedDestination2 = 0;
  view.quotedDestination3 = 0;
  return readQuotedPorts(view, bytes[offset + IPV4_PROTOCOL], offset + headerLength, limit);
}

function readQuotedIpv6(view: PacketView, offset: number, limit: number): boolean {
  const { bytes, data } = view;
  let header = offset + IPV6_LENGTH;
  if (header > limit) return false;
  view.quotedIpVersion = 6;
  view.quotedSource0 = data.getInt32(offset + IPV6_SOURCE);
  view.quotedSource1 = data.getInt32(offset + IPV6_SOURCE + 4);
  view.quotedSource2 = data.getInt32(offset + IPV6_SOURCE + 8);
  view.quotedSource3 = data.getInt32(offset + IPV6_SOURCE + 12);
  view.quotedDestination0 = data.getInt32(offset + IPV6_DESTINATION);
  view.quotedDestination1 = data.getInt32(offset + IPV6_DESTINATION + 4);
  view.quotedDestination2 = data.getInt32(offset + IPV6_DESTINATION + 8);
  view.quotedDestination3 = data.getInt32(offset + IPV6_DESTINATION + 12);
  let type = bytes[offset + IPV6_NEXT_HEADER];
  while (type === HOP_BY_HOP || type === ROUTING || type === DESTINATION_OPTIONS || type === FRAGMENT) {
    if (header + EXTENSION_UNIT > limit) return false;
    // A later fragment has no ports.
    if (type === FRAGMENT && data.getUint16(header + 2) >> 3 !== 0) return false;
    const length = type === FRAGMENT ? EXTENSION_UNIT : (bytes[header + 1] + 1) * EXTENSION_UNIT;
    type = bytes[header];
    header += length;
  }
  return readQuotedPorts(view, type, header, limit);
}

function readQuotedPorts(view: PacketView, protocol: number, offset: number, limit: number): boolean {
  const { data } = view;
  if (protocol !== TCP && protocol !== UDP && protocol !== SCTP) return false;
  if (offset + PORTS_LENGTH > limit) return false;
  view.quotedProtocol = protocol;
  view.quotedLength = limit - offset;
  view.quotedSourcePort = data.getUint16(offset);
  view.quotedDestinationPort = data.getUint16(offset + 2);
  const hasSequence = protocol !== UDP && offset + SEQUENCE + 4 <= limit;
  view.quotedSequence = hasSequence ? data.getInt32(offset + SEQUENCE) : 0;
  return true;
}
