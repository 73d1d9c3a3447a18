import { decode } from '../../parsers/decode.ts';
import { PacketView } from '../../parsers/packet-view.ts';
import { type Frame, FrameInput } from './frames.ts';

const IPV4_TTL = 8;
const IPV4_CHECKSUM = 10;
const IPV4_HEADER = 20;
const IPV6_HOP_LIMIT = 7;
const IPV6_HEADER = 40;
const LARGEST_TTL = 255;

/** A packet that has passed fewer routers, or more (a negative change); as it is where its IP header has options. */
export function withTtl(frame: Frame, change: number): Frame {
  const view = decoded(frame);
  const bytes = Uint8Array.from(frame.bytes);
  const ipv4 = view.payloadStart - IPV4_HEADER;
  const ipv6 = view.payloadStart - IPV6_HEADER;
  const ttl = Math.min(LARGEST_TTL, Math.max(1, view.ttl + change));
  if (view.ipVersion === 4 && ipv4 >= 0 && bytes[ipv4] === 0x45 && bytes[ipv4 + IPV4_TTL] === view.ttl) {
    bytes[ipv4 + IPV4_TTL] = ttl;
    // RFC 1624, equation 3: the TTL is the upper half of a word of the sum.
    const data = new DataView(bytes.buffer);
    const sum = (~data.getUint16(ipv4 + IPV4_CHECKSUM) & 0xffff) + 0xffff - (view.ttl << 8) + (ttl << 8);
    const folded = (sum & 0xffff) + (sum >>> 16);
    data.setUint16(ipv4 + IPV4_CHECKSUM, ~((folded & 0xffff) + (folded >>> 16)) & 0xffff);
  } else if (view.ipVersion === 6 && ipv6 >= 0 && bytes[ipv6] >> 4 === 6 && bytes[ipv6 + IPV6_HOP_LIMIT] === view.ttl) {
    bytes[ipv6 + IPV6_HOP_LIMIT] = ttl;
  }
  return { ...frame, bytes };
}

function decoded(frame: Frame): PacketView {
  const view = new PacketView();
  new FrameInput([frame]).next(view);
  decode(view);
  return view;
}
