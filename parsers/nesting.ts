import { FAULT_CUT, FAULT_TOO_DEEP, PACKET_IP_OTHER, PACKET_OTHER, type PacketView } from './packet-view.ts';

/**
 * What all decoders share: how they stop, and how deep they nest.
 *
 * Every decoder has the form `decodeX(view, offset, claimedEnd)`: its header starts at `offset` in `view.bytes`, the
 * layers around it claim that it ends before `claimedEnd`. Where the capture cut the packet, `view.end` comes first;
 * header bytes are read up to the smaller of both, lengths are told from what is claimed. It returns a PACKET_ kind.
 */

/** Tags, tunnels and other headers that can hold each other again; real packets have fewer than 10. */
const MAX_NESTED_HEADERS = 24;

/** Ends decoding here: `fault` says why, the kind is what the layers outside are. */
export function stop(view: PacketView, fault: number): number {
  view.fault = fault;
  return outerKind(view);
}

/** The kind of a packet that has nothing to follow inside its innermost IP header, or has no IP header. */
export function outerKind(view: PacketView): number {
  return view.ipVersion === 0 ? PACKET_OTHER : PACKET_IP_OTHER;
}

/** Ends decoding where a header does not fit: the capture cut it, or (fault `otherwise`) the layer around is too short. */
export function stopShort(view: PacketView, neededEnd: number, otherwise: number): number {
  return stop(view, neededEnd > view.end ? FAULT_CUT : otherwise);
}

/** Counts a header that can nest; false (and the fault is set) where there are too many. */
export function nest(view: PacketView): boolean {
  view.nesting += 1;
  if (view.nesting <= MAX_NESTED_HEADERS) return true;
  view.fault = FAULT_TOO_DEEP;
  return false;
}

/** Records that the packet goes through a tunnel; false where it is nested too deep. */
export function enterTunnel(view: PacketView, tunnel: number): boolean {
  switch (view.tunnelCount) {
    case 0:
      view.tunnel0 = tunnel;
      break;
    case 1:
      view.tunnel1 = tunnel;
      break;
    case 2:
      view.tunnel2 = tunnel;
      break;
    case 3:
      view.tunnel3 = tunnel;
      break;
  }
  view.tunnelCount += 1;
  return nest(view);
}
