import { decodeEthernet } from '../link/ethernet.ts';
import { decodeCiscoMetadata, decodeVlan, decodeVnTag } from '../link/tags.ts';
import { nest } from '../nesting.ts';
import type { PacketView } from '../packet-view.ts';
import { outerKind } from '../stop.ts';
import { decodeMpls } from '../tunnel/mpls.ts';
import { decodeNsh } from '../tunnel/nsh.ts';
import { decodePppoe } from '../tunnel/pppoe.ts';
import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';

/** EtherTypes that are followed (IEEE Registration Authority). */
const IPV4 = 0x0800;
const TRANSPARENT_ETHERNET_BRIDGING = 0x6558;
const VLAN = 0x8100;
const IPV6 = 0x86dd;
const MPLS_UNICAST = 0x8847;
const MPLS_MULTICAST = 0x8848;
const PPPOE_SESSION = 0x8864;
const SERVICE_VLAN = 0x88a8;
const PROVIDER_BACKBONE_BRIDGE = 0x88e7;
const FABRIC_PATH = 0x8903;
const CISCO_METADATA = 0x8909;
const VN_TAG = 0x8926;
const NETWORK_SERVICE_HEADER = 0x894f;
const OLD_SERVICE_VLAN = 0x9100;

/** Instance tag of 802.1ah (IEEE 802.1Q 9.7), and FabricPath's tag, before a whole Ethernet frame. */
const INSTANCE_TAG_LENGTH = 4;
const FABRIC_PATH_TAG_LENGTH = 2;

/** Decodes what an EtherType announces. */
export function decodeEtherType(view: PacketView, etherType: number, offset: number, claimedEnd: number): number {
  if (etherType === IPV4) {
    if (view.etherType === 0) view.etherType = etherType;
    return decodeIpv4(view, offset, claimedEnd);
  }
  if (etherType === IPV6) {
    if (view.etherType === 0) view.etherType = etherType;
    return decodeIpv6(view, offset, claimedEnd);
  }
  if (!nest(view)) return outerKind(view);
  switch (etherType) {
    case VLAN:
    case SERVICE_VLAN:
    case OLD_SERVICE_VLAN:
      return decodeVlan(view, offset, claimedEnd);
    case VN_TAG:
      return decodeVnTag(view, offset, claimedEnd);
    case CISCO_METADATA:
      return decodeCiscoMetadata(view, offset, claimedEnd);
    case PROVIDER_BACKBONE_BRIDGE:
      return decodeEthernet(view, offset + INSTANCE_TAG_LENGTH, claimedEnd);
    case FABRIC_PATH:
      return decodeEthernet(view, offset + FABRIC_PATH_TAG_LENGTH, claimedEnd);
    case TRANSPARENT_ETHERNET_BRIDGING:
      return decodeEthernet(view, offset, claimedEnd);
  }
  if (view.etherType === 0) view.etherType = etherType;
  switch (etherType) {
    case MPLS_UNICAST:
    case MPLS_MULTICAST:
      return decodeMpls(view, offset, claimedEnd);
    case PPPOE_SESSION:
      return decodePppoe(view, offset, claimedEnd);
    case NETWORK_SERVICE_HEADER:
      return decodeNsh(view, offset, claimedEnd);
    default:
      return outerKind(view);
  }
}

/** Whether a number is the EtherType of something that is often inside a frame; used to guess where a frame starts. */
export function isNetworkEtherType(etherType: number): boolean {
  switch (etherType) {
    case IPV4:
    case IPV6:
    case VLAN:
    case SERVICE_VLAN:
    case MPLS_UNICAST:
    case PPPOE_SESSION:
      return true;
    default:
      return NAMES.has(etherType);
  }
}

const NAMES: ReadonlyMap<number, string> = new Map([
  [0x0006, 'IP over LLC'],
  [0x0042, 'STP'],
  [0x00aa, 'SNAP'],
  [0x00e0, 'IPX'],
  [0x00f0, 'NetBIOS'],
  [0x00fe, 'OSI'],
  [0x00ff, 'IPX'],
  [IPV4, 'IPv4'],
  [0x0806, 'ARP'],
  [0x0842, 'Wake-on-LAN'],
  [0x2000, 'CDP'],
  [0x2003, 'VTP'],
  [0x2004, 'DTP'],
  [0x22ea, 'SRP'],
  [0x22f0, 'AVTP'],
  [0x22f3, 'TRILL'],
  [0x6002, 'DEC MOP'],
  [0x8035, 'RARP'],
  [0x809b, 'AppleTalk'],
  [0x80f3, 'AppleTalk ARP'],
  [0x8137, 'IPX'],
  [IPV6, 'IPv6'],
  [0x8808, 'Ethernet flow control'],
  [0x8809, 'LACP'],
  [MPLS_UNICAST, 'MPLS'],
  [MPLS_MULTICAST, 'MPLS'],
  [0x8863, 'PPPoE discovery'],
  [PPPOE_SESSION, 'PPPoE'],
  [0x886d, 'ANS'],
  [0x887b, 'HomePlug'],
  [0x888e, 'EAPOL'],
  [0x8892, 'PROFINET'],
  [0x88a4, 'EtherCAT'],
  [0x88b5, 'local experiment'],
  [0x88b8, 'GOOSE'],
  [0x88ba, 'IEC 61850 sampled values'],
  [0x88ca, 'TIPC'],
  [0x88cc, 'LLDP'],
  [0x88e1, 'HomePlug AV'],
  [0x88e5, 'MACsec'],
  [0x88f7, 'PTP'],
  [0x8902, 'CFM'],
  [0x8906, 'FCoE'],
  [0x8914, 'FCoE initialization'],
  [0x8915, 'RoCE'],
  [0x893a, 'IEEE 1905'],
  [NETWORK_SERVICE_HEADER, 'NSH'],
  [0x9000, 'Ethernet loopback'],
]);

/** Name of PacketView.etherType for reports: 'ARP', 'STP', 'ethertype 0x1234', 'LLC SAP 0x7e'; 'unknown' for 0. */
export function etherTypeName(etherType: number): string {
  const name = NAMES.get(etherType);
  if (name !== undefined) return name;
  if (etherType === 0) return 'unknown';
  const digits = etherType.toString(16);
  return etherType < 256 ? `LLC SAP 0x${digits.padStart(2, '0')}` : `ethertype 0x${digits.padStart(4, '0')}`;
}
