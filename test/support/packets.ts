/**
 * Builds packets and classic pcap files for tests. Every function returns plain bytes, and wraps the bytes of the
 * layer inside it: `ethernet({}, ipv4({}, tcp({ flags: TCP_SYN })))`. What a test does not name has a usual value.
 * Lengths and checksums are filled in; a test that wants a wrong one says so, or changes the bytes.
 */

const text = new TextEncoder();

/** Bytes of numbers (one byte each), of texts (UTF-8) and of byte arrays, one after the other. */
export function bytes(...parts: (number | string | Uint8Array)[]): Uint8Array {
  const arrays = parts.map((part) =>
    typeof part === 'number' ? Uint8Array.of(part) : typeof part === 'string' ? text.encode(part) : part,
  );
  const whole = new Uint8Array(arrays.reduce((length, array) => length + array.length, 0));
  let offset = 0;
  for (const array of arrays) {
    whole.set(array, offset);
    offset += array.length;
  }
  return whole;
}

/** Bytes from hexadecimal digits; white space between them is for the reader. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.from(digits.replace(/\s/g, '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export const u16 = (value: number): Uint8Array => Uint8Array.of(value >>> 8, value);
export const u32 = (value: number): Uint8Array => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);

/** `count` zero bytes: a payload where only the length matters. */
export const zeros = (count: number): Uint8Array => new Uint8Array(count);

/** The 4 bytes of an IPv4 address, or the 16 of an IPv6 address (with `::`, without an embedded IPv4 address). */
export function addressBytes(address: string): Uint8Array {
  if (!address.includes(':')) return Uint8Array.from(address.split('.'), Number);
  const [head = '', tail] = address.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const first = groups(head);
  const last = tail === undefined ? [] : groups(tail);
  const middle = tail === undefined ? 0 : 8 - first.length - last.length;
  return bytes(...[...first, ...new Array<number>(middle).fill(0), ...last].map(u16));
}

// --- link ---

export interface EthernetFields {
  /** Default: 0x0800 or 0x86dd, by the version in the first byte of the payload. */
  etherType?: number;
  /** Tags, outermost first; `vlanType` is the EtherType that announces them. */
  vlan?: number[];
  vlanType?: number;
}

export function ethernet(fields: EthernetFields, payload: Uint8Array): Uint8Array {
  const { etherType = ipEtherType(payload), vlan = [], vlanType = 0x8100 } = fields;
  const tags = vlan.flatMap((id) => [u16(vlanType), u16(id)]);
  return bytes(hex('020000000002 020000000001'), ...tags, u16(etherType), payload);
}

/** EtherType of an IP packet, by its version. */
export const ipEtherType = (packet: Uint8Array): number => (packet[0] >> 4 === 6 ? 0x86dd : 0x0800);

// --- network ---

export interface IpFields {
  source?: string;
  destination?: string;
  /** Default: told by the functions of this file that made the payload. */
  protocol?: number;
  ttl?: number;
}

export interface Ipv4Fields extends IpFields {
  id?: number;
  options?: Uint8Array;
  /** Default: what it really is. */
  totalLength?: number;
  fragmentOffset?: number;
  moreFragments?: boolean;
}

/** Which IP protocol a payload is, for the layers made here. */
const protocols = new WeakMap<Uint8Array, number>();

function ofProtocol(protocol: number, payload: Uint8Array): Uint8Array {
  protocols.set(payload, protocol);
  return payload;
}

export function ipv4(fields: Ipv4Fields, payload: Uint8Array): Uint8Array {
  const { source = '10.0.0.1', destination = '10.0.0.2', ttl = 64, id = 0, options = zeros(0) } = fields;
  const { fragmentOffset = 0, moreFragments = false, protocol = protocols.get(payload) ?? 255 } = fields;
  const headerLength = 20 + options.length;
  const { totalLength = headerLength + payload.length } = fields;
  const isFragment = fragmentOffset > 0 || moreFragments;
  const addresses = bytes(addressBytes(source), addressBytes(destination));
  const header = bytes(
    ...[0x40 | (headerLength >> 2), 0, u16(totalLength), u16(id)],
    ...[u16((moreFragments ? 0x2000 : 0) | (fragmentOffset >> 3)), ttl, protocol, u16(0), addresses, options],
  );
  header.set(u16(checksum(header)), 10);
  return ofProtocol(4, bytes(header, isFragment ? payload : withChecksum(protocol, addresses, payload)));
}

