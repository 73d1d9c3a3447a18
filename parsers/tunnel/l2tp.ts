import { decodePpp } from '../link/ppp.ts';
import { enterTunnel } from '../nesting.ts';
import { type PacketView, TUNNEL_L2TP } from '../packet-view.ts';
import { outerKind, stopShort } from '../stop.ts';

/*
 * L2TP version 2 header (RFC 2661 3.1)
 *
 *   0      flags: control message 0x8000, length 0x4000, sequence 0x0800, offset 0x0200; version in the last 4 bits
 *          length (if its flag is set), tunnel id, session id, Ns and Nr (if), offset size (if): 2 bytes each,
 *          offset padding, PPP frame
 */
const CONTROL = 0x8000;
const HAS_LENGTH = 0x4000;
const HAS_SEQUENCE = 0x0800;
const HAS_OFFSET = 0x0200;
const VERSION = 0x000f;
/** Flags, tunnel id and session id. */
const MIN_HEADER_LENGTH = 6;

export function decodeL2tp(view: PacketView, offset: number, claimedEnd: number): number {
  const { data } = view;
  const limit = Math.min(view.end, claimedEnd);
  let frame = offset + MIN_HEADER_LENGTH;
  if (frame > limit) return stopShort(view, frame);
  const flags = data.getUint16(offset);
  if ((flags & CONTROL) !== 0 || (flags & VERSION) !== 2) return outerKind(view);
  if ((flags & HAS_LENGTH) !== 0) frame += 2;
  if ((flags & HAS_SEQUENCE) !== 0) frame += 4;
  if ((flags & HAS_OFFSET) !== 0) {
    if (frame + 2 > limit) return stopShort(view, frame + 2);
    frame += 2 + data.getUint16(frame);
  }
  return enterTunnel(view, TUNNEL_L2TP) ? decodePpp(view, frame, claimedEnd) : outerKind(view);
}
