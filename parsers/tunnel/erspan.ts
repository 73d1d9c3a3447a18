import { decodeEthernet } from '../link/ethernet.ts';
import { enterTunnel } from '../nesting.ts';
import { type PacketView, TUNNEL_ERSPAN } from '../packet-view.ts';
import { outerKind, stopShort } from '../stop.ts';

/*
 * ERSPAN (draft-foschiano-erspan 4): type I has no header and no GRE sequence number, type II has 8 bytes of header,
 * type III 12, and 8 more if the last bit of them is set. Then an Ethernet frame.
 */
const ERSPAN_2_LENGTH = 8;
const ERSPAN_3_LENGTH = 12;
const ERSPAN_3_FLAGS = 11;
const ERSPAN_3_HAS_SUBHEADER = 0x01;
const ERSPAN_3_SUBHEADER_LENGTH = 8;

/** Type II, or type I where the GRE header has no sequence number. */
export function decodeErspan(view: PacketView, offset: number, claimedEnd: number, hasSequence: boolean): number {
  return decodeFrame(view, hasSequence ? offset + ERSPAN_2_LENGTH : offset, claimedEnd);
}

export function decodeErspan3(view: PacketView, offset: number, claimedEnd: number): number {
  const frame = offset + ERSPAN_3_LENGTH;
  if (frame > view.end || frame > claimedEnd) return stopShort(view, frame);
  const hasSubheader = (view.bytes[offset + ERSPAN_3_FLAGS] & ERSPAN_3_HAS_SUBHEADER) !== 0;
  return decodeFrame(view, hasSubheader ? frame + ERSPAN_3_SUBHEADER_LENGTH : frame, claimedEnd);
}

function decodeFrame(view: PacketView, frame: number, claimedEnd: number): number {
  return enterTunnel(view, TUNNEL_ERSPAN) ? decodeEthernet(view, frame, claimedEnd) : outerKind(view);
}
