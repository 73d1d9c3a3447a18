import { expect, test } from '@jest/globals';
import { LINK_TYPES } from '../../parsers/link/link-types.ts';
import {
  FAULT_TOO_DEEP,
  PACKET_FRAGMENT,
  PACKET_SCTP,
  PACKET_TCP,
  PACKET_UDP,
  PACKET_UNKNOWN_LINK,
  PacketView,
} from '../../parsers/packet-view.ts';
import { FragmentTable } from '../../src/track/fragments.ts';
import { decoded } from '../support/decoded.ts';
import {
  addressBytes,
  bytes,
  ethernet,
  fragmentHeader,
  gre,
  hex,
  IP_AH,
  IPV6_DESTINATION_OPTIONS,
  IPV6_HOP_BY_HOP,
  IPV6_ROUTING,
  icmp,
  ipv4,
  ipv6,
  mpls,
  pppoe,
  sctp,
  sctpChunk,
  tcp,
  tcpOption,
  u32,
  udp,
  vxlan,
  zeros,
} from '../support/packets.ts';

const { mss, noOperation, sack, sackPermitted, timestamps, windowScale } = tcpOption;
const options = bytes(mss(1460), sackPermitted, timestamps(1, 2), noOperation, windowScale(7));
const inner = ipv4({ options: hex('94040000') }, tcp({ options }, 'payload'));
const frame = ethernet({ vlan: [1, 2] }, inner);
const overUdp = (destinationPort: number, payload: Uint8Array) =>
  ethernet({}, ipv6({}, udp({ destinationPort }, payload)));

/** Packets that between them reach every decoder. */
const PACKETS: Uint8Array[] = [
  frame,
  ethernet({}, ipv4({}, tcp({ options: bytes(noOperation, noOperation, timestamps(1, 2)) }, 'payload'))),
  ethernet({}, ipv4({}, tcp({ options: sack(1, 2, 3, 4) }))),
  ethernet({}, ipv4({}, sctp({}, sctpChunk(1, zeros(16)), sctpChunk(0, zeros(20)), sctpChunk(64, zeros(24))))),
  ethernet({}, ipv4({}, icmp(4, 3, 4, 1400, inner))),
  ethernet({}, ipv4({ protocol: 17, fragmentOffset: 8, moreFragments: true }, zeros(16))),
  ethernet(
    {},
    ipv6(
      {
        extensions: [
          { type: IPV6_HOP_BY_HOP, body: hex('0502 0000 0100') },
          { type: IPV6_ROUTING, body: bytes(4, 1, zeros(4), addressBytes('2001:db8::d')) },
          { type: IPV6_DESTINATION_OPTIONS, body: bytes(hex('0102 0000 c910'), addressBytes('2001:db8::cafe')) },
          { type: IP_AH, body: zeros(22) },
          fragmentHeader(0, false, 5),
        ],
      },
      icmp(6, 1, 4, 0, ipv6({ extensions: [fragmentHeader(0, true, 5)] }, udp({}))),
    ),
  ),
  ethernet({}, ipv4({}, gre(0x88be, bytes(zeros(8), frame), 0x3000, zeros(8)))),
  ethernet({}, ipv4({}, gre(0x880b, bytes(hex('ff03 0021'), inner), 0x3081, zeros(12)))),
  ethernet({ etherType: 0x8847 }, mpls([1, 2], bytes(u32(0), frame))),
  ethernet({ etherType: 0x8864 }, pppoe(inner)),
  ethernet({ etherType: 0x894f }, bytes(hex('0fc6 01 03 00000000'), zeros(16), frame)),
  ethernet({ etherType: 60 }, bytes(hex('aaaa03 000000 0800'), inner)),
  overUdp(4789, vxlan(frame)),
  overUdp(4790, bytes(hex('0c000004 00000100'), hex('0fc6 01 01 00000000'), zeros(16), inner)),
  overUdp(6081, bytes(hex('0200 6558 00000100'), zeros(8), frame)),
  overUdp(2152, bytes(hex('34ff 0050 00000001 00000085 01 1000 c0 02 000000000000 00'), inner)),
  overUdp(3544, bytes(hex('0001 02 03 aabb cccccc'), zeros(9), hex('0000'), zeros(6), ipv6({}, tcp({})))),
  overUdp(1701, bytes(hex('4a02'), zeros(14), hex('0021'), inner)),
  overUdp(5247, bytes(hex('00 10 0100 00000000'), hex('8803 0000'), zeros(26), hex('8000'), zeros(14), inner)),
];

