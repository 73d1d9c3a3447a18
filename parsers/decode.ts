import { decodeLinkType } from './link/link-types.ts';
import { FAULT_NONE, type PacketView } from './packet-view.ts';

export { canDecodeLink, LINK_TYPES, linkTypeName } from './link/link-types.ts';
export { etherTypeName } from './network/ether-types.ts';
export { decodeIpPayload } from './network/ip-payload.ts';
export { ipProtocolName } from './network/ip-protocols.ts';

/**
 * Decodes the packet that the reader put into `view`: link, network and transport layer, through tunnels to the
 * innermost connection. Never throws, whatever the bytes are, and allocates nothing.
 * @returns the PACKET_ kind, which is also left in `view.kind`
 */
export function decode(view: PacketView): number {
  view.fault = FAULT_NONE;
  view.etherType = 0;
  view.vlanCount = 0;
  view.tunnelCount = 0;
  view.nesting = 0;
  view.isCarried = 0;
  view.ipVersion = 0;
  const kind = decodeLinkType(view, view.linkType, view.start, view.start + view.originalLength);
  view.kind = kind;
  return kind;
}
