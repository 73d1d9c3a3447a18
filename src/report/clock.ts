import type { CaptureInfo } from '../summary.ts';
import { clockDigits } from './units.ts';

/** How many digits after the point of a second the clocks of captures have: those of the coarsest. */
export function digitsOf(captures: readonly CaptureInfo[]): number {
  return clockDigits(captures.reduce((most, { timeResolution }) => Math.max(most, timeResolution), 1e-9));
}