/** What must hold after decoding, whatever the bytes were. */
function expectSound(view: PacketView): void {
  const isTransport = view.kind === PACKET_TCP || view.kind === PACKET_UDP || view.kind === PACKET_SCTP;
  const sound =
    view.kind >= 0 &&
    view.kind <= PACKET_UNKNOWN_LINK &&
    view.fault >= 0 &&
    view.fault <= FAULT_TOO_DEEP &&
    (!isTransport || (view.dataLength >= 0 && view.payloadLength >= 0 && view.ipVersion !== 0)) &&
    (view.kind !== PACKET_FRAGMENT || view.payloadStart <= view.end);
  if (!sound) expect({ ...view, bytes: undefined, data: undefined }).toBe('sound');
}

test('a packet cut at any byte is decoded as far as it goes', () => {
  const view = new PacketView();
  for (const packet of PACKETS) {
    for (let capturedLength = 0; capturedLength <= packet.length; capturedLength += 1) {
      expectSound(decoded(packet, { view, capturedLength }));
      expectSound(decoded(packet, { view, capturedLength, originalLength: capturedLength }));
    }
  }
});

test('nothing beyond the captured bytes is read', () => {
  const summary = ({ bytes: _, data: __, start: ___, end: ____, frame: _____, ...rest }: PacketView) => rest;
  for (const packet of PACKETS) {
    for (let capturedLength = 0; capturedLength < packet.length; capturedLength += 1) {
      const cut = packet.slice();
      cut.fill(0x55, capturedLength);
      const originalLength = packet.length;
      const one = summary(decoded(packet, { capturedLength, originalLength }));
      expect(summary(decoded(cut, { capturedLength, originalLength }))).toEqual(one);
    }
  }
});

/** Numbers from 0 to `below - 1` that are the same in every run (a linear congruential generator). */
function seededRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) % below;
  };
}

test('damaged packets of every kind and link type end in a kind and a fault', () => {
  const random = seededRandom(1);
  const linkTypes = [...LINK_TYPES.keys()];
  const view = new PacketView();
  const fragments = new FragmentTable();
  for (let round = 0; round < 30_000; round += 1) {
    const packet = (PACKETS[random(PACKETS.length)] ?? frame).slice();
    const changes = 1 + random(6);
    for (let i = 0; i < changes; i += 1) packet[random(packet.length)] = random(4) === 0 ? 0xff : random(256);
    const linkType = random(3) === 0 ? (linkTypes[random(linkTypes.length)] ?? 1) : 1;
    const capturedLength = random(2) === 0 ? packet.length : random(packet.length + 1);
    const originalLength = random(4) === 0 ? random(70_000) : packet.length;
    decoded(packet, { view, linkType, capturedLength, originalLength, seconds: round });
    expectSound(view);
    if (view.kind === PACKET_FRAGMENT) {
      fragments.add(view);
      expectSound(view);
    }
  }
});

test.each([
  ['zeros', () => 0],
  ['ones', () => 0xff],
  ['version 4 or 6 and noise', seededRandom(2)],
])('a packet of %s under every link type', (_, byte) => {
  const view = new PacketView();
  for (const linkType of LINK_TYPES.keys()) {
    for (let round = 0; round < 50; round += 1) {
      const packet = Uint8Array.from({ length: 200 }, () => byte(256));
      expectSound(decoded(packet, { view, linkType }));
    }
  }
});

test.each([
  ['tags', hex('8100 0001')],
  ['SNAP headers', hex('0005 aaaa03 000000 8100 0001')],
  ['VN-tags', hex('8926 00000000')],
  ['Cisco metadata', hex('8909 0101 0001 0005')],
  ['backbone tags', bytes(hex('88e7 00000000'), zeros(12))],
  ['label stacks', hex('8847 00000000')],
])('endlessly nested %s do not exhaust the stack', (_, header) => {
  const packet = bytes(zeros(12), ...new Array<Uint8Array>(20_000).fill(header));
  expectSound(decoded(packet));
});
