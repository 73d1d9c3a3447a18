import { decodeEtherType } from '../network/ether-types.ts';
import type { PacketView } from '../packet-view.ts';
import { stopShort } from '../stop.ts';
import { decodeLlc } from './llc.ts';

/*
 * Ethernet (IEEE 802.3 3.1.1)
 *
 *   0      destination address
 *   6      source address
 *  12      EtherType, or the payload length if it is at most 1500: then an LLC header follows
 *  14      payload, padded to 46 bytes
 */
const ETHER_TYPE = 12;
const HEADER_LENGTH = 14;
const MAX_LENGTH_FIELD = 1500;

export function decodeEthernet(view: PacketView, offset: number, claimedEnd: number): number {
  const payload = offset + HEADER_LENGTH;
  if (payload > view.end || payload > claimedEnd) return stopShort(view, payload);
  return decodeTypeOrLength(view, view.data.getUint16(offset + ETHER_TYPE), payload, claimedEnd);
}

/** What follows a field that is either an EtherType or the length of an LLC frame. */
export function decodeTypeOrLength(view: PacketView, typeOrLength: number, offset: number, claimedEnd: number): number {
  if (typeOrLength > MAX_LENGTH_FIELD) return decodeEtherType(view, typeOrLength, offset, claimedEnd);
  return decodeLlc(view, offset, Math.min(claimedEnd, offset + typeOrLength));
}
