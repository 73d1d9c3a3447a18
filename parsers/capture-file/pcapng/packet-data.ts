import type { PacketView } from '../../packet-view.ts';
import { RECORD_HEAD } from '../byte-window.ts';
import type { PcapngInterface } from './interface-description.ts';

/** Sets the part of the view that all packet blocks have in common, but the bytes and the frame's number. */
export function setPacketData(
  view: PacketView,
  from: PcapngInterface,
  blockStart: number,
  start: number,
  captured: number,
  original: number,
  fcsLength: number,
): void {
  const withoutFcs = Math.max(original - fcsLength, 0);
  view.linkType = from.linkType;
  view.start = start;
  view.end = Math.min(start + captured, blockStart + RECORD_HEAD);
  if (fcsLength !== 0) view.end = Math.min(view.end, start + withoutFcs);
  view.originalLength = withoutFcs;
}

// What can be wrong with a packet block; '' is nothing.
export const NO_INTERFACE = 'belongs to an interface that its section does not describe';
export const TOO_SHORT = 'is shorter than the packet that it should hold';
export const TOO_LONG = 'holds more bytes than any packet of its link type has';
