import { FAULT_MALFORMED, type PacketView } from '../packet-view.ts';
import { stop, stopShort } from '../stop.ts';
import { decodeTypeOrLength } from './ethernet.ts';

/*
 * Tags between an Ethernet header's addresses and what it carries. Each is announced by its own EtherType, after which:
 *
 * 802.1Q and 802.1ad (IEEE 802.1Q 9.6)
 *   0      priority 3 bits, drop eligible 1 bit, VLAN id 12 bits     2      EtherType or length of what follows
 *
 * VN-tag (the proposal that became IEEE 802.1BR)
 *   0      direction, pointer, virtual interfaces                    4      EtherType or length of what follows
 *
 * Cisco metadata
 *   0      version     1      length     2      security group tag   6      EtherType or length of what follows
 */
const VLAN_TYPE = 2;
const VN_TAG_TYPE = 4;
const METADATA_LENGTH = 1;
const METADATA_TYPE = 6;

export function decodeVlan(view: PacketView, offset: number, claimedEnd: number): number {
  const payload = offset + VLAN_TYPE + 2;
  if (payload > view.end || payload > claimedEnd) return stopShort(view, payload);
  addVlan(view, view.data.getUint16(offset) & 0xfff);
  return decodeTypeOrLength(view, view.data.getUint16(offset + VLAN_TYPE), payload, claimedEnd);
}

export function decodeVnTag(view: PacketView, offset: number, claimedEnd: number): number {
  const payload = offset + VN_TAG_TYPE + 2;
  if (payload > view.end || payload > claimedEnd) return stopShort(view, payload);
  return decodeTypeOrLength(view, view.data.getUint16(offset + VN_TAG_TYPE), payload, claimedEnd);
}

export function decodeCiscoMetadata(view: PacketView, offset: number, claimedEnd: number): number {
  const payload = offset + METADATA_TYPE + 2;
  if (payload > view.end || payload > claimedEnd) return stopShort(view, payload);
  if (view.bytes[offset + METADATA_LENGTH] !== 1) return stop(view, FAULT_MALFORMED);
  return decodeTypeOrLength(view, view.data.getUint16(offset + METADATA_TYPE), payload, claimedEnd);
}

function addVlan(view: PacketView, id: number): void {
  switch (view.vlanCount) {
    case 0:
      view.vlan0 = id;
      break;
    case 1:
      view.vlan1 = id;
      break;
    case 2:
      view.vlan2 = id;
      break;
    case 3:
      view.vlan3 = id;
      break;
  }
  view.vlanCount += 1;
}
