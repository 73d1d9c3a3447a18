import { expect, test } from '@jest/globals';
import { formatAddress } from '../../../parsers/network/address.ts';
import { PACKET_ICMP_ERROR, PACKET_IP_OTHER, type PacketView } from '../../../parsers/packet-view.ts';
import { decoded, sourceOf } from '../../support/decoded.ts';
import {
  ethernet,
  fragmentHeader,
  hex,
  IPV6_DESTINATION_OPTIONS,
  icmp,
  ipv4,
  ipv6,
  sctp,
  tcp,
  udp,
  zeros,
} from '../../support/packets.ts';

const SENT = { source: '192.0.2.1', destination: '192.0.2.99' };
const SENT6 = { source: '2001:db8::1', destination: '2001:db8::99' };
const ROUTER = { source: '10.9.9.9', destination: '192.0.2.1' };
const ROUTER6 = { source: 'fe80::9', destination: '2001:db8::1' };
const segment = tcp({ sourcePort: 1111, destinationPort: 80, sequence: 0x90000000 });

const quotedOf = (view: PacketView) => ({
  protocol: view.quotedProtocol,
  from: `${formatAddress(view.quotedIpVersion, view.quotedSource0, view.quotedSource1, view.quotedSource2, view.quotedSource3)} ${view.quotedSourcePort}`,
  to: `${formatAddress(view.quotedIpVersion, view.quotedDestination0, view.quotedDestination1, view.quotedDestination2, view.quotedDestination3)} ${view.quotedDestinationPort}`,
  sequence: view.quotedSequence,
});

test.each([
  ['destination unreachable', 3, 1],
  ['source quench', 4, 0],
  ['redirect', 5, 1],
  ['time exceeded', 11, 0],
  ['parameter problem', 12, 0],
])('ICMP %s tells the packet that caused it', (_, type, code) => {
  const quote = ipv4(SENT, segment).subarray(0, 28);
  const view = decoded(ethernet({}, ipv4(ROUTER, icmp(4, type, code, 0, quote))));
  expect([view.kind, view.icmpType, view.icmpCode, sourceOf(view)]).toEqual([
    PACKET_ICMP_ERROR,
    type,
    code,
    '10.9.9.9',
  ]);
  expect(quotedOf(view)).toEqual({
    protocol: 6,
    from: '192.0.2.1 1111',
    to: '192.0.2.99 80',
    sequence: 0x90000000 | 0,
  });
});

test.each([
  [1, 4],
  [2, 0],
  [3, 0],
  [4, 1],
])('ICMPv6 error type %i tells the packet that caused it', (type, code) => {
  const options = { type: IPV6_DESTINATION_OPTIONS, body: hex('0104 00000000') };
  const quote = ipv6(
    { ...SENT6, extensions: [options, fragmentHeader(0, true, 1)] },
    udp({ sourcePort: 5, destinationPort: 6 }),
  );
  const view = decoded(ethernet({}, ipv6(ROUTER6, icmp(6, type, code, 1280, quote))));
  expect([view.kind, view.icmpType, view.icmpCode, sourceOf(view)]).toEqual([PACKET_ICMP_ERROR, type, code, 'fe80::9']);
  expect(quotedOf(view)).toEqual({ protocol: 17, from: '2001:db8::1 5', to: '2001:db8::99 6', sequence: 0 });
  expect(view.icmpMtu).toBe(type === 2 ? 1280 : 0);
});

test('only fragmentation needed has an MTU', () => {
  const quote = ipv4(SENT, segment);
  expect(decoded(ethernet({}, ipv4(ROUTER, icmp(4, 3, 4, 1400, quote)))).icmpMtu).toBe(1400);
  expect(decoded(ethernet({}, ipv4(ROUTER, icmp(4, 3, 1, 1400, quote)))).icmpMtu).toBe(0);
});

test('of SCTP the verification tag is told', () => {
  const quote = ipv4(SENT, sctp({ sourcePort: 7, destinationPort: 8, verificationTag: 77 }));
  const view = decoded(ethernet({}, ipv4(ROUTER, icmp(4, 3, 2, 0, quote))));
  expect(quotedOf(view)).toEqual({ protocol: 132, from: '192.0.2.1 7', to: '192.0.2.99 8', sequence: 77 });
});

test('ports are enough, the sequence number is 0 where it was not quoted', () => {
  const view = decoded(ethernet({}, ipv4(ROUTER, icmp(4, 3, 1, 0, ipv4(SENT, segment).subarray(0, 24)))));
  expect([view.kind, view.quotedSourcePort, view.quotedSequence]).toEqual([PACKET_ICMP_ERROR, 1111, 0]);
});

test('a quote behind IP options is read', () => {
  const quote = ipv4({ ...SENT, options: zeros(8) }, segment);
  expect(decoded(ethernet({}, ipv4(ROUTER, icmp(4, 11, 0, 0, quote)))).quotedDestinationPort).toBe(80);
});

test.each([
  ['an echo request', icmp(4, 8, 0, 0, ipv4(SENT, segment))],
  ['a quote without ports', icmp(4, 3, 1, 0, ipv4(SENT, segment).subarray(0, 23))],
  ['a quote of a later fragment', icmp(4, 3, 1, 0, ipv4({ ...SENT, fragmentOffset: 8, protocol: 6 }, segment))],
  ['a quote of a packet without ports', icmp(4, 3, 1, 0, ipv4(SENT, icmp(4, 8, 0, 0, zeros(8))))],
  ['an empty quote', icmp(4, 3, 1, 0, zeros(0))],
])('%s is no error of a connection', (_, message) => {
  expect(decoded(ethernet({}, ipv4(ROUTER, message))).kind).toBe(PACKET_IP_OTHER);
});

test('ICMPv6 informational messages are no errors', () => {
  expect(decoded(ethernet({}, ipv6(ROUTER6, icmp(6, 128, 0, 0, ipv6(SENT6, segment))))).kind).toBe(PACKET_IP_OTHER);
});
