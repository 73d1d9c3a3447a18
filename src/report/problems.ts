import type { Colors } from 'picocolors/types.js';
import type { ProblemGroup, Summary } from '../summary.ts';
import { SEVERITY_ORDER } from '../track/finding-list.ts';
import { type Column, fitColumns, line } from './columns.ts';
import { severityPaint, type TimeLook } from './connection-table.ts';
import { endpointText, streamText } from './endpoint.ts';
import { printable } from './printable.ts';
import { sparkline } from './sparkline.ts';
import { count, counted, duration, secondsBetween, utc } from './units.ts';

/** Rows shown unless the user wants all. */
export const PROBLEMS_SHOWN = 10;

const SPARK_CELLS = 16;
/** From so many clients on their number is an estimate. */
const ESTIMATED_FROM = 64;

const CODES = 1;
const SPARK = 3;
const COLUMNS: readonly Column[] = [
  { heading: '', align: 'right' },
  { heading: '', align: 'left', shrinkTo: 24 },
  { heading: '', align: 'left', shrinkTo: 26, keepEnd: true },
  { heading: '', align: 'left', dispensable: 1 },
  { heading: '', align: 'left' },
];
const DETAILS = COLUMNS.length;
/** So much of the details is worth a place in the row; what is more may be cut. */
const DETAILS_WORTH = 60;
const WITH_DETAILS: readonly Column[] = [...COLUMNS, { heading: '', align: 'left', shrinkTo: DETAILS_WORTH }];

/** Findings after which the side that they are about had read its peer's end of file, and no error. */
const AFTER_END_OF_FILE: ReadonlySet<string> = new Set(['long-close-wait', 'half-closed', 'close-wait-leak']);

/** How problems are shown. */
export interface ProblemLook extends TimeLook {
  width: number;
  colors: Colors;
}

/** Groups that are one event: the worst of them, and their codes, worst first. */
export interface ProblemRow {
  group: ProblemGroup;
  codes: string[];
}

/** Worst first; groups that hold exactly the same connections are one. */
export function problemRows({ problems }: Summary): ProblemRow[] {
  const severities = new Map(problems.map(({ code, severity }) => [code, SEVERITY_ORDER[severity]]));
  const taken = new Set<string>();
  const rows: ProblemRow[] = [];
  for (const group of problems) {
    const place = `${group.protocol} ${endpointText(group.server)}`;
    if (taken.has(`${group.code} ${place}`)) continue;
    const others = group.sameAs.filter((code) => !taken.has(`${code} ${place}`));
    others.sort((a, b) => (severities.get(a) ?? 0) - (severities.get(b) ?? 0) || a.localeCompare(b));
    for (const code of others) taken.add(`${code} ${place}`);
    rows.push({ group, codes: [group.code, ...others] });
  }
  return rows;
}

/** The heading of the problems, with the span of the capture over the column of histograms, and the lines of each row. */
export interface ProblemText {
  heading: string;
  rows: string[][];
}

/**
 * Each row on one line, where there is room for most of what is to be said; else on two, of which the second says what was seen,
 * when, and in words.
 */
export function problemText(rows: readonly ProblemRow[], summary: Summary, look: ProblemLook): ProblemText {
  const { width, colors } = look;
  const title = rows.every(({ group }) => group.severity === 'note') ? 'Notes' : 'Problems';
  const cells = rows.map((row) => cellsOf(row, summary));
  const details = rows.map((row) => detailsOf(row, look));
  const whole = cells.map((row, i) => [...row, details[i].join('; ')]);
  const isWide = widthOf(cells.map((row, i) => [...row, details[i].join('; ').slice(0, DETAILS_WORTH)])) <= width;
  const columns = isWide ? WITH_DETAILS : COLUMNS;
  const layout = fitColumns(columns, isWide ? whole : cells, width);
  const indent = ' '.repeat(layout.widths[0] + 2);
  const texts = (isWide ? whole : cells).map((row, i) => {
    const paint = severityPaint(colors, rows[i].group.severity);
    const first = line(columns, layout, row, (text, column) => {
      if (column === CODES) return paint(text);
      return column === DETAILS ? colors.dim(text) : text;
    });
    const second = cutTo(`${indent}${details[i].join('; ')}`, width);
    return isWide || second.trim() === '' ? [first] : [first, colors.dim(second)];
  });
  const sparkEnd = layout.shown.includes(SPARK)
    ? layout.widths.slice(0, SPARK + 1).reduce((sum, each) => sum + each + 2, 0) - 2
    : 0;
  return { heading: headingOf(title, sparkEnd, summary, look), rows: texts };
}

