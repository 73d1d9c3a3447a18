import type { CaptureInput } from '../input.ts';
import type { BackendName, Drops } from './options.ts';

/** How far the analysis is behind the network. */
export interface Lag {
  /**
   * Age in seconds of the newest packet when it was analysed, by the wall clock: of the last chunk that came, 0
   * before the first one; null where the clocks are not of the same machine (standard input).
   */
  readonly seconds: number | null;
}

/**
 * A capture that goes on while it is read.
 *
 * fill() returns true with what has come; without any packet at the latest after `wakeEvery` milliseconds, so that
 * a screen can be drawn and time-outs be looked at. After stop() what was captured until then still comes, and then
 * fill() returns false as at the end of a file.
 */
export interface LiveInput extends CaptureInput {
  readonly device: string;
  /** null for standard input. */
  readonly backend: BackendName | null;
  /** Who took the times of the packets; null for standard input, which does not say. */
  readonly timestamps: 'kernel' | 'delivery' | null;
  /** Ends the capture in good order. A second call gives up what is still on its way. */
  stop(): void;
  /** True once stop() was called, or the duration or the packets asked for are over. */
  readonly isStopping: boolean;
  /** Packets lost so far. */
  drops(): Drops;
  /** Why the capture ended before it was told to, one line; null where it did not. */
  readonly failure: string | null;
  /** Why packets are not written to a file any more, one line; null where they are, or were never meant to be. */
  readonly writeFailure: string | null;
  readonly lag: Lag;
}
