import { enterTunnel } from '../nesting.ts';
import { type PacketView, TUNNEL_AH } from '../packet-view.ts';
import { outerKind, stopShort } from '../stop.ts';
import { decodeIpProtocol } from './ip-payload.ts';

/*
 * Authentication header (RFC 4302 2)
 *
 *   0      next header
 *   1      length in 32-bit words, two not counted
 *   4      security parameters index     8      sequence number     12      integrity check value
 */
const LENGTH = 1;
const MIN_HEADER_LENGTH = 12;

export function decodeAuthenticationHeader(view: PacketView, offset: number, claimedEnd: number): number {
  const { bytes } = view;
  const limit = Math.min(view.end, claimedEnd);
  if (offset + MIN_HEADER_LENGTH > limit) return stopShort(view, offset + MIN_HEADER_LENGTH);
  const payload = offset + (bytes[offset + LENGTH] + 2) * 4;
  if (payload > limit) return stopShort(view, payload);
  if (!enterTunnel(view, TUNNEL_AH)) return outerKind(view);
  view.ipProtocol = bytes[offset];
  view.payloadStart = payload;
  view.payloadLength = claimedEnd - payload;
  return decodeIpProtocol(view, view.ipProtocol, payload, claimedEnd);
}
