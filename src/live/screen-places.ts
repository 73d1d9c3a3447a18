import type { List } from './screen-lines.ts';

/** What failed, who is slow, what is open, who sends most. */
export type Lists = readonly [failures: List, slowest: List, states: List, talkers: List];

/** Text with colours, and how many columns it takes. */
export interface Painted {
  text: string;
  length: number;
}

/** Makes a list's lines, as many of them as it is given. */
type ToLines = (list: List, width: number, lines: number) => Painted[];

/** Lists that stand side by side, with the columns that each takes. */
type Band = readonly { list: List; width: number }[];

/** Columns between two lists. */
const BETWEEN = 3;
/** An empty line, the title, headings and one row; of a list without rows what is said instead. */
const LEAST = 4;
const LEAST_EMPTY = 3;
/** Rows of the first list that come before the other lists. */
const FIRST_ROWS = 3;

/**
 * Where lists stand at a width: each over the whole width under the others, or some side by side where nothing of them
 * has to be cut for that. Lists that stand side by side leave more lines to all, so a wider terminal shows no less.
 *
 * @param widthOf columns that a list takes when nothing of it is cut
 */
export function placesOf(lists: Lists, widthOf: (list: List) => number, width: number): Places {
  const [failures, slowest, states, talkers] = lists;
  const haveRoom = (...band: List[]) => band.reduce((sum, list) => sum + widthOf(list) + BETWEEN, -BETWEEN) <= width;
  if (haveRoom(slowest, talkers, states)) {
    return new Places(lists, [whole(failures, width), split([slowest, talkers, states], widthOf, width)]);
  }
  if (haveRoom(slowest, states)) {
    const pair = split([slowest, states], widthOf, width);
    return new Places(lists, [whole(failures, width), pair, whole(talkers, width)]);
  }
  return new Places(
    lists,
    lists.map((list) => whole(list, width)),
  );
}

export class Places {
  readonly #lists: Lists;
  readonly #bands: readonly Band[];

  constructor(lists: Lists, bands: readonly Band[]) {
    this.#lists = lists;
    this.#bands = bands;
  }

  /** The lists in so many lines. */
  linesOf(room: number, toLines: ToLines): string[] {
    const heights = this.#heights(room);
    return this.#bands.flatMap((band) => {
      const lines = this.#linesOf(band, heights);
      if (lines === 0) return [];
      const columns = band.map(({ list, width }) => {
        const own = Math.min(heights.get(list) ?? 0, lines);
        return { width, lines: own === 0 ? [] : toLines(list, width, own - 1) };
      });
      return ['', ...Array.from({ length: lines - 1 }, (_, i) => besides(columns, i))];
    });
  }

  /**
   * How many lines each list gets. Room is handed out step by step, always in the same order and until a step finds no
   * room, so that who has more room takes the same steps and further ones. What costs nothing is added at the end.
   */
  #heights(room: number): Map<List, number> {
    const heights = new Map<List, number>();
    for (const [list, lines] of stepsOf(this.#lists)) {
      const before = heights.get(list) ?? 0;
      heights.set(list, before + lines);
      if (this.#bands.reduce((sum, band) => sum + this.#linesOf(band, heights), 0) <= room) continue;
      heights.set(list, before);
      break;
    }
    for (const band of this.#bands) {
      const lines = this.#linesOf(band, heights);
      for (const { list } of band) if (leastOf(list) <= lines) heights.set(list, Math.min(wantedBy(list), lines));
    }
    return heights;
  }

  #linesOf(band: Band, heights: ReadonlyMap<List, number>): number {
    return Math.max(...band.map(({ list }) => heights.get(list) ?? 0));
  }
}

/** Some rows of the first list, one of each other, then one more to whoever has the fewest lines. */
function* stepsOf(lists: Lists): Generator<[List, number]> {
  const heights = lists.map(() => 0);
  for (const [i, list] of lists.entries()) {
    heights[i] = leastOf(list);
    yield [list, heights[i]];
    const first = i === 0 ? Math.min(wantedBy(list), LEAST + FIRST_ROWS - 1) : 0;
    for (; heights[i] < first; heights[i]++) yield [list, 1];
  }
  for (;;) {
    const hungry = lists.map((list, i) => (heights[i] < wantedBy(list) ? heights[i] : Number.POSITIVE_INFINITY));
    const least = Math.min(...hungry);
    if (least === Number.POSITIVE_INFINITY) return;
    const i = hungry.indexOf(least);
    heights[i]++;
    yield [lists[i], 1];
  }
}

function leastOf({ rows }: List): number {
  return rows.length === 0 ? LEAST_EMPTY : LEAST;
}

function wantedBy({ rows }: List): number {
  return rows.length === 0 ? LEAST_EMPTY : LEAST - 1 + rows.length;
}

function whole(list: List, width: number): Band {
  return [{ list, width }];
}

/** Each gets what it takes; the rest of the line is the last one's. */
function split(lists: List[], widthOf: (list: List) => number, width: number): Band {
  const last = lists.length - 1;
  const before = lists.slice(0, last).reduce((sum, list) => sum + widthOf(list) + BETWEEN, 0);
  return lists.map((list, i) => ({ list, width: i === last ? width - before : widthOf(list) }));
}

function besides(columns: { width: number; lines: Painted[] }[], i: number): string {
  return columns
    .map(({ width, lines }, column) => {
      const { text, length } = lines[i] ?? { text: '', length: 0 };
      return column === columns.length - 1 ? text : text + ' '.repeat(width + BETWEEN - length);
    })
    .join('')
    .trimEnd();
}
