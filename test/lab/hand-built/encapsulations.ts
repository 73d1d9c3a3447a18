import {
  bytes,
  ethernet,
  fragmentHeader,
  gre,
  hex,
  IPV6_DESTINATION_OPTIONS,
  IPV6_HOP_BY_HOP,
  ipv4,
  ipv6,
  mpls,
  pcap,
  pppoe,
  tcp,
  u16,
  u32,
  udp,
  vxlan,
  zeros,
} from '../../support/packets.ts';
import { type DialogueFields, dialogue, ipPacket, type Line, time, WHOLE } from './dialogue.ts';
import type { HandBuilt } from './fixture.ts';

const theme = 'encapsulation';
/** Addresses of the outer packet of a tunnel, by who sends. */
const outer = (from: string) =>
  from === 'client'
    ? { source: '192.0.2.1', destination: '192.0.2.2' }
    : { source: '192.0.2.2', destination: '192.0.2.1' };

function wrapped(name: string, says: string, fields: DialogueFields, linkType = 1): HandBuilt {
  return { theme, file: `${name}.pcap`, says, bytes: pcap(dialogue(WHOLE, fields), { linkType }) };
}

/** A conversation inside UDP datagrams to `port`, after `header`. */
function overUdp(
  name: string,
  says: string,
  port: number,
  inside: (packet: Uint8Array) => Uint8Array,
  version: 4 | 6 = 4,
) {
  return wrapped(name, says, {
    version,
    frame: (packet, from) =>
      ethernet({}, ipv4(outer(from), udp({ sourcePort: 49152, destinationPort: port }, inside(packet)))),
  });
}

const gtp = (packet: Uint8Array) => bytes(0x30, 0xff, u16(packet.length), u32(0x1234), packet);
const geneve = (packet: Uint8Array) => bytes(0, 0, u16(0x6558), u32(0x2a00), ethernet({}, packet));
const erspan = (packet: Uint8Array) => bytes(u16(0x1007), u16(1), u32(0), ethernet({}, packet));

/** The request of the conversation grows to 1000 bytes and every packet that long goes in fragments of 512. */
function fragmented(version: 4 | 6): HandBuilt {
  const request = new Uint8Array(1000).fill(0x61);
  const lines = WHOLE.map((line, i): Line => (i === 3 ? ['client', 'PA', 1, 1, request] : line));
  const later = lines.map(
    ([from, flags, sequence, acknowledgment, payload = ''], i): Line => [
      from,
      flags,
      sequence + (i > 3 && from === 'client' ? 993 : 0),
      acknowledgment + (i > 3 && from === 'server' ? 993 : 0),
      payload,
    ],
  );
  const packets = later.flatMap((line, i) => {
    const whole = ipPacket(line, i, { version });
    return pieces(whole, version, i).map((piece, j) => ({
      time: time(i, BigInt(j) * 1000n),
      bytes: ethernet({}, piece),
    }));
  });
  const says = `A segment of 1000 bytes comes as two IPv${version} fragments and counts once.`;
  return { theme, file: `fragments-ipv${version}.pcap`, says, bytes: pcap(packets) };
}

function pieces(packet: Uint8Array, version: 4 | 6, id: number): Uint8Array[] {
  const headerLength = version === 4 ? 20 : 40;
  const payload = packet.subarray(headerLength);
  if (payload.length <= 512) return [packet];
  const [source, destination] = version === 4 ? ['10.0.0.1', '10.0.0.2'] : ['2001:db8::1', '2001:db8::2'];
  return [0, 512].map((offset) => {
    const piece = payload.slice(offset, offset + 512);
    const more = offset === 0;
    return version === 4
      ? ipv4({ source, destination, id: id + 1, protocol: 6, fragmentOffset: offset, moreFragments: more }, piece)
      : ipv6({ source, destination, protocol: 6, extensions: [fragmentHeader(offset, more, id + 1)] }, piece);
  });
}

