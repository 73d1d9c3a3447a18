import type { PacketView } from '../packet-view.ts';
import type { ByteWindow } from './byte-window.ts';

/** What CaptureReader.next found. */
export const READ_PACKET = 1; // the view holds the next packet
export const READ_MORE = 2; // the window ends inside a record: refill it and call again
export const READ_END = 3; // the input has ended, whole, cut or damaged: see CaptureReader.problem

/** Why a capture could not be read to its end. */
export interface CaptureProblem {
  /** Byte offset in the (decompressed) input where the record or block begins. */
  offset: number;
  /** Number of the last whole frame before it. */
  frame: number;
  /** What is wrong at that place, to follow the file's name. */
  message: string;
}

/** An interface of a capture: one for pcap, any number for pcapng. */
export interface CaptureInterface {
  readonly linkType: number;
  /** if_name of pcapng, '' where unknown. */
  readonly name: string;
  /** What people know it by: the same, but for the device paths of Windows. */
  readonly label: string;
  readonly snapLength: number;
  /** Seconds between two ticks of the clock of its timestamps. */
  readonly timeResolution: number;
  /** Packets counted by the capturing system: received, dropped by interface or kernel; null where it does not say. */
  readonly received: number | null;
  readonly dropped: number | null;
}

/**
 * Turns bytes of one capture format into packets, one at a time and without allocating for a packet.
 *
 * `next` is synchronous: it consumes from the window and never waits. READ_MORE asks the caller to refill
 * the window (or to say that the input has ended) and to call again; a record is never consumed in part.
 * A reader asks for no more than RECORD_HEAD bytes at once.
 */
export interface CaptureReader {
  readonly format: 'pcap' | 'pcapng';
  /** Every interface of the file, in the order of their descriptions; PacketView.interfaceId is an index into it. */
  readonly interfaces: CaptureInterface[];
  /** Packets read so far. */
  readonly frames: number;
  /** False where the packet just read has no timestamp of its own and took that of the packet before. */
  readonly timed: boolean;
  /** Where and why reading stopped before the end; null while all is well. */
  readonly problem: CaptureProblem | null;
  next(view: PacketView): number;
}

/** The input is no capture, or one of a kind that cannot be read: a one-line message for the user. */
export class CaptureFormatError extends Error {
  override name = 'CaptureFormatError';
}

/** The problem of a file that ends inside a record. */
export function cutShort(window: ByteWindow, offset: number, frames: number): CaptureProblem {
  const found = window.base + window.end - offset;
  return {
    offset,
    frame: frames,
    message: `cut short after frame ${frames}: of the record at byte ${offset} only ${found} ${found === 1 ? 'byte is' : 'bytes are'} there`,
  };
}

/** The problem of a record that contradicts itself, so that the next one cannot be found. */
export function damaged(offset: number, frames: number, what: string): CaptureProblem {
  return {
    offset,
    frame: frames,
    message: `damaged after frame ${frames}: the record at byte ${offset} ${what}; the rest cannot be read`,
  };
}
