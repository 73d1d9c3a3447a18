import { describe, expect, test } from '@jest/globals';
import { canDecodeLink, LINK_TYPES, linkTypeName } from '../../../parsers/link/link-types.ts';
import { PACKET_OTHER, PACKET_TCP, PACKET_UNKNOWN_LINK } from '../../../parsers/packet-view.ts';
import { decoded, tunnelsOf, vlansOf } from '../../support/decoded.ts';
import { bytes, ethernet, hex, ipv4, ipv6, mpls, pppoe, tcp, u16, u32, zeros } from '../../support/packets.ts';

const packet4 = ipv4({}, tcp({ sourcePort: 1234 }, 'abc'));
const packet6 = ipv6({}, tcp({ sourcePort: 1234 }, 'abc'));
const snap = bytes(hex('aaaa03 000000 0800'), packet4);
const addresses = zeros(18);
const radiotap = hex('0000 0a00 02000000 00 00');

test.each([
  ['Ethernet', 1, ethernet({}, packet4)],
  ['Ethernet with IPv6', 1, ethernet({}, packet6)],
  ['802.3 with LLC and SNAP', 1, ethernet({ etherType: snap.length }, snap)],
  ['802.3 with LLC of IP', 1, ethernet({ etherType: packet4.length + 3 }, bytes(hex('060603'), packet4))],
  ['BSD loopback, little-endian', 0, bytes(hex('02000000'), packet4)],
  ['BSD loopback, big-endian', 0, bytes(hex('00000002'), packet4)],
  ['BSD loopback, IPv6 of NetBSD', 0, bytes(hex('18000000'), packet6)],
  ['BSD loopback, IPv6 of FreeBSD', 0, bytes(hex('1c000000'), packet6)],
  ['BSD loopback, IPv6 of Darwin', 0, bytes(hex('1e000000'), packet6)],
  ['BSD loopback, IPv6 of Linux', 0, bytes(hex('0000000a'), packet6)],
  ['OpenBSD loopback', 108, bytes(hex('00000018'), packet6)],
  ['raw IP 101', 101, packet4],
  ['raw IP 12', 12, packet6],
  ['raw IP 14', 14, packet4],
  ['raw IPv4', 228, packet4],
  ['raw IPv6', 229, packet6],
  ['Linux SLL', 113, bytes(hex('0000 0001 0006'), zeros(8), hex('0800'), packet4)],
  ['Linux SLL with LLC', 113, bytes(hex('0000 0001 0006'), zeros(8), hex('0004'), snap)],
  ['Linux SLL2', 276, bytes(hex('86dd'), zeros(18), packet6)],
  ['ARCNET with RFC 1051', 7, bytes(hex('be50 f0'), packet4)],
  ['ARCNET with RFC 1201', 7, bytes(hex('be50 d4 00 0166'), packet4)],
  ['ARCNET of Linux with RFC 1201', 129, bytes(hex('be50 a8e7 d4 00 0166'), packet4)],
  ['ARCNET of Linux with RFC 1051', 129, bytes(hex('be50 ab08 f0'), packet4)],
  ['ARCNET with IPv6', 129, bytes(hex('be50 a8e7 c4 00 0001'), packet6)],
  ['Juniper Ethernet', 178, bytes(hex('4d4743 00'), ethernet({}, packet4))],
  ['Juniper Ethernet with extensions', 178, bytes(hex('4d4743 80 0003 010203'), ethernet({}, packet4))],
  ['PPP', 9, bytes(hex('ff03 0021'), packet4)],
  ['PPP without address and control', 9, bytes(hex('0057'), packet6)],
  ['PPP with a compressed protocol', 9, bytes(hex('ff03 21'), packet4)],
  ['PPP with a direction', 204, bytes(hex('01 ff03 0021'), packet4)],
  ['PPP in HDLC framing', 50, bytes(hex('ff03 0021'), packet4)],
  ['Cisco HDLC in place of PPP', 50, bytes(hex('0f00 0800'), packet4)],
  ['PPP with MPLS', 9, bytes(hex('ff03 0281'), mpls([16], packet4))],
  ['PPPoE', 51, pppoe(packet4)],
  ['Cisco HDLC', 104, bytes(hex('0f00 86dd'), packet6)],
  ['FDDI', 10, bytes(0x50, zeros(12), snap)],
  ['frame relay', 107, bytes(hex('1841 03 cc'), packet4)],
  ['frame relay, padded', 107, bytes(hex('1841 03 00 cc'), packet4)],
  ['frame relay with SNAP', 107, bytes(hex('1841 03 00 80 000000 0800'), packet4)],
  ['frame relay of Cisco', 107, bytes(hex('1841 0800'), packet4)],
  ['SLIP', 8, bytes(zeros(16), packet4)],
  ['802.11 data', 105, bytes(hex('0801 0000'), addresses, u16(0), snap)],
  ['802.11 data of QoS', 105, bytes(hex('8801 0000'), addresses, u16(0), u16(0), snap)],
  ['802.11 data of QoS with HT control', 105, bytes(hex('8881 0000'), addresses, u16(0), zeros(6), snap)],
  ['802.11 data with four addresses', 105, bytes(hex('0803 0000'), addresses, u16(0), zeros(6), snap)],
  [
    '802.11 aggregated data',
    105,
    bytes(hex('8801 0000'), addresses, u16(0), hex('8000'), zeros(12), u16(snap.length), snap),
  ],
  ['radiotap', 127, bytes(radiotap, hex('0801 0000'), addresses, u16(0), snap)],
  [
    'radiotap with a padded header',
    127,
    bytes(hex('0000 0900 02000000 20'), hex('8801 0000'), addresses, u16(0), u16(0), u16(0), snap),
  ],
  ['prism', 119, bytes(hex('44000000 90000000'), zeros(136), hex('0801 0000'), addresses, u16(0), snap)],
  ['AVS', 163, bytes(hex('80211001 00000040'), zeros(56), hex('0801 0000'), addresses, u16(0), snap)],
  ['NFLOG', 239, bytes(hex('0200 0000 0800 0100 0800 0000 0500 0a00 61000000'), hex('4700 0900'), packet4)],
  ['NFLOG, big-endian', 239, bytes(hex('0200 0000 0008 0001 0800 0000'), hex('0047 0009'), packet4)],
  ['ipnet', 226, bytes(hex('0102'), zeros(22), packet4)],
  ['PKTAP', 258, bytes(hex('6c000000 01000000 01000000'), zeros(96), ethernet({}, packet4))],
  ['PKTAP under the private number', 149, bytes(hex('6c000000 01000000 0c000000'), zeros(96), packet4)],
  ['PPI', 192, bytes(hex('0000 0800 69000000'), hex('0801 0000'), addresses, u16(0), snap)],
])('%s', (_, linkType, frame) => {
  const view = decoded(frame, { linkType });
  expect([view.kind, view.sourcePort, view.dataLength]).toEqual([PACKET_TCP, 1234, 3]);
});

