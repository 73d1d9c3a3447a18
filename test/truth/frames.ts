import { PacketView } from '../../parsers/packet-view.ts';
import { type CaptureInput, openCaptures } from '../../src/capture/input.ts';
import { CaptureWriter, encoderFor } from '../../src/capture/write/capture-writer.ts';

/** One packet of a capture, as it lies in the file. A copy of it keeps its number. */
export interface Frame {
  /** frame.number in the whole capture. */
  readonly number: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly bytes: Uint8Array;
  readonly originalLength: number;
  readonly linkType: number;
  readonly interfaceId: number;
  readonly interfaceName: string;
}

const SECOND = 1e9;
const SNAP_LENGTH = 262_144;

/**
 * All packets of a capture file.
 * @returns null where there are more than `most`
 * @throws InputError or CaptureFormatError for what is no capture
 */
export async function readFrames(path: string, most = Number.POSITIVE_INFINITY): Promise<Frame[] | null> {
  const input = await openCaptures([path]);
  const view = new PacketView();
  const frames: Frame[] = [];
  try {
    while (await input.fill()) {
      while (input.next(view)) {
        if (frames.length >= most) return null;
        frames.push(frameOf(view, input.interfaceName(view)));
      }
    }
  } finally {
    await input.close();
  }
  return frames;
}

function frameOf(view: PacketView, interfaceName: string): Frame {
  const { frame, seconds, nanoseconds, originalLength, linkType, interfaceId } = view;
  const bytes = view.bytes.slice(view.start, view.end);
  return { number: frame, seconds, nanoseconds, bytes, originalLength, linkType, interfaceId, interfaceName };
}

/** The same packet at another time. @param nanoseconds later; negative for earlier */
export function later(frame: Frame, nanoseconds: number): Frame {
  const sum = frame.nanoseconds + nanoseconds;
  const carry = Math.floor(sum / SECOND);
  return { ...frame, seconds: frame.seconds + carry, nanoseconds: sum - carry * SECOND };
}

/** From one packet to another in nanoseconds; exact for distances below 100 days. */
export function nanosecondsBetween(from: Frame, to: Frame): number {
  return (to.seconds - from.seconds) * SECOND + to.nanoseconds - from.nanoseconds;
}

/** True if no packet is earlier than the one before it. */
export function isInOrderOfTime(frames: readonly Frame[]): boolean {
  return frames.every((frame, i) => i === 0 || nanosecondsBetween(frames[i - 1], frame) >= 0);
}

/** Two captures as one, as mergecap writes it: always the earlier of the two next packets. */
export function inOrderOfTime(one: readonly Frame[], other: readonly Frame[]): Frame[] {
  const merged: Frame[] = [];
  let i = 0;
  for (const frame of other) {
    while (i < one.length && nanosecondsBetween(one[i], frame) >= 0) merged.push(one[i++]);
    merged.push(frame);
  }
  return [...merged, ...one.slice(i)];
}

/** Writes packets as a capture file; its name ends with .pcap or .pcapng. */
export function writeFrames(path: string, frames: readonly Frame[]): void {
  const encoder = encoderFor(path);
  if (encoder === null) throw new Error(`${path}: neither .pcap nor .pcapng`);
  const source = {
    describe: (view: PacketView | null) => ({
      linkType: view?.linkType ?? 1,
      name: view === null ? '' : frames[view.frame - 1].interfaceName,
      snapLength: SNAP_LENGTH,
      filter: '',
    }),
    lost: () => ({ interface: null, system: null }),
    onProblem: (message: string) => {
      throw new Error(message);
    },
  };
  const writer = new CaptureWriter({ path }, encoder, source);
  const input = new FrameInput(frames);
  const view = new PacketView();
  while (input.next(view)) writer.packet(view);
  writer.finish();
}

/** Frames from memory as an input of the analysis, all in one chunk. */
export class FrameInput implements CaptureInput {
  readonly captures = [];
  readonly bytesRead = 0;
  readonly bytesTotal = null;
  readonly #frames: readonly Frame[];
  #next = 0;
  #isFilled = false;

  constructor(frames: readonly Frame[]) {
    this.#frames = frames;
  }

  async fill(): Promise<boolean> {
    if (this.#isFilled) return false;
    this.#isFilled = true;
    return true;
  }

  next(view: PacketView): boolean {
    if (this.#next >= this.#frames.length) return false;
    const frame = this.#frames[this.#next++];
    view.bytes = frame.bytes;
    view.data = new DataView(frame.bytes.buffer, frame.bytes.byteOffset, frame.bytes.byteLength);
    view.start = 0;
    view.end = frame.bytes.length;
    view.originalLength = frame.originalLength;
    view.linkType = frame.linkType;
    view.interfaceId = frame.interfaceId;
    view.seconds = frame.seconds;
    view.nanoseconds = frame.nanoseconds;
    view.frame = this.#next;
    return true;
  }

  interfaceName(view: PacketView): string {
    return this.#frames[view.frame - 1].interfaceName;
  }

  async close(): Promise<void> {}
}
