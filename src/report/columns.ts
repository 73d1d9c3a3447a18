/** One-line rows in aligned columns, fitted to a width. */

export interface Column {
  heading: string;
  align: 'left' | 'right';
  /** Columns go, highest number first, where the terminal is too narrow for all; those without stay. */
  dispensable?: number;
  /** These go, highest number first, where it is still too narrow although all that can be cut is cut to where it stays readable. */
  lastResort?: number;
  /** May be cut to this many characters before a column is dropped; further only where nothing else helps. */
  shrinkTo?: number;
  /** Cut in the middle: a port at the end must stay. */
  keepEnd?: boolean;
}

export interface Layout {
  /** Indexes of the columns shown, and how wide each is. */
  shown: number[];
  widths: number[];
}

const GAP = '  ';
const NARROWEST = 12;

/** @param width columns of the terminal; Infinity: everything is shown whole */
export function fitColumns(columns: readonly Column[], rows: readonly string[][], width: number): Layout {
  const widths = columns.map(({ heading }) => heading.length);
  for (const row of rows) {
    for (let i = 0; i < widths.length; i++) if (row[i].length > widths[i]) widths[i] = row[i].length;
  }
  let shown = columns.map((_, i) => i);
  const total = (widthOf: (i: number) => number) =>
    shown.reduce((sum, i) => sum + widthOf(i), (shown.length - 1) * GAP.length);
  const shrunk = (i: number) => Math.min(widths[i], columns[i].shrinkTo ?? widths[i]);
  const order = shown.filter((i) => columns[i].dispensable !== undefined);
  order.sort((a, b) => (columns[b].dispensable ?? 0) - (columns[a].dispensable ?? 0));
  for (const drop of order) {
    if (total(shrunk) <= width) break;
    shown = shown.filter((i) => i !== drop);
  }

  const full = (i: number) => widths[i];
  const narrow = (i: number) => (columns[i].shrinkTo === undefined ? widths[i] : Math.min(shrunk(i), NARROWEST));
  const resort = shown.filter((i) => columns[i].lastResort !== undefined);
  resort.sort((a, b) => (columns[b].lastResort ?? 0) - (columns[a].lastResort ?? 0));
  for (const drop of resort) {
    if (total(shrunk) <= width) break;
    shown = shown.filter((i) => i !== drop);
  }
  const least = total(shrunk) <= width ? shrunk : narrow;
  const limits = columns.map((column, i) => (column.shrinkTo === undefined ? widths[i] : least(i)));
  while (total(full) > width) {
    const shrinkable = shown.filter((i) => widths[i] > limits[i]);
    if (shrinkable.length === 0) break;
    widths[shrinkable.reduce((widest, i) => (widths[i] > widths[widest] ? i : widest))]--;
  }
  return { shown, widths };
}

/** @param paint colours the text of a cell */
export function line(
  columns: readonly Column[],
  { shown, widths }: Layout,
  cells: readonly string[],
  paint: (text: string, column: number) => string = (text) => text,
): string {
  const padded = shown.map((i, at) => {
    const text = cut(cells[i], widths[i], columns[i].keepEnd === true);
    const gap = ' '.repeat(widths[i] - text.length);
    if (columns[i].align === 'right') return gap + (text === '' ? '' : paint(text, i));
    return (text === '' ? '' : paint(text, i)) + (at === shown.length - 1 ? '' : gap);
  });
  return padded.join(GAP).trimEnd();
}

const END_KEPT = 6;

function cut(text: string, width: number, keepEnd: boolean): string {
  if (text.length <= width) return text;
  const end = keepEnd ? text.slice(-END_KEPT) : '';
  return `${text.slice(0, width - 1 - end.length).trimEnd()}…${end}`;
}
