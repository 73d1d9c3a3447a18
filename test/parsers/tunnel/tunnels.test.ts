import { describe, expect, test } from '@jest/globals';
import {
  FAULT_NONE,
  FAULT_TOO_DEEP,
  PACKET_FRAGMENT,
  PACKET_ICMP_ERROR,
  PACKET_IP_OTHER,
  PACKET_TCP,
  PACKET_UDP,
} from '../../../parsers/packet-view.ts';
import { decoded, destinationOf, sourceOf, tunnelsOf, vlansOf } from '../../support/decoded.ts';
import {
  bytes,
  ethernet,
  gre,
  hex,
  icmp,
  ipv4,
  ipv6,
  mpls,
  tcp,
  u16,
  u32,
  udp,
  vxlan,
  zeros,
} from '../../support/packets.ts';

const inner4 = ipv4({ source: '172.16.0.1', destination: '172.16.0.2' }, tcp({ sourcePort: 1234 }, 'abc'));
const inner6 = ipv6({ source: 'fd00::1', destination: 'fd00::2' }, tcp({ sourcePort: 1234 }, 'abc'));
const frame = ethernet({}, inner4);
const overUdp = (destinationPort: number, payload: Uint8Array) =>
  ethernet({}, ipv4({}, udp({ sourcePort: 50000, destinationPort }, payload)));
const overIp = (payload: Uint8Array) => ethernet({}, ipv4({}, payload));
const overMpls = (payload: Uint8Array) => ethernet({ etherType: 0x8847 }, payload);

const KEY = u32(1);
const SEQUENCE = u32(2);

test.each([
  ['IPv4 in IPv4', ['ipip'], overIp(inner4)],
  ['IPv6 in IPv4', ['6in4'], overIp(inner6)],
  ['IPv4 in IPv6', ['ipip'], ethernet({}, ipv6({}, inner4))],
  ['GRE', ['gre'], overIp(gre(0x0800, inner4))],
  ['GRE with checksum, key and sequence', ['gre'], overIp(gre(0x86dd, inner6, 0xb000, zeros(12)))],
  ['GRE with an Ethernet frame', ['gre'], overIp(gre(0x6558, frame, 0x2000, KEY))],
  ['GRE of PPTP', ['gre'], overIp(gre(0x880b, bytes(hex('ff03 0021'), inner4), 0x3081, zeros(12)))],
  ['GRE of PPTP without acknowledgment', ['gre'], overIp(gre(0x880b, bytes(hex('21'), inner4), 0x3001, zeros(8)))],
  ['EoIP', ['eoip'], overIp(gre(0x6400, frame, 0x2001, bytes(u16(frame.length), 25, 0)))],
  ['GRE of WCCP', ['gre'], overIp(gre(0x883e, bytes(u32(0), inner4)))],
  ['GRE with a reserved flag', ['gre'], overIp(gre(0x0800, inner4, 0x0080))],
  ['GRE in UDP', ['gre'], overUdp(4754, gre(0x0800, inner4))],
  ['ERSPAN type I', ['erspan'], overIp(gre(0x88be, frame))],
  ['ERSPAN type II', ['erspan'], overIp(gre(0x88be, bytes(hex('1000 0000 00000000'), frame), 0x1000, SEQUENCE))],
  ['ERSPAN type III', ['erspan'], overIp(gre(0x22eb, bytes(hex('2000 0000'), zeros(8), frame), 0x1000, SEQUENCE))],
  [
    'ERSPAN type III with subheader',
    ['erspan'],
    overIp(gre(0x22eb, bytes(hex('2000 0000'), zeros(7), 1, zeros(8), frame), 0x1000, SEQUENCE)),
  ],
  ['VXLAN', ['vxlan'], overUdp(4789, vxlan(frame))],
  ['VXLAN on the port of Linux', ['vxlan'], overUdp(8472, vxlan(frame))],
  ['VXLAN-GPE', ['vxlan'], overUdp(4790, bytes(hex('0c000002 00000100'), inner6))],
  ['Geneve with options', ['geneve'], overUdp(6081, bytes(hex('0200 6558 00000100'), zeros(8), frame))],
  ['Geneve with IP', ['geneve'], overUdp(6081, bytes(hex('0000 0800 00000100'), inner4))],
  ['MPLS', ['mpls'], overMpls(mpls([16, 17, 18], inner6))],
  ['MPLS pseudowire', ['mpls'], overMpls(mpls([16], frame))],
  ['MPLS pseudowire with control word', ['mpls'], overMpls(mpls([16], bytes(u32(0), frame)))],
  ['MPLS in UDP', ['mpls'], overUdp(6635, mpls([16], inner4))],
  ['MPLS in IP', ['mpls'], ethernet({}, ipv4({ protocol: 137 }, mpls([16], inner4)))],
  ['GTP-U', ['gtp-u'], overUdp(2152, bytes(hex('30ff'), u16(inner4.length), u32(1), inner4))],
  [
    'GTP-U with sequence number',
    ['gtp-u'],
    overUdp(2152, bytes(hex('32ff'), u16(inner6.length + 4), u32(1), hex('00010000'), inner6)),
  ],
  [
    'GTP-U with extensions',
    ['gtp-u'],
    overUdp(
      2152,
      bytes(hex('34ff'), u16(inner4.length + 16), u32(1), hex('00000085 01 1000 c0 02 000000000000 00'), inner4),
    ),
  ],
  ['Teredo', ['teredo'], overUdp(3544, inner6)],
  [
    'Teredo with authentication and origin',
    ['teredo'],
    overUdp(3544, bytes(hex('0001 02 03 aabb cccccc'), zeros(9), hex('0000'), zeros(6), inner6)),
  ],
  ['L2TP', ['l2tp'], overUdp(1701, bytes(hex('0002 0001 0002 ff03 0021'), inner4))],
  [
    'L2TP with all fields',
    ['l2tp'],
    overUdp(1701, bytes(hex('4a02'), u16(0), u32(1), u32(0), u16(2), zeros(2), hex('0021'), inner4)),
  ],
  ['CAPWAP', ['capwap'], overUdp(5247, bytes(hex('00 10 0000 00000000'), frame))],
  [
    'VXLAN over 6in4 over GRE',
    ['gre', '6in4', 'vxlan'],
    overIp(gre(0x0800, ipv4({}, ipv6({}, udp({ destinationPort: 4789 }, vxlan(frame)))))),
  ],
])('%s', (_, tunnels, packet) => {
  const view = decoded(packet);
  expect([view.kind, view.sourcePort, view.dataLength]).toEqual([PACKET_TCP, 1234, 3]);
  expect(tunnelsOf(view)).toEqual(tunnels);
  const source = view.ipVersion === 4 ? '172.16.0.1' : 'fd00::1';
  expect([sourceOf(view), view.fault]).toEqual([source, FAULT_NONE]);
});

