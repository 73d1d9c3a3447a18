import type { Colors } from 'picocolors/types.js';
import { PORT_SCAN } from '../port-scans.ts';
import type { ProblemGroup, Summary } from '../summary.ts';
import { SEVERITY_ORDER } from '../track/finding-list.ts';
import { type Column, fitColumns, type Layout, line } from './columns.ts';
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
const SAID = 3;
const SPARK = 5;
/** What is said may be cut to this, which holds an error; for so much of it the histogram goes, or a second line is taken. */
const SAID_LEAST = 19;
const SAID_WORTH = 36;
/** '100.100.100.100 → 100.100.100.200:50000': addresses are what one searches for, so histogram and words go first. */
const BETWEEN_LEAST = 39;
/** The example stands last: it is what one types next. */
const COLUMNS: readonly Column[] = [
  { heading: '', align: 'right' },
  { heading: '', align: 'left', shrinkTo: 24 },
  { heading: '', align: 'left', shrinkTo: BETWEEN_LEAST, keepEnd: true },
  { heading: '', align: 'left', shrinkTo: SAID_LEAST },
  { heading: '', align: 'left' },
  { heading: '', align: 'left', dispensable: 1 },
  { heading: '', align: 'left' },
];
const ONE_LINE = [0, 1, 2, 3, 4, 5, 6];
const WITHOUT_HISTOGRAM = [0, 1, 2, 3, 4, 6];
const FIRST_OF_TWO = [0, 1, 2, 5, 6];
/** From this width on a problem is one line, whatever has to be cut. */
const ALWAYS_ONE_LINE = 120;

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
  const taken = new Set<ProblemGroup>();
  const places = new Map<string, ProblemGroup[]>();
  for (const group of problems) {
    const there = places.get(placeOf(group));
    if (there === undefined) places.set(placeOf(group), [group]);
    else there.push(group);
  }
  const rows: ProblemRow[] = [];
  for (const group of problems) {
    if (taken.has(group)) continue;
    const there = places.get(placeOf(group)) ?? [];
    const others = there.filter((other) => !taken.has(other) && isSameEvent(group, other));
    others.sort((a, b) => SEVERITY_ORDER[a.severity] - SEVERITY_ORDER[b.severity] || a.code.localeCompare(b.code));
    for (const other of others) taken.add(other);
    rows.push({ group, codes: [group, ...others].map(({ code }) => code) });
  }
  return rows;
}

function placeOf({ protocol, server }: ProblemGroup): string {
  return `${protocol} ${endpointText(server)}`;
}

/** Do both, of one server, hold exactly the same connections? */
function isSameEvent(group: ProblemGroup, other: ProblemGroup): boolean {
  return group.sameAs.includes(other.code) && other.sameAs.includes(group.code);
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
  const said = rows.map((row) => ({
    saw: sawText(row.group),
    when: whenText(row.group, look),
    words: wordsOf(row.group),
  }));
  const whole = rows.map((row, i) => {
    const [times, clients, ...last] = cellsOf(row, summary);
    const { saw, when, words } = said[i];
    return [times, row.codes.join(', '), clients, joined([saw, words]), when, ...last];
  });
  const places = placesOf(whole, width);
  const isOneLine = places !== FIRST_OF_TWO;
  const columns = places.map((place) => COLUMNS[place]);
  const cells = whole.map((row) => places.map((place) => row[place]));
  const layout = fitColumns(columns, cells, width);
  const indent = ' '.repeat(layout.widths[0] + 2);
  const texts = cells.map((row, i) => {
    const paint = severityPaint(colors, rows[i].group.severity);
    const first = line(columns, layout, row, (text, column) => (column === CODES ? paint(text) : text));
    const { saw, when, words } = said[i];
    return isOneLine ? [first] : [first, colors.dim(cutTo(`${indent}${joined([saw, when, words])}`, width))];
  });
  return { heading: headingOf(title, endOf(places.indexOf(SPARK), layout), summary, look), rows: texts };
}