export interface Ipv6Fields extends IpFields {
  /** Extension headers in order: type, and body after its two bytes of next header and length. */
  extensions?: { type: number; body: Uint8Array }[];
  payloadLength?: number;
}

export function ipv6(fields: Ipv6Fields, payload: Uint8Array): Uint8Array {
  const { source = '2001:db8::1', destination = '2001:db8::2', ttl = 64, extensions = [] } = fields;
  const { protocol = protocols.get(payload) ?? 59 } = fields;
  const chain = extensions.map(({ type, body }, i) => {
    const next = extensions[i + 1]?.type ?? protocol;
    const length = type === IPV6_FRAGMENT ? 0 : type === IP_AH ? (body.length + 2) / 4 - 2 : (body.length + 2) / 8 - 1;
    return bytes(next, length, body);
  });
  const isFragment = extensions.some(({ type }) => type === IPV6_FRAGMENT);
  const addresses = bytes(addressBytes(source), addressBytes(destination));
  const rest = bytes(...chain, isFragment ? payload : withChecksum(protocol, addresses, payload));
  const { payloadLength = rest.length } = fields;
  const header = [u32(0x60000000), u16(payloadLength), extensions[0]?.type ?? protocol, ttl, addresses];
  return ofProtocol(41, bytes(...header, rest));
}

export const IPV6_HOP_BY_HOP = 0;
export const IPV6_ROUTING = 43;
export const IPV6_FRAGMENT = 44;
export const IP_AH = 51;
export const IPV6_DESTINATION_OPTIONS = 60;

/** The body of an IPv6 fragment header. */
export function fragmentHeader(offset: number, more: boolean, id: number): { type: number; body: Uint8Array } {
  return { type: IPV6_FRAGMENT, body: bytes(u16(offset | (more ? 1 : 0)), u32(id)) };
}

/** An ICMP or ICMPv6 message: type, code, the four bytes after the checksum, and what follows. */
export function icmp(version: 4 | 6, type: number, code: number, word: number, rest: Uint8Array): Uint8Array {
  return ofProtocol(version === 4 ? 1 : 58, bytes(type, code, u16(0), u32(word), rest));
}

// --- transport ---

export interface TcpFields {
  sourcePort?: number;
  destinationPort?: number;
  sequence?: number;
  acknowledgment?: number;
  /** TCP_ constants of parsers/packet-view.ts. */
  flags?: number;
  window?: number;
  /** Padded with zero bytes (end of options) to a multiple of 4. */
  options?: Uint8Array;
  /** Header length in 32-bit words; default: what it really is. */
  dataOffset?: number;
}

export function tcp(fields: TcpFields, payload: Uint8Array | string = ''): Uint8Array {
  const { sourcePort = 40000, destinationPort = 80, sequence = 1000, acknowledgment = 0, flags = 0x10 } = fields;
  const { window = 65535, options = zeros(0) } = fields;
  const padded = bytes(options, zeros(-options.length & 3));
  const { dataOffset = 5 + padded.length / 4 } = fields;
  const ports = [u16(sourcePort), u16(destinationPort)];
  const rest = [dataOffset << 4, flags, u16(window), u16(0), u16(0), padded, payload];
  return ofProtocol(6, bytes(...ports, u32(sequence), u32(acknowledgment), ...rest));
}

/** TCP options, to be joined with bytes(). */
export const tcpOption = {
  noOperation: hex('01'),
  mss: (value: number) => bytes(2, 4, u16(value)),
  windowScale: (shift: number) => bytes(3, 3, shift),
  sackPermitted: hex('0402'),
  sack: (...edges: number[]) => bytes(5, 2 + 4 * edges.length, ...edges.map(u32)),
  timestamps: (value: number, echo: number) => bytes(8, 10, u32(value), u32(echo)),
  /** MPTCP (RFC 8684 3): only the subtype, where the rest does not matter. */
  multipath: (subtype: number) => bytes(30, 4, subtype << 4, 0),
  fastOpen: (cookie: Uint8Array) => bytes(34, 2 + cookie.length, cookie),
};

export interface UdpFields {
  sourcePort?: number;
  destinationPort?: number;
  /** Default: what it really is. */
  length?: number;
}

export function udp(fields: UdpFields, payload: Uint8Array | string = ''): Uint8Array {
  const content = bytes(payload);
  const { sourcePort = 40000, destinationPort = 53, length = 8 + content.length } = fields;
  return ofProtocol(17, bytes(u16(sourcePort), u16(destinationPort), u16(length), u16(0), content));
}

