import { decodeIp } from '../network/ip.ts';
import { PACKET_OTHER, type PacketView } from '../packet-view.ts';
import { stopShort } from '../stop.ts';

/*
 * ARCNET (RFC 1201; RFC 1051 for the older packet types), as BSD and, with two bytes of offset more, Linux deliver it
 *
 *   source 1, destination 1, [Linux: offset 2], type 1, [RFC 1201: split flag 1, sequence number 2], packet
 */
const ADDRESSES_LENGTH = 2;
const LINUX_OFFSET_LENGTH = 2;
const SPLIT_LENGTH = 3;

const TYPE_RFC1051_IP = 240;
const TYPE_RFC1201_IP = 212;
const TYPE_RFC1201_IPV6 = 196;

export function decodeArcnet(view: PacketView, offset: number, claimedEnd: number): number {
  return decodeFrom(view, offset + ADDRESSES_LENGTH, claimedEnd);
}

export function decodeLinuxArcnet(view: PacketView, offset: number, claimedEnd: number): number {
  return decodeFrom(view, offset + ADDRESSES_LENGTH + LINUX_OFFSET_LENGTH, claimedEnd);
}

/** From the packet type on. A packet that was split over several frames is not put together again. */
function decodeFrom(view: PacketView, typeAt: number, claimedEnd: number): number {
  const { bytes } = view;
  const packet = typeAt + 1;
  if (packet + SPLIT_LENGTH > view.end || packet + SPLIT_LENGTH > claimedEnd) {
    return stopShort(view, packet + SPLIT_LENGTH);
  }
  const type = bytes[typeAt];
  if (type === TYPE_RFC1051_IP) return decodeIp(view, packet, claimedEnd);
  if ((type === TYPE_RFC1201_IP || type === TYPE_RFC1201_IPV6) && bytes[packet] === 0) {
    return decodeIp(view, packet + SPLIT_LENGTH, claimedEnd);
  }
  return PACKET_OTHER;
}