describe('tags between Ethernet and IP', () => {
  test.each([
    ['802.1Q', [5], 0x8100],
    ['802.1ad', [4095, 2], 0x88a8],
    ['0x9100', [1, 2, 3], 0x9100],
  ])('%s', (_, vlan, vlanType) => {
    const view = decoded(ethernet({ vlan, vlanType }, packet4));
    expect([view.kind, vlansOf(view), view.etherType, view.dataLength]).toEqual([PACKET_TCP, vlan, 0x0800, 3]);
  });

  test('priority bits are no part of the id', () => {
    expect(vlansOf(decoded(ethernet({ vlan: [0xe007] }, packet4)))).toEqual([7]);
  });

  test('of more than four the first four are kept', () => {
    const view = decoded(ethernet({ vlan: [1, 2, 3, 4, 5] }, packet4));
    expect([view.kind, view.vlanCount, vlansOf(view)]).toEqual([PACKET_TCP, 5, [1, 2, 3, 4]]);
  });

  test('an LLC frame may be tagged', () => {
    const view = decoded(ethernet({ vlan: [6], etherType: snap.length }, snap));
    expect([view.kind, vlansOf(view)]).toEqual([PACKET_TCP, [6]]);
  });

  test.each([
    ['VN-tag', 0x8926, bytes(u32(0), u16(0x0800), packet4)],
    ['Cisco metadata', 0x8909, bytes(hex('0101 0001 0005'), u16(0x0800), packet4)],
    ['802.1ah', 0x88e7, bytes(u32(0), ethernet({}, packet4))],
    ['FabricPath', 0x8903, bytes(u16(0), ethernet({}, packet4))],
    ['NSH', 0x894f, bytes(hex('0fc6 01 01 00000000'), zeros(16), packet4)],
    ['PPPoE', 0x8864, pppoe(packet6)],
  ])('%s', (_, etherType, payload) => {
    const view = decoded(ethernet({ etherType }, payload));
    expect([view.kind, view.sourcePort, view.dataLength]).toEqual([PACKET_TCP, 1234, 3]);
  });
});

