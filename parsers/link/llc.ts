import { decodeEtherType } from '../network/ether-types.ts';
import { decodeIpv4 } from '../network/ipv4.ts';
import type { PacketView } from '../packet-view.ts';
import { outerKind, stopShort } from '../stop.ts';

/*
 * LLC (IEEE 802.2), and SNAP (RFC 1042) where both SAPs are 0xaa
 *
 *   0      destination SAP
 *   1      source SAP
 *   2      control: 0x03 is an unnumbered information frame
 *   3      SNAP: organisation code, 3 bytes
 *   6      SNAP: protocol, an EtherType for the organisation codes 000000 and 0000f8
 *   8      payload
 */
const LLC_LENGTH = 3;
const SNAP_PROTOCOL = 3;
const SNAP_LENGTH = 5;

const SAP_IP = 0x06;
const SAP_STP = 0x42;
const SAP_SNAP = 0xaa;

const ORGANISATION_ETHERNET = 0x000000;
const ORGANISATION_BRIDGE_TUNNEL = 0x0000f8;
const ORGANISATION_CISCO = 0x00000c;
/** Cisco's spanning tree per VLAN. */
const CISCO_PVST = 0x010b;

export function decodeLlc(view: PacketView, offset: number, claimedEnd: number): number {
  const payload = offset + LLC_LENGTH;
  if (payload > view.end || payload > claimedEnd) return stopShort(view, payload);
  const sap = view.bytes[offset];
  if (sap === SAP_SNAP) return decodeSnap(view, payload, claimedEnd);
  if (view.etherType === 0) view.etherType = sap;
  return sap === SAP_IP ? decodeIpv4(view, payload, claimedEnd) : outerKind(view);
}

/** Decodes what follows the organisation code of a SNAP header at `offset`. */
export function decodeSnap(view: PacketView, offset: number, claimedEnd: number): number {
  const payload = offset + SNAP_LENGTH;
  if (payload > view.end || payload > claimedEnd) return stopShort(view, payload);
  const organisation = view.data.getUint32(offset) >>> 8;
  const protocol = view.data.getUint16(offset + SNAP_PROTOCOL);
  if (organisation === ORGANISATION_ETHERNET || organisation === ORGANISATION_BRIDGE_TUNNEL) {
    return decodeEtherType(view, protocol, payload, claimedEnd);
  }
  if (view.etherType === 0) {
    if (organisation !== ORGANISATION_CISCO) view.etherType = SAP_SNAP;
    else view.etherType = protocol === CISCO_PVST ? SAP_STP : protocol;
  }
  return outerKind(view);
}
