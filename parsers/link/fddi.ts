import { PACKET_OTHER, type PacketView } from '../packet-view.ts';
import { stopShort } from '../stop.ts';
import { decodeLlc } from './llc.ts';

/*
 * FDDI frame (ISO 9314-2): frame control 1 byte, destination and source 6 bytes each, LLC header
 */
const HEADER_LENGTH = 13;
/** Frame control: format bits of an LLC frame, synchronous or asynchronous. */
const FORMAT_MASK = 0x70;
const FORMAT_LLC = 0x50;

export function decodeFddi(view: PacketView, offset: number, claimedEnd: number): number {
  const llc = offset + HEADER_LENGTH;
  if (llc > view.end || llc > claimedEnd) return stopShort(view, llc);
  if ((view.bytes[offset] & FORMAT_MASK) !== FORMAT_LLC) return PACKET_OTHER;
  return decodeLlc(view, llc, claimedEnd);
}
