import type { PacketView } from '../packet-view.ts';
import type { ByteWindow } from './byte-window.ts';

/** What CaptureReader.next found. */
export const READ_PACKET = 1; // the view holds the next packet
export const READ_MORE = 2; // the window ends inside a record: refill it and call again
export const READ_END = 3; // the input has ended, whole or cut (see `problem`)

/** Something that a reader noticed and the user should know; the analysis goes on or ends in good order. */
export interface CaptureProblem {
  /** Byte offset in the (decompressed) input where the record or block begins. */
  offset: number;
  /** Number of the last whole frame before it. */
  frame: number;
  message: string;
}

/** An interface of a capture: one for pcap, any number for pcapng. */
export interface CaptureInterface {
  linkType: number;
  /** if_name of pcapng, '' where unknown. */
  name: string;
  snapLength: number;
  /** Packets counted by interface statistics blocks: received, dropped by interface or kernel; null where none. */
  received: number | null;
  dropped: number | null;
}

/**
 * Turns bytes of one capture format into packets, one at a time and without allocating for a packet.
 *
 * `next` is synchronous: it consumes from the window and never waits. READ_MORE asks the caller to refill
 * the window (or to say that the input has ended) and to call again; a record is never consumed in part.
 */
export interface CaptureReader {
  readonly format: 'pcap' | 'pcapng';
  readonly interfaces: CaptureInterface[];
  /** Problems found so far: a cut record, a block that contradicts itself. */
  readonly problems: CaptureProblem[];
  next(view: PacketView): number;
}

/** The input is no capture, or one of a kind that cannot be read: a one-line message for the user. */
export class CaptureFormatError extends Error {
  override name = 'CaptureFormatError';
}

export type MakeReader = (window: ByteWindow) => CaptureReader;
