import type { Colors } from 'picocolors/types.js';
import type { DrawnStep } from '../explain/ladder-step.ts';
import type { Note, StepNotes } from '../explain/notes.ts';
import { drawArrow, inTheMiddle, isResent } from './ladder-arrow.ts';
import type { Glyphs } from './ladder-glyphs.ts';
import { type Layout, layoutOf, SPACE } from './ladder-layout.ts';
import { duration, secondsBetween, utc as utcText } from './units.ts';
import { wrap } from './wrap.ts';

export interface LadderOptions {
  /** Columns of the terminal. */
  width: number;
  glyphs: Glyphs;
  colors: Colors;
  /** What the terminal can show of a text; its length may change. */
  clean: (text: string) => string;
  /** Times of day (UTC) instead of times since the connection began. */
  utc: boolean;
}

/** A connection as a ladder: time downwards, the client left, the server right, their calls and states beside them. */
export function* ladder(
  steps: readonly DrawnStep[],
  notes: readonly StepNotes[],
  start: string,
  { width, glyphs, colors, clean, utc }: LadderOptions,
): Generator<string> {
  const clocks = steps.map(({ step: { time } }) =>
    utc ? utcText(time).slice(TIME_OF_DAY) : secondsBetween(start, time).toFixed(6),
  );
  const gaps = steps.map((drawn, i) => (i === 0 ? '' : gapText(steps[i - 1], drawn)));
  const frames = steps.map(({ step: { frame, lastFrame } }) =>
    frame === lastFrame ? `${frame}` : `${frame}-${lastFrame}`,
  );
  const firstFrames = steps.map(({ step: { frame } }) => `${frame}`);
  const headings = { clock: utc ? 'UTC' : 'time', gap: 'after', frames: 'frame' };
  const columns = {
    clocks: [headings.clock, ...clocks],
    gaps: [headings.gap, ...gaps],
    frames: [headings.frames, ...frames],
    firstFrames: [headings.frames, ...firstFrames],
  };
  const layout = layoutOf(columns, width, utc);
  const numbers = layout.isFirstFrameOnly ? firstFrames : frames;
  const bars = `${glyphs.bar}${' '.repeat(layout.arrow)}${glyphs.bar}`;
  const row = (cells: Partial<Cells>) => `${rowText({ ...EMPTY, middle: bars, ...cells }, layout)}\n`;

  yield row({
    clock: cell(headings.clock, colors.dim),
    gap: cell(headings.gap, colors.dim),
    frames: cell(headings.frames, colors.dim),
    left: cell('client', colors.bold),
    right: cell('server', colors.bold),
  });
  for (const [i, { client, server }] of notes.entries()) {
    const drawn = steps[i] ?? null;
    // The notes after the last row tell of what came of silence.
    if (drawn === null && client.length + server.length === 0) continue;
    const lines =
      drawn === null ? [inTheMiddle('silence', layout.arrow, glyphs)] : drawArrow(drawn, layout.arrow, glyphs, clean);
    const left = noteLines(client, layout.margin, colors, clean);
    const right = noteLines(server, layout.margin, colors, clean);
    const paint = drawn === null ? colors.yellow : arrowPaint(drawn, colors);
    const first =
      drawn === null
        ? {}
        : {
            clock: cell(clocks[i], colors.dim),
            gap: cell(gaps[i], i > 0 && gapSeconds(steps[i - 1], drawn) >= LONG_GAP ? colors.yellow : colors.dim),
            frames: cell(numbers[i], colors.dim),
          };
    for (let at = 0; at < Math.max(lines.length, left.length, right.length); at++) {
      yield row({
        ...(at === 0 ? first : {}),
        left: left[at] ?? NOTHING,
        middle: at < lines.length ? paint(lines[at]) : bars,
        right: right[at] ?? NOTHING,
      });
    }
  }
}

/** A person notices it; no network takes so long. Seconds. */
const LONG_GAP = 1;

/** Where in '2023-11-14 22:13:20.123456' the time begins. */
const TIME_OF_DAY = 11;

/** A text and how it is painted; the paint takes no columns. */
interface Cell {
  text: string;
  paint: (text: string) => string;
}

interface Cells {
  clock: Cell;
  gap: Cell;
  frames: Cell;
  left: Cell;
  middle: string;
  right: Cell;
}

const NOTHING: Cell = { text: '', paint: String };
const EMPTY: Omit<Cells, 'middle'> = { clock: NOTHING, gap: NOTHING, frames: NOTHING, left: NOTHING, right: NOTHING };

function cell(text: string, paint: (text: string) => string): Cell {
  return { text, paint };
}

function rowText({ clock, gap, frames, left, middle, right }: Cells, layout: Layout): string {
  const space = ' '.repeat(SPACE);
  const times = [
    ...(layout.clock > 0 ? [padStart(clock, layout.clock)] : []),
    ...(layout.gap > 0 ? [padStart(gap, layout.gap)] : []),
    padStart(frames, layout.frames),
  ].join(space);
  const text = `${times}${space}${padEnd(left, layout.margin)} ${middle} ${right.paint(right.text)}`;
  return text.trimEnd();
}

function padStart({ text, paint }: Cell, width: number): string {
  return `${' '.repeat(Math.max(0, width - text.length))}${text === '' ? '' : paint(text)}`;
}

function padEnd({ text, paint }: Cell, width: number): string {
  return `${text === '' ? '' : paint(text)}${' '.repeat(Math.max(0, width - text.length))}`;
}

function noteLines(notes: readonly Note[], width: number, colors: Colors, clean: LadderOptions['clean']): Cell[] {
  return notes.flatMap(({ text, kind }) => {
    const paint = kind === 'error' ? colors.red : kind === 'call' ? colors.bold : colors.cyan;
    return wrap(clean(text), width).map((line) => cell(line, paint));
  });
}

/** From the end of one row to the beginning of the next, in seconds. */
function gapSeconds({ step: before }: DrawnStep, { step }: DrawnStep): number {
  return secondsBetween(before.endTime, step.time);
}

function gapText(before: DrawnStep, drawn: DrawnStep): string {
  const seconds = gapSeconds(before, drawn);
  return seconds < 0 ? duration(seconds) : `+${duration(seconds)}`;
}

function arrowPaint(drawn: DrawnStep, colors: Colors): (text: string) => string {
  const { step, isUnanswered } = drawn;
  if (step.kind === 'icmp' || step.isReset) return colors.red;
  if (isResent(drawn) || isUnanswered || step.missing > 0) return colors.yellow;
  return String;
}
