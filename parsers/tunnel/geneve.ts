import { enterTunnel } from '../nesting.ts';
import { decodeEtherType } from '../network/ether-types.ts';
import { FAULT_MALFORMED, type PacketView, TUNNEL_GENEVE } from '../packet-view.ts';
import { outerKind, stop, stopShort } from '../stop.ts';

/*
 * Geneve header (RFC 8926 3.4)
 *
 *   0      version: 2 bits, options length in 32-bit words: 6 bits
 *   2      protocol type, an EtherType
 *   4      virtual network identifier, 3 bytes
 *   8      options
 */
const PROTOCOL = 2;
const MIN_HEADER_LENGTH = 8;
const OPTIONS_LENGTH = 0x3f;

export function decodeGeneve(view: PacketView, offset: number, claimedEnd: number): number {
  const { bytes, data } = view;
  const minimum = offset + MIN_HEADER_LENGTH;
  if (minimum > view.end || minimum > claimedEnd) return stopShort(view, minimum);
  if (bytes[offset] >> 6 !== 0) return stop(view, FAULT_MALFORMED);
  if (!enterTunnel(view, TUNNEL_GENEVE)) return outerKind(view);
  const packet = minimum + (bytes[offset] & OPTIONS_LENGTH) * 4;
  return decodeEtherType(view, data.getUint16(offset + PROTOCOL), packet, claimedEnd);
}
