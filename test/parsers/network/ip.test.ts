import { describe, expect, test } from '@jest/globals';
import {
  FAULT_CUT,
  FAULT_MALFORMED,
  FAULT_NONE,
  FAULT_TOO_DEEP,
  PACKET_FRAGMENT,
  PACKET_IP_OTHER,
  PACKET_OTHER,
  PACKET_TCP,
  PACKET_UDP,
} from '../../../parsers/packet-view.ts';
import { decoded, destinationOf, sourceOf, tunnelsOf } from '../../support/decoded.ts';
import {
  addressBytes,
  bytes,
  ethernet,
  fragmentHeader,
  hex,
  IP_AH,
  IPV6_DESTINATION_OPTIONS,
  IPV6_HOP_BY_HOP,
  IPV6_ROUTING,
  ipv4,
  ipv6,
  tcp,
  u16,
  u32,
  udp,
  zeros,
} from '../../support/packets.ts';

describe('IPv4', () => {
  test('addresses, time to live and identification are those of the header', () => {
    const packet = ipv4({ source: '192.0.2.1', destination: '255.1.2.3', ttl: 37, id: 0xfedc }, tcp({}));
    const view = decoded(ethernet({}, packet));
    expect([sourceOf(view), destinationOf(view), view.ttl, view.ipId]).toEqual(['192.0.2.1', '255.1.2.3', 37, 0xfedc]);
    expect([view.ipVersion, view.ipProtocol, view.kind, view.fault]).toEqual([4, 6, PACKET_TCP, FAULT_NONE]);
  });

  test('options come before the payload', () => {
    const view = decoded(ethernet({}, ipv4({ options: hex('94040000') }, tcp({ sourcePort: 4321 }, 'abc'))));
    expect([view.kind, view.sourcePort, view.dataLength]).toEqual([PACKET_TCP, 4321, 3]);
  });

  test('the padding of a short Ethernet frame is no payload', () => {
    const view = decoded(bytes(ethernet({}, ipv4({}, tcp({}))), zeros(6)));
    expect([view.kind, view.dataLength, view.payloadLength]).toEqual([PACKET_TCP, 0, 20]);
  });

  test('total length 0 (segmentation offload) means the length of the frame', () => {
    const packet = ethernet({}, ipv4({ totalLength: 0 }, tcp({}, zeros(3000))));
    expect(decoded(packet).dataLength).toBe(3000);
    expect(decoded(packet, { capturedLength: 70 }).dataLength).toBe(3000);
  });

  test('a total length beyond the frame is cut to the frame', () => {
    expect(decoded(ethernet({}, ipv4({ totalLength: 2000 }, tcp({}, 'abcd')))).dataLength).toBe(4);
  });

  test('the snap length does not change the payload length', () => {
    const view = decoded(ethernet({}, ipv4({}, tcp({}, zeros(1000)))), { capturedLength: 54 });
    expect([view.kind, view.dataLength, view.fault]).toEqual([PACKET_TCP, 1000, FAULT_NONE]);
  });

  test.each([
    ['version 5', 0x55, PACKET_OTHER],
    ['header length 16', 0x44, PACKET_OTHER],
  ])('%s is malformed', (_, firstByte, kind) => {
    const packet = ipv4({}, tcp({}));
    packet[0] = firstByte;
    const view = decoded(ethernet({ etherType: 0x0800 }, packet));
    expect([view.kind, view.fault, view.ipVersion]).toEqual([kind, FAULT_MALFORMED, 0]);
  });

  test('a total length shorter than the header is malformed', () => {
    const view = decoded(ethernet({}, ipv4({ totalLength: 19 }, tcp({}))));
    expect([view.kind, view.fault]).toEqual([PACKET_OTHER, FAULT_MALFORMED]);
  });

  test('a header that the snap length cut has no addresses', () => {
    const view = decoded(ethernet({}, ipv4({}, tcp({}))), { capturedLength: 14 + 19 });
    expect([view.kind, view.fault, view.ipVersion]).toEqual([PACKET_OTHER, FAULT_CUT, 0]);
  });

  test('options that the snap length cut leave the addresses', () => {
    const packet = ethernet({}, ipv4({ options: zeros(40) }, tcp({})));
    const view = decoded(packet, { capturedLength: 14 + 30 });
    expect([view.kind, view.fault, sourceOf(view)]).toEqual([PACKET_IP_OTHER, FAULT_CUT, '10.0.0.1']);
  });

  test('a fragment is left to be put together', () => {
    const fields = { id: 77, fragmentOffset: 1480, moreFragments: true };
    const view = decoded(ethernet({}, ipv4({ ...fields, protocol: 17 }, zeros(1480))));
    expect(view.kind).toBe(PACKET_FRAGMENT);
    expect([view.fragmentId, view.fragmentOffset, view.fragmentMore]).toEqual([77, 1480, 1]);
    expect([view.payloadLength, view.ipProtocol]).toEqual([1480, 17]);
  });

  test('an unknown protocol is named by its number', () => {
    const view = decoded(ethernet({}, ipv4({ protocol: 89 }, zeros(24))));
    expect([view.kind, view.ipProtocol, view.payloadLength]).toEqual([PACKET_IP_OTHER, 89, 24]);
  });

  test('nothing of the packet before is left in the next', () => {
    const view = decoded(ethernet({ vlan: [7] }, ipv4({}, ipv4({}, tcp({})))));
    decoded(ethernet({ etherType: 0x0806 }, zeros(28)), { view });
    expect([view.kind, view.etherType, view.ipVersion, view.fault]).toEqual([PACKET_OTHER, 0x0806, 0, FAULT_NONE]);
    expect([view.vlanCount, view.tunnelCount]).toEqual([0, 0]);
  });
});

