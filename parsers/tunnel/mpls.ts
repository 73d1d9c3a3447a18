import { decodeEthernet } from '../link/ethernet.ts';
import { enterTunnel } from '../nesting.ts';
import { isNetworkEtherType } from '../network/ether-types.ts';
import { decodeIpv4 } from '../network/ipv4.ts';
import { decodeIpv6 } from '../network/ipv6.ts';
import { FAULT_TOO_DEEP, type PacketView, TUNNEL_MPLS } from '../packet-view.ts';
import { outerKind, stop, stopShort } from '../stop.ts';

/*
 * MPLS label stack entry (RFC 3032 2.1)
 *
 *   0      label: 20 bits, traffic class: 3 bits, bottom of stack: 1 bit, time to live: 8 bits
 *
 * Nothing says what follows the bottom of the stack. The first four bits tell IPv4 and IPv6; an Ethernet pseudowire
 * (RFC 4448) has a frame, before it perhaps a control word whose first four bits are 0 (RFC 4385 3).
 */
const BOTTOM_OF_STACK = 2;
const BOTTOM_OF_STACK_BIT = 0x01;
const ENTRY_LENGTH = 4;
const CONTROL_WORD_LENGTH = 4;
const ETHER_TYPE = 12;
const MAX_ENTRIES = 16;

/** 1 in the first four bits: an associated channel header (RFC 5586), which carries no user packets. */
const NIBBLE_CHANNEL = 1;

export function decodeMpls(view: PacketView, offset: number, claimedEnd: number): number {
  const { bytes } = view;
  const limit = Math.min(view.end, claimedEnd);
  let packet = offset;
  for (let entries = 0; ; entries += 1) {
    if (packet + ENTRY_LENGTH >= limit) return stopShort(view, packet + ENTRY_LENGTH + 1);
    if (entries === MAX_ENTRIES) return stop(view, FAULT_TOO_DEEP);
    packet += ENTRY_LENGTH;
    if ((bytes[packet - ENTRY_LENGTH + BOTTOM_OF_STACK] & BOTTOM_OF_STACK_BIT) !== 0) break;
  }
  if (!enterTunnel(view, TUNNEL_MPLS)) return outerKind(view);
  switch (bytes[packet] >> 4) {
    case 4:
      return decodeIpv4(view, packet, claimedEnd);
    case 6:
      return decodeIpv6(view, packet, claimedEnd);
    case 0:
      return decodeEthernet(
        view,
        hasControlWord(view, packet, limit) ? packet + CONTROL_WORD_LENGTH : packet,
        claimedEnd,
      );
    case NIBBLE_CHANNEL:
      return outerKind(view);
    default:
      return decodeEthernet(view, packet, claimedEnd);
  }
}

/** A frame may begin with four zero bits itself: then its EtherType is where it belongs without a control word. */
function hasControlWord(view: PacketView, packet: number, limit: number): boolean {
  const withoutControlWord = packet + ETHER_TYPE;
  if (withoutControlWord + 2 > limit) return true;
  return !isNetworkEtherType(view.data.getUint16(withoutControlWord));
}
