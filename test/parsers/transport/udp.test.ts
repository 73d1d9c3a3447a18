import { expect, test } from '@jest/globals';
import { FAULT_CUT, FAULT_MALFORMED, FAULT_NONE, PACKET_IP_OTHER, PACKET_UDP } from '../../../parsers/packet-view.ts';
import { decoded } from '../../support/decoded.ts';
import { ethernet, ipv4, ipv6, udp, zeros } from '../../support/packets.ts';

test('ports and length are those of the header', () => {
  const view = decoded(ethernet({}, ipv4({}, udp({ sourcePort: 65535, destinationPort: 53 }, 'hello'))));
  expect([view.kind, view.fault]).toEqual([PACKET_UDP, FAULT_NONE]);
  expect([view.sourcePort, view.destinationPort, view.dataLength]).toEqual([65535, 53, 5]);
});

test.each([
  ['shorter than the IP payload counts', 10, PACKET_UDP, 2, FAULT_NONE],
  ['longer than the IP payload counts, with a fault', 100, PACKET_UDP, 92, FAULT_MALFORMED],
  ['below 8 is no datagram', 7, PACKET_IP_OTHER, null, FAULT_MALFORMED],
  ['of 0 is no datagram over IPv4', 0, PACKET_IP_OTHER, null, FAULT_MALFORMED],
])('a length %s', (_, length, kind, dataLength, fault) => {
  const view = decoded(ethernet({}, ipv4({}, udp({ length }, 'hello'))));
  expect([view.kind, view.fault]).toEqual([kind, fault]);
  if (dataLength !== null) expect(view.dataLength).toBe(dataLength);
});

test('a length of 0 over IPv6 means the rest of the packet', () => {
  const view = decoded(ethernet({}, ipv6({ payloadLength: 0 }, udp({ length: 0 }, zeros(70000)))));
  expect([view.kind, view.dataLength]).toEqual([PACKET_UDP, 70000]);
});

test('a header that was cut is no datagram', () => {
  const view = decoded(ethernet({}, ipv4({}, udp({}, 'hello'))), { capturedLength: 14 + 20 + 7 });
  expect([view.kind, view.fault, view.ipProtocol]).toEqual([PACKET_IP_OTHER, FAULT_CUT, 17]);
});
