import { decodeEthernet } from './link/ethernet.ts';
import { decodeLinkType, LINK_ETHERNET } from './link/link-types.ts';
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
  view.carrierCount = 0;
  view.ipVersion = 0;
  const { linkType, start } = view;
  const end = start + view.originalLength;
  // Nearly all frames are Ethernet: they need not go through the list.
  const kind =
    linkType === LINK_ETHERNET ? decodeEthernet(view, start, end) : decodeLinkType(view, linkType, start, end);
  view.kind = kind;
  return kind;
}
