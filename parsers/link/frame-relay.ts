import { decodeEtherType } from '../network/ether-types.ts';
import { decodeIpv4 } from '../network/ipv4.ts';
import { decodeIpv6 } from '../network/ipv6.ts';
import { PACKET_OTHER, type PacketView } from '../packet-view.ts';
import { stopShort } from '../stop.ts';
import { decodeSnap } from './llc.ts';

/*
 * Frame relay (RFC 2427 3)
 *
 *   0      Q.922 address, 2 to 4 bytes: the last one has its lowest bit set
 *   2      control 0x03     3      perhaps a pad of 0     4      network layer protocol identifier     5      packet
 *
 * or as Cisco sends it: the address, an EtherType, the packet.
 */
const LAST_ADDRESS_BYTE = 0x01;
const MAX_ADDRESS_LENGTH = 4;
const CONTROL_UNNUMBERED = 0x03;
const PAD = 0x00;
const PROTOCOL_SNAP = 0x80;
const PROTOCOL_IPV6 = 0x8e;
const PROTOCOL_IPV4 = 0xcc;

export function decodeFrameRelay(view: PacketView, offset: number, claimedEnd: number): number {
  const { bytes, data } = view;
  const limit = Math.min(view.end, claimedEnd);
  let field = offset;
  while (field < limit && (bytes[field] & LAST_ADDRESS_BYTE) === 0) field += 1;
  field += 1;
  if (field - offset > MAX_ADDRESS_LENGTH) return PACKET_OTHER;
  if (field + 3 > limit) return stopShort(view, field + 3);
  if (bytes[field] !== CONTROL_UNNUMBERED) {
    return decodeEtherType(view, data.getUint16(field), field + 2, claimedEnd);
  }
  field += bytes[field + 1] === PAD ? 2 : 1;
  switch (bytes[field]) {
    case PROTOCOL_IPV4:
      return decodeIpv4(view, field + 1, claimedEnd);
    case PROTOCOL_IPV6:
      return decodeIpv6(view, field + 1, claimedEnd);
    case PROTOCOL_SNAP:
      return decodeSnap(view, field + 1, claimedEnd);
    default:
      return PACKET_OTHER;
  }
}
