import { wrappedTable } from '../report/wrapped-table.ts';
import type { Styles } from './styles.ts';
import { leastWidth, naturalWidth, type Piece, wrapPieces } from './words.ts';

const BETWEEN = 2;
const INDENT = 4;

/** Narrower than this a column of sentences is hard to read. */
const READABLE = 26;

/**
 * A table as wide as the terminal allows: columns share the width and wrap. Where they would get too narrow, each row
 * becomes its first cell with the others below it.
 * @param head cells of the heading; all may be empty
 */
export function tableText(head: Piece[][], rows: Piece[][][], width: number, styles: Styles): string {
  const titled = head.some((cell) => cell.length > 0);
  const bold = head.map((cell) => cell.map(({ text }) => ({ text, paint: styles.heading })));
  const all = titled ? [bold, ...rows] : rows;
  const widths = columnWidths(all, width);
  if (widths === null) return stacked(head, rows, width);
  const cells = all.map((row) => row.map((cell, i) => wrapPieces(cell, widths[i]).join('\n')));
  return wrappedTable(
    cells,
    Number.POSITIVE_INFINITY,
    head.map(() => 'left'),
  );
}

/** Each column gets what it needs, or its share of what is left; null where that is not enough to read. */
function columnWidths(rows: Piece[][][], width: number): number[] | null {
  const columns = rows[0].map((_, i) => rows.map((row) => row[i]));
  const natural = columns.map((cells) => Math.max(...cells.map(naturalWidth)));
  const least = columns.map((cells, i) => Math.max(...cells.map(leastWidth), Math.min(natural[i], READABLE)));
  let left = width - BETWEEN * (columns.length - 1);
  if (least.reduce((sum, each) => sum + each, 0) > left) return null;
  const widths: number[] = [];
  const order = natural.map((_, i) => i).sort((a, b) => natural[a] - natural[b]);
  let needed = least.reduce((sum, each) => sum + each, 0);
  order.forEach((column, at) => {
    needed -= least[column];
    const share = Math.floor(left / (order.length - at));
    widths[column] = Math.min(natural[column], Math.max(least[column], Math.min(share, left - needed)));
    left -= widths[column];
  });
  return widths;
}

function stacked(head: Piece[][], rows: Piece[][][], width: number): string {
  const below = ' '.repeat(INDENT);
  return rows
    .flatMap(([first, ...others]) => [
      ...wrapPieces(first, width),
      ...others.flatMap((cell, i) => {
        if (cell.length === 0) return [];
        // The second column explains the first; from the third on a reader needs to be told what it is.
        const label = i === 0 ? [] : head[i + 1].map(({ text, paint }) => ({ text: `${text}: `, paint }));
        return wrapPieces([...label, ...cell], width - INDENT).map((line) => below + line);
      }),
    ])
    .map((line) => `${line}\n`)
    .join('');
}
