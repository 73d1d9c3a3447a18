import { decodeEtherType } from '../network/ether-types.ts';
import type { PacketView } from '../packet-view.ts';
import { stopShort } from '../stop.ts';

/*
 * Cisco HDLC (https://www.tcpdump.org/linktypes.html, LINKTYPE_C_HDLC)
 *
 *   0      address     1      control     2      EtherType     4      packet
 */
const ETHER_TYPE = 2;
const HEADER_LENGTH = 4;

export function decodeCiscoHdlc(view: PacketView, offset: number, claimedEnd: number): number {
  const packet = offset + HEADER_LENGTH;
  if (packet > view.end || packet > claimedEnd) return stopShort(view, packet);
  return decodeEtherType(view, view.data.getUint16(offset + ETHER_TYPE), packet, claimedEnd);
}
