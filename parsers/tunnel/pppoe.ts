import { decodePpp } from '../link/ppp.ts';
import { enterTunnel } from '../nesting.ts';
import { type PacketView, TUNNEL_PPPOE } from '../packet-view.ts';
import { outerKind, stopShort } from '../stop.ts';

/*
 * PPPoE session packet (RFC 2516 4)
 *
 *   0      version, type: 4 bits each     1      code: 0 in a session     2      session id
 *   4      length of what follows         6      PPP frame
 */
const CODE = 1;
const LENGTH = 4;
const HEADER_LENGTH = 6;

export function decodePppoe(view: PacketView, offset: number, claimedEnd: number): number {
  const frame = offset + HEADER_LENGTH;
  if (frame > view.end || frame > claimedEnd) return stopShort(view, frame);
  if (view.bytes[offset + CODE] !== 0 || !enterTunnel(view, TUNNEL_PPPOE)) return outerKind(view);
  return decodePpp(view, frame, Math.min(claimedEnd, frame + view.data.getUint16(offset + LENGTH)));
}
