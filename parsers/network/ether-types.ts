import { decodeTypeOrLength } from '../link/ethernet.ts';
import { nest, outerKind, stopShort } from '../nesting.ts';
import { FAULT_MALFORMED, type PacketView } from '../packet-view.ts';
import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';

/** EtherTypes (IEEE registration authority). */
const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const ETHERTYPE_VLAN = 0x8100;
const ETHERTYPE_SERVICE_VLAN = 0x88a8;
const ETHERTYPE_OLD_SERVICE_VLAN = 0x9100;

/** Decodes what an EtherType announces. */
export function decodeEtherType(view: PacketView, etherType: number, offset: number, claimedEnd: number): number {
  if (etherType === ETHERTYPE_IPV4) {
    if (view.etherType === 0) view.etherType = etherType;
    return decodeIpv4(view, offset, claimedEnd);
  }
  if (etherType === ETHERTYPE_IPV6) {
    if (view.etherType === 0) view.etherType = etherType;
    return decodeIpv6(view, offset, claimedEnd);
  }
  if (!nest(view)) return outerKind(view);
  switch (etherType) {
    case ETHERTYPE_VLAN:
    case ETHERTYPE_SERVICE_VLAN:
    case ETHERTYPE_OLD_SERVICE_VLAN:
      return decodeVlan(view, offset, claimedEnd);
  }
  if (view.etherType === 0) view.etherType = etherType;
  return outerKind(view);
}

/*
 * 802.1Q tag (IEEE 802.1Q 9.6), after its EtherType
 *
 *   0      priority 3 bits, drop eligible 1 bit, VLAN id 12 bits
 *   2      EtherType or length of what follows
 *   4      payload
 */
const VLAN_TYPE = 2;
const VLAN_LENGTH = 4;

function decodeVlan(view: PacketView, offset: number, claimedEnd: number): number {
  const payload = offset + VLAN_LENGTH;
  if (payload > view.end || payload > claimedEnd) return stopShort(view, payload, FAULT_MALFORMED);
  const id = view.data.getUint16(offset) & 0xfff;
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
  return decodeTypeOrLength(view, view.data.getUint16(offset + VLAN_TYPE), payload, claimedEnd);
}
