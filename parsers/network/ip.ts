import { FAULT_CUT, FAULT_MALFORMED, type PacketView } from '../packet-view.ts';
import { stop } from '../stop.ts';
import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';

/** Decodes an IP packet whose version only its first four bits tell. */
export function decodeIp(view: PacketView, offset: number, claimedEnd: number): number {
  if (offset >= view.end) return stop(view, FAULT_CUT);
  switch (view.bytes[offset] >> 4) {
    case 4:
      return decodeIpv4(view, offset, claimedEnd);
    case 6:
      return decodeIpv6(view, offset, claimedEnd);
    default:
      return stop(view, FAULT_MALFORMED);
  }
}
