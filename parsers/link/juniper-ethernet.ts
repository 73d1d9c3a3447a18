import { FAULT_MALFORMED, PACKET_OTHER, type PacketView } from '../packet-view.ts';
import { stop, stopShort } from '../stop.ts';
import { decodeEthernet } from './ethernet.ts';

/*
 * Juniper Ethernet (DLT_JUNIPER_ETHER): magic 4d 47 43 ("MGC"), flags 1; if flag 0x80 is set the length of the
 * extensions 2 and the extensions; an Ethernet frame, unless flag 0x02 says that its header was left out
 */
const FLAGS = 3;
const HEADER_LENGTH = 4;
const EXTENSIONS_LENGTH = 2;
const HAS_EXTENSIONS = 0x80;
const NO_LINK_HEADER = 0x02;

export function decodeJuniperEthernet(view: PacketView, offset: number, claimedEnd: number): number {
  const { bytes, data } = view;
  let frame = offset + HEADER_LENGTH;
  if (frame + EXTENSIONS_LENGTH > view.end || frame > claimedEnd) return stopShort(view, frame + EXTENSIONS_LENGTH);
  if (bytes[offset] !== 0x4d || data.getUint16(offset + 1) !== 0x4743) return stop(view, FAULT_MALFORMED);
  const flags = bytes[offset + FLAGS];
  if ((flags & HAS_EXTENSIONS) !== 0) frame += EXTENSIONS_LENGTH + data.getUint16(frame);
  if ((flags & NO_LINK_HEADER) !== 0) return PACKET_OTHER;
  return decodeEthernet(view, frame, claimedEnd);
}
