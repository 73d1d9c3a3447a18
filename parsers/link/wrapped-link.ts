import { nest } from '../nesting.ts';
import { FAULT_MALFORMED, PACKET_OTHER, PACKET_UNKNOWN_LINK, type PacketView } from '../packet-view.ts';
import { stop, stopShort } from '../stop.ts';
import { decodeLinkType } from './link-types.ts';

/*
 * Headers that name the link type of the frame they stand before, in little-endian order
 *
 * PKTAP of Darwin (https://www.tcpdump.org/linktypes/LINKTYPE_PKTAP.html)
 *   0      header length     4      record type: 1 for a packet     8      link type
 *
 * Per-packet information (https://www.tcpdump.org/linktypes.html, LINKTYPE_PPI)
 *   0      version, flags    2      header length, 16 bits           4      link type
 */
const PKTAP_RECORD_TYPE = 4;
const PKTAP_LINK_TYPE = 8;
const PKTAP_MIN_LENGTH = 108;
const PKTAP_RECORD_PACKET = 1;
const PPI_LENGTH = 2;
const PPI_LINK_TYPE = 4;
const PPI_MIN_LENGTH = 8;

export function decodePktap(view: PacketView, offset: number, claimedEnd: number): number {
  const { data } = view;
  const minimum = offset + PKTAP_MIN_LENGTH;
  if (minimum > view.end || minimum > claimedEnd) return stopShort(view, minimum);
  const length = data.getUint32(offset, true);
  if (length < PKTAP_MIN_LENGTH) return stop(view, FAULT_MALFORMED);
  if (data.getUint32(offset + PKTAP_RECORD_TYPE, true) !== PKTAP_RECORD_PACKET) return PACKET_OTHER;
  return decodeInner(view, data.getUint32(offset + PKTAP_LINK_TYPE, true), offset + length, claimedEnd);
}

/** Darwin wrote PKTAP under a number for private use before it had one of its own. */
export function decodePrivatePktap(view: PacketView, offset: number, claimedEnd: number): number {
  const kind = decodePktap(view, offset, claimedEnd);
  return kind === PACKET_OTHER && view.etherType === 0 ? PACKET_UNKNOWN_LINK : kind;
}

export function decodePpi(view: PacketView, offset: number, claimedEnd: number): number {
  const { data } = view;
  const minimum = offset + PPI_MIN_LENGTH;
  if (minimum > view.end || minimum > claimedEnd) return stopShort(view, minimum);
  const length = data.getUint16(offset + PPI_LENGTH, true);
  if (length < PPI_MIN_LENGTH) return stop(view, FAULT_MALFORMED);
  return decodeInner(view, data.getUint32(offset + PPI_LINK_TYPE, true), offset + length, claimedEnd);
}

function decodeInner(view: PacketView, linkType: number, offset: number, claimedEnd: number): number {
  return nest(view) ? decodeLinkType(view, linkType, offset, claimedEnd) : PACKET_OTHER;
}