describe('IPv6', () => {
  const options = { type: IPV6_HOP_BY_HOP, body: hex('0502 0000 0100') };

  test('addresses, hop limit and length are those of the header', () => {
    const packet = ipv6({ source: 'fe80::1', destination: '2001:db8:1:2:3:4:5:6', ttl: 255 }, udp({}, 'abcd'));
    const view = decoded(bytes(ethernet({}, packet), zeros(10)));
    expect([sourceOf(view), destinationOf(view)]).toEqual(['fe80::1', '2001:db8:1:2:3:4:5:6']);
    expect([view.ipVersion, view.ttl, view.kind, view.dataLength]).toEqual([6, 255, PACKET_UDP, 4]);
  });

  test('the chain of extension headers is followed to the transport', () => {
    const destination = { type: IPV6_DESTINATION_OPTIONS, body: bytes(1, 12, zeros(12)) };
    const ah = { type: IP_AH, body: zeros(22) };
    const view = decoded(ethernet({}, ipv6({ extensions: [options, destination, ah] }, tcp({ sourcePort: 9 }, 'ab'))));
    expect([view.kind, view.sourcePort, view.dataLength, view.ipProtocol]).toEqual([PACKET_TCP, 9, 2, 6]);
    expect(tunnelsOf(view)).toEqual(['ah']);
  });

  test('payload length 0 means the length of the frame', () => {
    const view = decoded(ethernet({}, ipv6({ payloadLength: 0 }, tcp({}, zeros(70000)))));
    expect([view.kind, view.dataLength]).toEqual([PACKET_TCP, 70000]);
  });

  test.each([
    ['type 0: the last address', bytes(0, 1, zeros(4), addressBytes('2001:db8::a'), addressBytes('2001:db8::b')), 'b'],
    ['type 0 with no segments left', bytes(0, 0, zeros(4), addressBytes('2001:db8::a')), '2'],
    ['type 2: the home address', bytes(2, 1, zeros(4), addressBytes('2001:db8::c')), 'c'],
    ['type 4: the first of the list', bytes(4, 1, zeros(4), addressBytes('2001:db8::d'), zeros(16)), 'd'],
  ])('the destination behind a routing header of %s', (_, body, last) => {
    const view = decoded(ethernet({}, ipv6({ extensions: [{ type: IPV6_ROUTING, body }] }, tcp({}))));
    expect([view.kind, destinationOf(view)]).toEqual([PACKET_TCP, `2001:db8::${last}`]);
  });

  test('the source of a mobile node is its home address', () => {
    const body = bytes(hex('0102 0000 c910'), addressBytes('2001:db8::cafe'));
    const view = decoded(ethernet({}, ipv6({ extensions: [{ type: IPV6_DESTINATION_OPTIONS, body }] }, tcp({}))));
    expect([view.kind, sourceOf(view)]).toEqual([PACKET_TCP, '2001:db8::cafe']);
  });

  test('a fragment is left to be put together', () => {
    const view = decoded(ethernet({}, ipv6({ extensions: [fragmentHeader(16, true, 0x87654321)] }, tcp({}, 'abcd'))));
    expect(view.kind).toBe(PACKET_FRAGMENT);
    expect([view.fragmentId, view.fragmentOffset, view.fragmentMore]).toEqual([0x87654321 | 0, 16, 1]);
    expect([view.payloadLength, view.ipProtocol]).toEqual([24, 6]);
  });

  test('a fragment header on a whole packet changes nothing', () => {
    const view = decoded(ethernet({}, ipv6({ extensions: [fragmentHeader(0, false, 5)] }, tcp({}, 'abcd'))));
    expect([view.kind, view.dataLength]).toEqual([PACKET_TCP, 4]);
  });

  test('an endless chain of extension headers ends', () => {
    const extensions = new Array(100).fill(options);
    const view = decoded(ethernet({}, ipv6({ extensions }, tcp({}))));
    expect([view.kind, view.fault]).toEqual([PACKET_IP_OTHER, FAULT_TOO_DEEP]);
  });

  test('an extension header longer than the packet is malformed', () => {
    const view = decoded(ethernet({}, ipv6({ extensions: [options], protocol: 6 }, bytes(u32(6), u16(0)))));
    const packet = ipv6({ extensions: [options] }, tcp({}));
    packet[41] = 200;
    expect([decoded(ethernet({}, packet)).kind, view.kind]).toEqual([PACKET_IP_OTHER, PACKET_IP_OTHER]);
  });
});