export interface SctpFields {
  sourcePort?: number;
  destinationPort?: number;
  verificationTag?: number;
}

/** An SCTP packet; its CRC32c is left 0. */
export function sctp(fields: SctpFields, ...chunks: Uint8Array[]): Uint8Array {
  const { sourcePort = 40000, destinationPort = 3868, verificationTag = 1 } = fields;
  return ofProtocol(132, bytes(u16(sourcePort), u16(destinationPort), u32(verificationTag), u32(0), ...chunks));
}

/** An SCTP chunk with its padding. */
export function sctpChunk(type: number, body: Uint8Array, flags = 0): Uint8Array {
  return bytes(type, flags, u16(4 + body.length), body, zeros(-body.length & 3));
}

// --- tunnels that are one header before the inner packet ---

/** GRE (RFC 2784, 2890); flags as in its first 16 bits, `fields` the optional words that they announce. */
export function gre(protocol: number, payload: Uint8Array, flags = 0, fields = zeros(0)): Uint8Array {
  return ofProtocol(47, bytes(u16(flags), u16(protocol), fields, payload));
}

/** A VXLAN packet (UDP payload) around an Ethernet frame. */
export const vxlan = (frame: Uint8Array): Uint8Array => bytes(u32(0x08000000), u32(0x2a00), frame);

/** MPLS label stack, outermost first, around a packet: the payload of EtherType 0x8847. */
export function mpls(labels: number[], payload: Uint8Array): Uint8Array {
  const stack = labels.map((label, i) => u32((label << 12) | (i === labels.length - 1 ? 0x100 : 0) | 64));
  return bytes(...stack, payload);
}

/** A PPPoE session packet around an IP packet: the payload of EtherType 0x8864. */
export function pppoe(packet: Uint8Array): Uint8Array {
  const protocol = packet[0] >> 4 === 6 ? 0x0057 : 0x0021;
  return bytes(hex('1100 0001'), u16(2 + packet.length), u16(protocol), packet);
}

// --- checksums ---

/** Internet checksum (RFC 1071). */
function checksum(...parts: Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 2) sum += (part[i] << 8) | (part[i + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** Where the checksum of an IP payload is, by protocol. */
const CHECKSUM_OFFSETS = new Map([
  [1, 2],
  [6, 16],
  [17, 6],
  [58, 2],
]);

function withChecksum(protocol: number, addresses: Uint8Array, payload: Uint8Array): Uint8Array {
  const offset = CHECKSUM_OFFSETS.get(protocol);
  if (offset === undefined || payload.length < offset + 2) return payload;
  const filled = payload.slice();
  filled.fill(0, offset, offset + 2);
  const pseudoHeader = protocol === 1 ? zeros(0) : bytes(addresses, u32(payload.length), u32(protocol));
  filled.set(u16(checksum(pseudoHeader, filled)), offset);
  return filled;
}

// --- capture files ---

export interface CapturedPacket {
  /** Seconds since 1970 as decimal digits, up to nanoseconds: '1700000000.000000001'. */
  time: string;
  bytes: Uint8Array;
  /** Length on the wire; default: the captured length. */
  originalLength?: number;
}

export interface PcapFields {
  linkType?: number;
  /** Default nanosecond resolution (magic a1b23c4d); false for microseconds (a1b2c3d4). */
  nanoseconds?: boolean;
  littleEndian?: boolean;
  snapLength?: number;
}

/** A classic pcap file. Packets longer than `snapLength` are cut to it. */
export function pcap(packets: CapturedPacket[], fields: PcapFields = {}): Uint8Array {
  const { linkType = 1, nanoseconds = true, littleEndian = true, snapLength = 262144 } = fields;
  const word = (value: number) => (littleEndian ? u32(value).reverse() : u32(value));
  const half = (value: number) => (littleEndian ? u16(value).reverse() : u16(value));
  const magic = nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4;
  const head = [word(magic), half(2), half(4), word(0), word(0), word(snapLength), word(linkType)];
  const records = packets.map((packet) => {
    const [seconds = '0', fraction = ''] = packet.time.split('.');
    const parts = Number(fraction.padEnd(9, '0').slice(0, nanoseconds ? 9 : 6));
    const captured = packet.bytes.subarray(0, snapLength);
    const originalLength = packet.originalLength ?? packet.bytes.length;
    return bytes(word(Number(seconds)), word(parts), word(captured.length), word(originalLength), captured);
  });
  return bytes(...head, ...records);
}