describe('frames without IP', () => {
  test.each([
    ['ARP', ethernet({ etherType: 0x0806 }, zeros(28)), 0x0806],
    ['spanning tree', ethernet({ etherType: 38 }, bytes(hex('424203'), zeros(35))), 0x42],
    ['Cisco discovery', ethernet({ etherType: 100 }, bytes(hex('aaaa03 00000c 2000'), zeros(92))), 0x2000],
    ['spanning tree per VLAN', ethernet({ etherType: 50 }, bytes(hex('aaaa03 00000c 010b'), zeros(42))), 0x42],
  ])('%s is named by its type', (_, frame, etherType) => {
    const view = decoded(frame);
    expect([view.kind, view.etherType]).toEqual([PACKET_OTHER, etherType]);
  });

  test.each([
    ['protected', hex('0841 0000')],
    ['without data', hex('4801 0000')],
    ['a beacon', hex('8000 0000')],
  ])('an 802.11 frame that is %s has no packet', (_, control) => {
    expect(decoded(bytes(control, addresses, u16(0), snap), { linkType: 105 }).kind).toBe(PACKET_OTHER);
  });

  test('a later fragment of an 802.11 frame has no packet', () => {
    expect(decoded(bytes(hex('0801 0000'), addresses, hex('0100'), snap), { linkType: 105 }).kind).toBe(PACKET_OTHER);
  });

  test('a PPPoE packet that is no session has no packet', () => {
    const packet = pppoe(packet4);
    packet[1] = 9;
    expect(decoded(packet, { linkType: 51 }).kind).toBe(PACKET_OTHER);
  });
});

describe('names', () => {
  test('a link type without a decoder is said by its number', () => {
    expect(decoded(packet4, { linkType: 147 }).kind).toBe(PACKET_UNKNOWN_LINK);
    expect([linkTypeName(147), canDecodeLink(147)]).toEqual(['link type 147', false]);
    expect([linkTypeName(1), linkTypeName(113), canDecodeLink(1)]).toEqual(['Ethernet', 'Linux SLL', true]);
  });

  test('every link type that has a name is decoded', () => {
    const view = decoded(zeros(200), { linkType: 1 });
    for (const linkType of LINK_TYPES.keys()) {
      if (linkType === 149) continue; // a private number: it is PKTAP only where it looks like it
      expect([linkType, decoded(zeros(200), { linkType, view }).kind]).not.toEqual([linkType, PACKET_UNKNOWN_LINK]);
    }
  });

  test('a tunnel on the way is recorded', () => {
    expect(tunnelsOf(decoded(ethernet({ etherType: 0x8864 }, pppoe(packet4))))).toEqual(['pppoe']);
  });
});