function widthOf(rows: readonly string[][]): number {
  if (rows.length === 0) return 0;
  return rows[0].reduce((sum, _, i) => sum + Math.max(...rows.map((row) => row[i].length)) + 2, -2);
}

function cellsOf({ group, codes }: ProblemRow, { start, duration: seconds }: Summary): string[] {
  const { protocol, example, times } = group;
  return [
    `${count(group.count)} ×`,
    codes.join(', '),
    `${clientsText(group)} → ${endpointText(group.server)}`,
    start === null ? '' : sparkline(times, start, seconds, SPARK_CELLS),
    streamText({ protocol, stream: example }),
  ];
}

/** '10.0.0.7', '3 clients', '≈1,200 clients'. */
function clientsText({ client, clients }: ProblemGroup): string {
  if (client !== null) return printable(client);
  if (clients < ESTIMATED_FROM) return counted(clients, 'client');
  // Of an estimate two digits are enough.
  const scale = 10 ** (Math.floor(Math.log10(clients)) - 1);
  return `≈${count(Math.round(clients / scale) * scale)} clients`;
}

function detailsOf({ group }: ProblemRow, look: TimeLook): string[] {
  return [sawText(group), whenText(group, look), group.message].filter((text) => text !== '');
}

/** 'client ECONNRESET'; where not all connections of the group were left with it, on how many it was. */
function sawText({ code, side, errors, count: connections }: ProblemGroup): string {
  const texts = errors.map(
    (each) => `${each.side} ${each.error}${each.count < connections ? ` (${count(each.count)})` : ''}`,
  );
  if (texts.length === 0 && side !== null && AFTER_END_OF_FILE.has(code)) return `${side} end of file`;
  return texts.join(', ');
}

/** 'at 3.2 s', '3.2 s to 8.1 s'; absolute where the look says so. */
function whenText({ firstTime, lastTime }: ProblemGroup, { start, digits }: TimeLook): string {
  if (start === null) {
    const [first, last] = [utc(firstTime, digits), utc(lastTime, digits)];
    const [firstDay, lastDay] = [first, last].map((text) => text.split(' ')[0]);
    if (first === last) return `at ${first}`;
    return `${first} to ${firstDay === lastDay ? last.slice(lastDay.length + 1) : last}`;
  }
  const [first, last] = [firstTime, lastTime].map((time) => duration(secondsBetween(start, time), digits));
  return first === last ? `at ${first}` : `${first} to ${last}`;
}

/** The span of the capture ends where the histograms do. */
function headingOf(title: string, sparkEnd: number, summary: Summary, { start, digits, colors }: ProblemLook): string {
  const { start: from, end, duration: seconds } = summary;
  if (sparkEnd === 0 || from === null || end === null || !(seconds > 0)) return colors.bold(title);
  const [first, last] =
    start === null
      ? [from, end].map((time) => utc(time, 0).slice(-'hh:mm:ss'.length))
      : ['0 s', duration(seconds, digits)];
  const rule = Math.max(2, SPARK_CELLS - first.length - last.length - 2);
  const span = `${first} ${'─'.repeat(rule)} ${last}`;
  const gap = sparkEnd - title.length - span.length;
  return gap < 2 ? colors.bold(title) : `${colors.bold(title)}${' '.repeat(gap)}${colors.dim(span)}`;
}

function cutTo(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1).trimEnd()}…`;
}

/** '' where nothing is left out. */
export function problemsLeftOut({ problemsNotListed }: Summary, hidden: number): string {
  const parts = [];
  if (hidden > 0) parts.push(`${count(hidden)} more: --all`);
  if (problemsNotListed > 0) parts.push(`${counted(problemsNotListed, 'more problem')} at servers that are not listed`);
  return parts.length === 0 ? '' : `… ${parts.join('; ')}`;
}
