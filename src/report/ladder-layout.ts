/** Narrower than this the arrows have no room for their labels; wider than this the eye loses the row. */
export const NARROWEST = 60;
export const WIDEST = 140;

/** Columns of a ladder. */
export interface Layout {
  /** Time since the beginning, or of day; 0: not shown. */
  clock: number;
  /** Time since the row before; 0: not shown. */
  gap: number;
  /** Frame numbers; of several packets the first and the last, where there is room. */
  frames: number;
  isFirstFrameOnly: boolean;
  /** Text beside either bar. */
  margin: number;
  /** Between the bars. */
  arrow: number;
}

/** What stands in the columns before the ladder, as it is shown. */
export interface Columns {
  clocks: readonly string[];
  gaps: readonly string[];
  /** '5-9' and, shorter, '5'. */
  frames: readonly string[];
  firstFrames: readonly string[];
}

/** Columns between two texts. */
export const SPACE = 2;
const BARS = 2;
/** Room for 'fast retransmission'. */
const SHORTEST_ARROW = 26;
/** Holds 'ESTABLISHED' and 'ECONNREFUSED' in one piece: they are what one looks for. */
const LEAST_MARGIN = 12;

/** @param utc the clock is what the user wants to see, whatever the width */
export function layoutOf(columns: Columns, width: number, utc: boolean): Layout {
  const total = Math.max(NARROWEST, Math.min(width, WIDEST));
  const isWide = total >= 96;
  const clock = isWide || utc ? widest(columns.clocks) : 0;
  const gap = isWide || !utc ? widest(columns.gaps) : 0;
  const times = [clock, gap].filter((column) => column > 0).reduce((sum, column) => sum + column + SPACE, 0);
  const room = (frames: number, margin: number) => total - times - frames - SPACE - 2 * (margin + 1) - BARS;

  let frames = widest(columns.frames);
  let margin = total >= 130 ? 24 : total >= 110 ? 20 : total >= 90 ? 16 : 14;
  while (margin > LEAST_MARGIN && room(frames, margin) < SHORTEST_ARROW) margin--;
  const isFirstFrameOnly = room(frames, margin) < SHORTEST_ARROW;
  if (isFirstFrameOnly) frames = widest(columns.firstFrames);
  return { clock, gap, frames, isFirstFrameOnly, margin, arrow: Math.max(1, room(frames, margin)) };
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, text.length), 0);
}
