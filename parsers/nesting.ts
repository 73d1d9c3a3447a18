import { FAULT_TOO_DEEP, type PacketView } from './packet-view.ts';

/** Tags, tunnels and other headers that can hold each other again; real packets have fewer than 10. */
const MAX_NESTED_HEADERS = 24;

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