test('tags within a tunnel follow those outside', () => {
  const packet = ethernet(
    { vlan: [10] },
    ipv4({}, udp({ destinationPort: 4789 }, vxlan(ethernet({ vlan: [20] }, inner4)))),
  );
  expect(vlansOf(decoded(packet))).toEqual([10, 20]);
});

test('the length of the innermost packet counts, not the padding of the outer', () => {
  expect(decoded(overIp(gre(0x6558, bytes(frame, zeros(8))))).dataLength).toBe(3);
});

test('errors and fragments inside of a tunnel are those of the inner connection', () => {
  const error = ipv4({}, icmp(4, 3, 3, 0, ipv4({}, udp({}))));
  expect(decoded(overUdp(4789, vxlan(ethernet({}, error)))).kind).toBe(PACKET_ICMP_ERROR);
  const fragment = ipv4({ protocol: 17, moreFragments: true }, zeros(8));
  expect(decoded(overUdp(4789, vxlan(ethernet({}, fragment)))).kind).toBe(PACKET_FRAGMENT);
});

describe('a UDP packet on a tunnel port that leads to no connection stays what it is', () => {
  test.each([
    ['VXLAN without the identifier flag', 4789, bytes(u32(0), u32(0), frame)],
    ['VXLAN with ARP', 4789, vxlan(ethernet({ etherType: 0x0806, vlan: [9] }, zeros(28)))],
    [
      'VXLAN with another protocol of IP',
      4789,
      vxlan(ethernet({}, ipv4({ source: '1.1.1.1', ttl: 3, protocol: 89 }, zeros(30)))),
    ],
    ['Geneve of another version', 6081, bytes(hex('4000 6558 00000100'), frame)],
    ['a GTP-U echo request', 2152, hex('3201 0004 00000000 00010000')],
    ['an L2TP control message', 1701, hex('c802 000c 0001 0000 00000000')],
    ['a CAPWAP keep-alive', 5247, hex('0010 0208 00000000 00000000')],
    ['a Teredo bubble', 3544, ipv6({ protocol: 59 }, zeros(0))],
    ['text', 4789, bytes('this is no tunnel at all, but chatter')],
    ['nothing', 6081, zeros(0)],
  ])('%s', (_, port, payload) => {
    const view = decoded(overUdp(port, payload));
    expect([view.kind, view.sourcePort, view.destinationPort, view.dataLength]).toEqual([
      PACKET_UDP,
      50000,
      port,
      payload.length,
    ]);
    expect([sourceOf(view), destinationOf(view), view.ipVersion, view.ttl]).toEqual(['10.0.0.1', '10.0.0.2', 4, 64]);
    expect([view.tunnelCount, view.vlanCount, view.fault, view.ipProtocol]).toEqual([0, 0, FAULT_NONE, 17]);
  });
});

test('with both ports those of tunnels it stays what it is too', () => {
  const arp = vxlan(ethernet({ etherType: 0x0806, vlan: [9] }, zeros(28)));
  const view = decoded(ethernet({}, ipv4({}, udp({ sourcePort: 4789, destinationPort: 8472 }, arp))));
  expect([view.kind, view.tunnelCount, view.vlanCount]).toEqual([PACKET_UDP, 0, 0]);
});

test('the source port tells a tunnel too', () => {
  const view = decoded(ethernet({}, ipv4({}, udp({ sourcePort: 3544, destinationPort: 50000 }, inner6))));
  expect([view.kind, tunnelsOf(view)]).toEqual([PACKET_TCP, ['teredo']]);
});

test.each([
  ['with source routes', gre(0x0800, inner4, 0x4000)],
  ['of another version', gre(0x0800, inner4, 0x0002)],
  ['with an unknown protocol', gre(0x1234, inner4)],
])('GRE %s is not followed', (_, packet) => {
  const view = decoded(overIp(packet));
  expect([view.kind, view.ipProtocol]).toEqual([PACKET_IP_OTHER, 47]);
});

test('tunnels in tunnels end at some depth', () => {
  let packet = inner4;
  for (let i = 0; i < 200; i += 1) packet = ipv4({}, packet);
  const view = decoded(ethernet({}, packet));
  expect([view.kind, view.fault]).toEqual([PACKET_IP_OTHER, FAULT_TOO_DEEP]);
  expect(tunnelsOf(view)).toEqual(['ipip', 'ipip', 'ipip', 'ipip']);
});
