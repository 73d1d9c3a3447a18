import type { DrawnStep } from '../explain/ladder-step.ts';

/** Narrower than this no arrow has room for its label; wider than this the eye loses the row. */
export const NARROWEST = 60;
export const WIDEST = 140;

/** Columns of a ladder. */
export interface Layout {
  /** Time since the beginning, or of day; 0: not shown. */
  clock: number;
  /** Time since the row before; 0: not shown. */
  gap: number;
  frames: number;
  /** Text beside either bar. */
  margin: number;
  /** Between the bars. */
  arrow: number;
}

/** Columns between two texts. */
export const SPACE = 2;
const GAP_WIDTH = 8;
const BARS = 2;

/** @param clocks the times of the rows as they will be shown */
export function layoutOf(steps: readonly DrawnStep[], clocks: readonly string[], width: number, utc: boolean): Layout {
  const total = Math.max(NARROWEST, Math.min(width, WIDEST));
  const isWide = total >= 96;
  const clock = isWide || utc ? Math.max(0, ...clocks.map((text) => text.length)) : 0;
  const gap = isWide || !utc ? GAP_WIDTH : 0;
  const frames = Math.max('frame'.length, ...steps.map((step) => framesText(step).length));
  const margin = total >= 130 ? 24 : total >= 110 ? 20 : total >= 90 ? 16 : total >= 72 ? 13 : 11;
  const times = [clock, gap].filter((column) => column > 0).reduce((sum, column) => sum + column + SPACE, 0);
  const arrow = total - times - frames - SPACE - 2 * (margin + 1) - BARS;
  return { clock, gap, frames, margin, arrow };
}

/** '5', '5-9'. */
export function framesText({ step: { frame, lastFrame } }: DrawnStep): string {
  return frame === lastFrame ? String(frame) : `${frame}-${lastFrame}`;
}
