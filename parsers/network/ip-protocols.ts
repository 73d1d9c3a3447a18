/** IP protocol numbers, which are also the numbers of the IPv6 next header (IANA, Assigned Internet Protocol Numbers). */
export const HOP_BY_HOP = 0;
export const ICMP = 1;
export const IPV4 = 4;
export const TCP = 6;
export const UDP = 17;
export const IPV6 = 41;
export const ROUTING = 43;
export const FRAGMENT = 44;
export const GRE = 47;
export const AUTHENTICATION_HEADER = 51;
export const ICMPV6 = 58;
export const NO_NEXT_HEADER = 59;
export const DESTINATION_OPTIONS = 60;
export const SCTP = 132;
export const MOBILITY = 135;
export const MPLS = 137;
export const SHIM6 = 140;

const NAMES: ReadonlyMap<number, string> = new Map([
  [HOP_BY_HOP, 'IPv6 hop-by-hop'],
  [ICMP, 'ICMP'],
  [2, 'IGMP'],
  [IPV4, 'IP-in-IP'],
  [TCP, 'TCP'],
  [8, 'EGP'],
  [UDP, 'UDP'],
  [27, 'RDP'],
  [33, 'DCCP'],
  [IPV6, '6in4'],
  [ROUTING, 'IPv6 routing'],
  [FRAGMENT, 'IPv6 fragment'],
  [46, 'RSVP'],
  [GRE, 'GRE'],
  [50, 'ESP'],
  [AUTHENTICATION_HEADER, 'AH'],
  [ICMPV6, 'ICMPv6'],
  [NO_NEXT_HEADER, 'IPv6 no next header'],
  [DESTINATION_OPTIONS, 'IPv6 destination options'],
  [88, 'EIGRP'],
  [89, 'OSPF'],
  [94, 'IP-in-IP'],
  [97, 'EtherIP'],
  [103, 'PIM'],
  [108, 'IPComp'],
  [112, 'VRRP'],
  [115, 'L2TP'],
  [SCTP, 'SCTP'],
  [MOBILITY, 'Mobile IPv6'],
  [136, 'UDP-Lite'],
  [MPLS, 'MPLS'],
  [SHIM6, 'Shim6'],
]);

/** Name of an IP protocol for reports: 'OSPF', 'protocol 99'. */
export function ipProtocolName(protocol: number): string {
  return NAMES.get(protocol) ?? `protocol ${protocol}`;
}