/** Which columns the first line of each row has: all, where enough of what is said fits. */
function placesOf(rows: readonly string[][], width: number): readonly number[] {
  const widths = COLUMNS.map(({ shrinkTo }, i) => {
    const widest = Math.max(0, ...rows.map((row) => row[i].length));
    return Math.min(widest, (i === SAID ? SAID_WORTH : shrinkTo) ?? widest);
  });
  const fits = (places: readonly number[]) => places.reduce((sum, i) => sum + widths[i] + 2, -2) <= width;
  if (fits(ONE_LINE)) return ONE_LINE;
  return fits(WITHOUT_HISTOGRAM) || width >= ALWAYS_ONE_LINE ? WITHOUT_HISTOGRAM : FIRST_OF_TWO;
}

/** Where a column ends; 0 where it is not shown. */
function endOf(column: number, { shown, widths }: Layout): number {
  const place = shown.indexOf(column);
  return shown.slice(0, place + 1).reduce((sum, i) => sum + widths[i] + 2, place === -1 ? 0 : -2);
}

function joined(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('; ');
}

/** How often, between whom, the histogram, and an example. */
function cellsOf({ group }: ProblemRow, { start, duration: seconds }: Summary): string[] {
  const { protocol, example, times } = group;
  return [
    `${count(group.count)} ×`,
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

/** The words of the example, unless they speak of its client or server where that differs from connection to connection. */
function wordsOf({ code, count: connections, side, message, client, server }: ProblemGroup): string {
  // The row names both hosts already.
  if (code === PORT_SCAN) return message.replace(`${client} asked for `, '').replace(` of ${server.address} `, ' ');
  return connections > 1 && side === null && /\b(client|server)\b/.test(message) ? '' : message;
}

/**
 * 'client ECONNRESET'; where not all connections of the group were left with it, on how many it was:
 * 'client EPIPE (2)', 'ECONNRESET: 26 server, 15 client'.
 */
function sawText({ code, side, errors, count: connections }: ProblemGroup): string {
  // Its words say how each attempt ended.
  if (code === PORT_SCAN) return '';
  if (errors.length === 0 && side !== null && AFTER_END_OF_FILE.has(code)) return `${side} end of file`;
  const [first] = errors;
  if (errors.length > 1 && errors.every(({ error, count: on }) => error === first.error && on < connections)) {
    return `${first.error}: ${errors.map((each) => `${count(each.count)} ${each.side}`).join(', ')}`;
  }
  return errors
    .map(({ side: on, error, count: times }) => `${on} ${error}${times < connections ? ` (${count(times)})` : ''}`)
    .join(', ');
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

/**
 * '' where nothing is left out. Says of what kinds the hidden rows are, as far as the width goes: the kind with most
 * connections may have no row of its own, where they are spread over many servers.
 */
export function problemsLeftOut({ problemsNotListed }: Summary, hidden: readonly ProblemRow[], width: number): string {
  const notListed =
    problemsNotListed > 0 ? `${counted(problemsNotListed, 'more problem')} at servers that are not listed` : '';
  if (hidden.length === 0) return notListed === '' ? '' : `… ${notListed}`;
  const text = (kinds: string) => `… ${joined([`${count(hidden.length)} more${kinds}: --all`, notListed])}`;
  const kinds = kindsOf(hidden);
  for (let named = kinds.length; named > 0; named--) {
    const shown = [...kinds.slice(0, named), ...(named < kinds.length ? ['…'] : [])];
    const whole = text(` (${shown.join(', ')})`);
    if (whole.length <= width) return whole;
  }
  return text('');
}

/** '4,169 unanswered', most connections first. */
function kindsOf(rows: readonly ProblemRow[]): string[] {
  const connections = new Map<string, number>();
  for (const { group } of rows) connections.set(group.code, (connections.get(group.code) ?? 0) + group.count);
  return [...connections].sort(([, a], [, b]) => b - a).map(([code, times]) => `${count(times)} ${code}`);
}
