import { FAULT_CUT, FAULT_MALFORMED, PACKET_IP_OTHER, PACKET_OTHER, type PacketView } from './packet-view.ts';

/**
 * How decoders end.
 *
 * Every decoder has the form `decodeX(view, offset, claimedEnd)`: its header starts at `offset` in `view.bytes`, the
 * layers around it claim that it ends before `claimedEnd`. Where the capture cut the packet, `view.end` comes first;
 * header bytes are read up to the smaller of both, lengths are told from what is claimed. It returns a PACKET_ kind.
 */

/** Ends decoding here: `fault` says why, the kind is what the layers outside are. */
export function stop(view: PacketView, fault: number): number {
  view.fault = fault;
  return outerKind(view);
}

/** The kind of a packet that has nothing to follow inside its innermost IP header, or has no IP header. */
export function outerKind(view: PacketView): number {
  return view.ipVersion === 0 ? PACKET_OTHER : PACKET_IP_OTHER;
}

/** Ends decoding where a header would end at `neededEnd`: the capture cut it, or the layer around is too short for it. */
export function stopShort(view: PacketView, neededEnd: number): number {
  return stop(view, neededEnd > view.end ? FAULT_CUT : FAULT_MALFORMED);
}
