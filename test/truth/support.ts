import { play, type Step } from '../support/conversation.ts';
import { analyzeFrames } from './analysis.ts';
import type { Whole } from './changes.ts';
import { type Frame, nanosecondsBetween } from './frames.ts';

const ETHERNET = 1;

/** A script as the frames of a capture. */
export function framesOf(...steps: Step[]): Frame[] {
  return play(steps).map(({ seconds, nanoseconds, bytes }, i) => ({
    number: i + 1,
    seconds,
    nanoseconds,
    bytes,
    originalLength: bytes.length,
    linkType: ETHERNET,
    interfaceId: 0,
    interfaceName: '',
  }));
}

/** A script as a capture with what the analysis says of it. */
export async function wholeOf(...steps: Step[]): Promise<Whole> {
  const frames = framesOf(...steps);
  return { frames, ...(await analyzeFrames(frames)) };
}

export function numbersOf(frames: readonly Frame[]): number[] {
  return frames.map(({ number }) => number);
}

/** Milliseconds of each frame since the first packet of the whole capture. */
export function millisecondsOf(frames: readonly Frame[], whole: Whole): number[] {
  return frames.map((frame) => Math.round(nanosecondsBetween(whole.frames[0], frame) / 1e3) / 1e3);
}
