import { UDP } from '../network/ip-protocols.ts';
import { CARRIER_LENGTH, CARRIERS_KEPT, type PacketView } from '../packet-view.ts';

/** Keeps who sent the UDP packet that carried this one, behind those that were in it. */
export function noteCarrier(
  view: PacketView,
  ipVersion: number,
  source0: number,
  source1: number,
  source2: number,
  source3: number,
  destination0: number,
  destination1: number,
  destination2: number,
  destination3: number,
  sourcePort: number,
  destinationPort: number,
): boolean {
  if (view.carrierCount === CARRIERS_KEPT) return false;
  const { carriers } = view;
  const at = view.carrierCount * CARRIER_LENGTH;
  carriers[at] = ipVersion;
  carriers[at + 1] = source0;
  carriers[at + 2] = source1;
  carriers[at + 3] = source2;
  carriers[at + 4] = source3;
  carriers[at + 5] = destination0;
  carriers[at + 6] = destination1;
  carriers[at + 7] = destination2;
  carriers[at + 8] = destination3;
  carriers[at + 9] = sourcePort;
  carriers[at + 10] = destinationPort;
  view.carrierCount++;
  return true;
}

/** Names a carrier as the quoted packet of another view. @param index from 0: the innermost */
export function quoteCarrier(view: PacketView, index: number, quoting: PacketView): void {
  const { carriers } = view;
  const at = index * CARRIER_LENGTH;
  quoting.seconds = view.seconds;
  quoting.nanoseconds = view.nanoseconds;
  quoting.quotedProtocol = UDP;
  quoting.quotedIpVersion = carriers[at];
  quoting.quotedSource0 = carriers[at + 1];
  quoting.quotedSource1 = carriers[at + 2];
  quoting.quotedSource2 = carriers[at + 3];
  quoting.quotedSource3 = carriers[at + 4];
  quoting.quotedDestination0 = carriers[at + 5];
  quoting.quotedDestination1 = carriers[at + 6];
  quoting.quotedDestination2 = carriers[at + 7];
  quoting.quotedDestination3 = carriers[at + 8];
  quoting.quotedSourcePort = carriers[at + 9];
  quoting.quotedDestinationPort = carriers[at + 10];
}