export const ENCAPSULATIONS: HandBuilt[] = [
  wrapped('vlan', 'One 802.1Q tag.', { frame: (packet) => ethernet({ vlan: [7] }, packet) }),
  wrapped('qinq', 'Two tags, the outer one 802.1ad.', {
    frame: (packet) => bytes(hex('020000000002 020000000001 88a8 0064 8100 000a 0800'), packet),
  }),
  wrapped('mpls', 'Two MPLS labels.', { frame: (packet) => ethernet({ etherType: 0x8847 }, mpls([16, 17], packet)) }),
  wrapped('pppoe', 'A PPPoE session.', { frame: (packet) => ethernet({ etherType: 0x8864 }, pppoe(packet)) }),
  wrapped('gre', 'GRE with a key.', {
    frame: (packet, from) => ethernet({}, ipv4(outer(from), gre(0x0800, packet, 0x2000, u32(42)))),
  }),
  wrapped('eoip', 'EoIP of MikroTik: an Ethernet frame in GRE version 1, with the number of the tunnel.', {
    frame: (packet, from) =>
      ethernet({}, ipv4(outer(from), gre(0x6400, ethernet({}, packet), 0x2001, bytes(u16(14 + packet.length), 25, 0)))),
  }),
  wrapped('erspan', 'ERSPAN II: a mirrored Ethernet frame in GRE.', {
    frame: (packet, from) => ethernet({}, ipv4(outer(from), gre(0x88be, erspan(packet), 0x1000, u32(1)))),
  }),
  wrapped('ipip', 'IPv4 in IPv4.', { frame: (packet, from) => ethernet({}, ipv4(outer(from), packet)) }),
  wrapped('6in4', 'IPv6 in IPv4.', {
    version: 6,
    frame: (packet, from) => ethernet({}, ipv4({ ...outer(from), protocol: 41 }, packet)),
  }),
  overUdp('geneve', 'GENEVE with an Ethernet frame.', 6081, geneve),
  overUdp('vxlan-ipv6', 'IPv6 inside VXLAN.', 4789, (packet) => vxlan(ethernet({}, packet)), 6),
  overUdp('gtp-u', 'GTP-U version 1.', 2152, gtp),
  overUdp('teredo', 'Teredo: IPv6 in UDP to port 3544.', 3544, (packet) => packet, 6),
  fragmented(4),
  fragmented(6),
  wrapped('ipv6-extensions', 'Hop-by-hop and destination options before TCP.', {
    version: 6,
    ip: () => ({
      extensions: [
        { type: IPV6_HOP_BY_HOP, body: hex('0104 00000000') },
        { type: IPV6_DESTINATION_OPTIONS, body: hex('0104 00000000') },
      ],
    }),
  }),
  wrapped('ipv4-options', 'A router alert option in every IPv4 header.', { ip: () => ({ options: hex('94040000') }) }),
  wrapped('total-length-zero', 'Total length 0, as segmentation offload leaves it.', {
    ip: () => ({ totalLength: 0 }),
  }),
  wrapped('padded', 'Short frames padded to 60 bytes: the padding is no payload.', {
    frame: (packet) => bytes(ethernet({}, packet), zeros(Math.max(0, 46 - packet.length))),
  }),
  wrapped('raw-ip', 'No link header (LINKTYPE_RAW).', { frame: (packet) => packet }, 101),
  wrapped(
    'null-big-endian',
    'BSD loopback written by a big-endian host.',
    { frame: (packet) => bytes(u32(2), packet) },
    0,
  ),
  wrapped(
    'loop-ipv6',
    'OpenBSD loopback with IPv6 (AF_INET6 30, as macOS has it).',
    { version: 6, frame: (packet) => bytes(u32(30), packet) },
    108,
  ),
  {
    theme,
    file: 'snap-length.pcap',
    says: 'The snap length cuts every payload and the options of the SYNs.',
    bytes: pcap(dialogue(WHOLE), { snapLength: 54 }),
  },
  {
    theme,
    file: 'header-cut.pcap',
    says: 'A whole conversation, then a segment whose TCP header is cut.',
    bytes: pcap([
      ...dialogue(WHOLE),
      { time: time(20), bytes: ethernet({}, ipv4({}, tcp({}))).subarray(0, 40), originalLength: 54 },
    ]),
  },
];
