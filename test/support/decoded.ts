import { decode } from '../../parsers/decode.ts';
import { formatAddress } from '../../parsers/network/address.ts';
import { PacketView, TUNNEL_NAMES } from '../../parsers/packet-view.ts';

export interface Capturing {
  linkType?: number;
  /** How many bytes of the packet the capture kept; default all. */
  capturedLength?: number;
  /** Length on the wire; default: what was given. */
  originalLength?: number;
  /** Capture time, whole seconds. */
  seconds?: number;
  /** A view to decode into, which keeps what earlier packets left in it; default a new one. */
  view?: PacketView;
}

/** The view after decoding a packet. The packet does not start at byte 0, as it does not in a capture either. */
export function decoded(packet: Uint8Array, capturing: Capturing = {}): PacketView {
  const { linkType = 1, capturedLength = packet.length, originalLength = packet.length } = capturing;
  const { seconds = 0, view = new PacketView() } = capturing;
  const buffer = new Uint8Array(BEFORE + packet.length + AFTER).fill(0xee);
  buffer.set(packet, BEFORE);
  view.bytes = buffer;
  view.data = new DataView(buffer.buffer);
  view.start = BEFORE;
  view.end = BEFORE + capturedLength;
  view.originalLength = originalLength;
  view.linkType = linkType;
  view.seconds = seconds;
  view.frame += 1;
  decode(view);
  return view;
}

/** Odd, so that nothing is aligned by luck; bytes around the packet that are not its own. */
const BEFORE = 7;
const AFTER = 100;

export const sourceOf = (view: PacketView): string =>
  formatAddress(view.ipVersion, view.source0, view.source1, view.source2, view.source3);

export const destinationOf = (view: PacketView): string =>
  formatAddress(view.ipVersion, view.destination0, view.destination1, view.destination2, view.destination3);

/** Names of the tunnels that were entered, outermost first. */
export const tunnelsOf = (view: PacketView): string[] =>
  [view.tunnel0, view.tunnel1, view.tunnel2, view.tunnel3]
    .slice(0, view.tunnelCount)
    .map((tunnel) => TUNNEL_NAMES[tunnel] ?? '');

export const vlansOf = (view: PacketView): number[] =>
  [view.vlan0, view.vlan1, view.vlan2, view.vlan3].slice(0, view.vlanCount);
