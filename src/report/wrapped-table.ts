import Table from 'cli-table3';
import { isOnlyAscii, toAscii } from './ascii.ts';

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** Narrower than this a column of words is no longer readable; the terminal folds the line instead. */
const NARROWEST = 24;

/** The space in '3.4 ms' is no place to wrap: a private character stands for it (cli-table3 wraps at no-break spaces). */
const BEFORE_UNIT = /(?<=\d) (?=[nµm]?s\b|[kMGTP]?B\b|UTC)/g;
const NO_BREAK = '\ue000';

/**
 * A table without lines whose last column takes what is left of the width and wraps within it.
 * For some dozens of rows: wrapping costs half a millisecond a row.
 */
export function wrappedTable(given: string[][], width: number, align: ('left' | 'right')[]): string {
  const rows = isOnlyAscii() ? given.map((row) => row.map((text) => toAscii(text))) : given;
  const last = align.length - 1;
  const widths = align.map((_, i) => Math.max(...rows.flatMap((row) => row[i].split('\n').map(visibleLength))));
  const left = widths.slice(0, last).reduce((sum, w) => sum + w + NO_LINES.middle.length, 0);
  const room = Math.max(NARROWEST, width - left);
  const wordWrap = widths[last] > room;
  if (wordWrap) widths[last] = room;
  const table = new Table({
    chars: NO_LINES,
    colWidths: widths,
    colAligns: align,
    wordWrap,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...rows.map((row) => row.map((text) => text.replaceAll(BEFORE_UNIT, NO_BREAK))));
  return table
    .toString()
    .replaceAll(NO_BREAK, ' ')
    .split('\n')
    .map((text) => `${text.trimEnd()}\n`)
    .join('');
}

/** How many columns a text takes, without its colours. */
export function visibleLength(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of picocolors are control sequences
  return text.replaceAll(/\u001b\[\d+m/g, '').length;
}
