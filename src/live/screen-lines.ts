import type { Colors } from 'picocolors/types.js';
import { type Column, fitColumns, line } from '../report/columns.ts';
import { printable } from '../report/printable.ts';
import { bytes, count, counted, duration } from '../report/units.ts';
import { type Lists, type Painted, placesOf } from './screen-places.ts';
import type { LiveSnapshot } from './snapshot.ts';

/** Columns between two of a table. */
const GAP = 2;

/** A part of the screen with a title and a table. */
export interface List {
  title: string;
  columns: readonly Column[];
  rows: string[][];
  /** Column to paint, and in what colour. */
  paint?: { column: number; color: (text: string) => string };
  /** Said where there are no rows. */
  none: string;
}

/**
 * The screen of a live session as lines of at most `width` columns, at most `height` of them: how fast, how much, what
 * is open, what failed, who is slow, who sends most. Where there is little room lists are cut and the last ones left
 * out; a terminal that is wider or higher never shows less.
 *
 * @param widest how wide the lists have been so far, by their titles; it grows, so that they keep their places
 */
export function screenLines(
  snapshot: LiveSnapshot,
  width: number,
  height: number,
  colors: Colors,
  widest: Map<string, number> = new Map(),
): string[] {
  const top = [heading(snapshot, width, colors), ...summaryLines(snapshot, width, colors)];
  const lists: Lists = [failures(snapshot, colors), slowest(snapshot), states(snapshot), talkers(snapshot)];
  for (const list of lists) widest.set(list.title, Math.max(widest.get(list.title) ?? 0, widthOf(list)));
  const places = placesOf(lists, (list) => widest.get(list.title) ?? 0, width);
  const below = places.linesOf(height - top.length, (list, its, lines) => listLines(list, its, lines, colors));
  return [...top, ...below].slice(0, Math.max(0, height));
}

/** How long it has run and how it ends are said first; what is captured, and how, where there is room for it, too. */
function heading({ source, how, elapsed }: LiveSnapshot, width: number, colors: Colors): string {
  const right = `${clock(elapsed)}  q: end and report`;
  const parts = ['sockscope live', source, how].filter((text) => text !== '').map(printable);
  while (parts.length > 1 && parts.join('  ').length + 2 + right.length > width) parts.pop();
  const left = parts.join('  ');
  const gap = width - left.length - right.length;
  const text = gap >= 2 ? left + ' '.repeat(gap) + right : left;
  return colors.inverse(cut(text, width).padEnd(width));
}

function summaryLines(snapshot: LiveSnapshot, width: number, colors: Colors): string[] {
  const { perSecond, totals, open, evicted } = snapshot;
  const rates = [
    `${rate(perSecond.packets)} packets/s`,
    bitRate(perSecond.wireBytes * 8),
    `${rate(perSecond.connections)} connections/s`,
    `${rate(perSecond.failures)} failed/s`,
  ];
  const amounts = [
    counted(totals.packets, 'packet'),
    bytes(totals.wireBytes),
    counted(totals.connections, 'connection'),
    `${count(totals.failures)} failed to open`,
  ];
  const kinds = Object.entries({ TCP: open.tcp, UDP: open.udp, SCTP: open.sctp }).filter(([, n]) => n > 0);
  const opened = kinds.length === 0 ? 'none' : kinds.map(([name, n]) => `${count(n)} ${name}`).join(', ');
  const lines: [string, string[], (text: string) => string][] = [
    ['now', rates, String],
    ['all', amounts, String],
    ['open', [opened, ...(evicted > 0 ? [`${count(evicted)} given up (--max-connections)`] : [])], String],
    ['health', health(snapshot), isUnwell(snapshot) ? colors.yellow : String],
  ];
  if (snapshot.notice !== null) lines.push(['note', [printable(snapshot.notice)], colors.yellow]);
  return lines.map(([label, parts, paint], index) => {
    const text = cut(`${label.padEnd(8)}${parts.join(', ')}`, width);
    const room = width - text.length - 2;
    const painted = colors.dim(text.slice(0, 8)) + paint(text.slice(8));
    return index === 0 && room >= 8
      ? `${painted}  ${colors.cyan(sparkline(snapshot.bits, Math.min(room, 60)))}`
      : painted;
  });
}

function health({ drops, lag, memory, metrics }: LiveSnapshot): string[] {
  const parts = [drops === null ? 'drops not known' : `${count(drops)} dropped`];
  if (lag !== null) parts.push(`${duration(lag)} behind`);
  parts.push(`${bytes(memory)} memory`);
  if (metrics !== null) parts.push(`metrics at ${metrics}`);
  return parts;
}

/** Packets are missing, or the analysis cannot keep up. */
function isUnwell({ drops, lag }: LiveSnapshot): boolean {
  return (drops ?? 0) > 0 || (lag ?? 0) > 1;
}

const PROCESS: Column = { heading: 'process', align: 'left', shrinkTo: 8, dispensable: 2 };
const CLIENT: Column = { heading: 'client', align: 'left', shrinkTo: 21, keepEnd: true };
const SERVER: Column = { heading: 'server', align: 'left', shrinkTo: 21, keepEnd: true };

function failures({ failures: list, withProcesses }: LiveSnapshot, colors: Colors): List {
  const columns: Column[] = [
    { heading: 'time', align: 'left', dispensable: 3 },
    CLIENT,
    SERVER,
    { heading: 'error', align: 'left' },
    PROCESS,
    { heading: 'why', align: 'left', shrinkTo: 12, dispensable: 1 },
  ];
  const rows = list.map((each) => [each.time, each.client, each.server, each.error, each.process, each.message]);
  return {
    title: 'Failed last',
    ...withoutProcess(columns, rows, withProcesses),
    paint: { column: 3, color: colors.red },
    none: 'no connection has failed',
  };
}

function slowest({ slowest: list, withProcesses }: LiveSnapshot): List {
  const columns: Column[] = [
    { heading: 'connect', align: 'right' },
    CLIENT,
    SERVER,
    { heading: 'SYNs', align: 'right', dispensable: 1 },
    PROCESS,
  ];
  const rows = list.map(({ seconds, client, server, synRetransmissions, process }) => [
    duration(seconds),
    client,
    server,
    count(synRetransmissions + 1),
    process,
  ]);
  return {
    title: 'Slowest handshakes of the last two minutes',
    ...withoutProcess(columns, rows, withProcesses),
    none: 'none was completed',
  };
}

function states({ states: list }: LiveSnapshot): List {
  return {
    title: 'Open TCP connections by state',
    columns: [
      { heading: 'state', align: 'left' },
      { heading: 'clients', align: 'right' },
      { heading: 'servers', align: 'right' },
    ],
    rows: list.map(({ state, clients, servers }) => [state, count(clients), count(servers)]),
    none: 'none is open',
  };
}

function talkers({ talkers: list }: LiveSnapshot): List {
  return {
    title: 'Top talkers',
    columns: [{ heading: 'rate', align: 'right' }, CLIENT, SERVER],
    rows: list.map(({ rate: bits, client, server }) => [bitRate(bits), client, server]),
    none: 'nobody sends',
  };
}

function withoutProcess(columns: Column[], rows: string[][], withProcesses: boolean): Pick<List, 'columns' | 'rows'> {
  if (withProcesses) return { columns, rows };
  const at = columns.indexOf(PROCESS);
  const keep = (_: unknown, index: number) => index !== at;
  return { columns: columns.filter(keep), rows: rows.map((row) => row.filter(keep)) };
}

/** Of an empty list what is said instead of a table; else headings and rows. At least the first row is worth showing. */
function listLines(list: List, width: number, height: number, colors: Colors): Painted[] {
  const { columns, rows, title, none, paint } = list;
  const painted = (text: string, color: (text: string) => string): Painted => {
    const shown = cut(text, width);
    return { text: color(shown), length: shown.length };
  };
  const lines = [painted(title, colors.bold)];
  if (rows.length === 0) return [...lines, painted(none, colors.dim)].slice(0, height);
  const kept = rows.slice(0, Math.max(0, height - 2));
  // Which columns are shown depends on all rows, so that a higher terminal does not lose one to a row that it adds.
  const { shown } = fitColumns(columns, rows, width);
  const of = (cells: readonly string[]) => shown.map((i) => cells[i]);
  const shownColumns = shown.map((i) => columns[i]);
  const layout = fitColumns(shownColumns, kept.map(of), width);
  lines.push(painted(line(shownColumns, layout, of(columns.map((column) => column.heading))), colors.dim));
  for (const row of kept) {
    const plain = line(shownColumns, layout, of(row));
    if (plain.length > width || paint === undefined) lines.push(painted(plain, String));
    else {
      const color = (text: string, column: number) => (shown[column] === paint.column ? paint.color(text) : text);
      lines.push({ text: line(shownColumns, layout, of(row), color), length: plain.length });
    }
  }
  return lines.slice(0, height);
}

/** Columns that a list takes when nothing of it is cut. */
function widthOf({ title, columns, rows, none }: List): number {
  const { widths } = fitColumns(columns, rows, Number.POSITIVE_INFINITY);
  const table = widths.reduce((sum, each) => sum + each, GAP * (widths.length - 1));
  return Math.max(title.length, rows.length === 0 ? none.length : table);
}

function cut(text: string, width: number): string {
  return text.length <= width
    ? text
    : `${text.slice(0, Math.max(0, width - 1)).trimEnd()}…`.slice(0, Math.max(0, width));
}

const BARS = '▁▂▃▄▅▆▇█';

/** The last values as bars, the highest of them full. */
function sparkline(values: readonly number[], width: number): string {
  const shown = values.slice(-width);
  const most = Math.max(1, ...shown);
  return shown.map((value) => BARS[Math.round((value / most) * (BARS.length - 1))]).join('');
}

function rate(perSecond: number): string {
  return count(Math.round(perSecond));
}

/** 12.3 Mbit/s: decimal units, as of links. */
export function bitRate(bits: number): string {
  if (bits < 1000) return `${Math.round(bits)} bit/s`;
  let scaled = bits / 1000;
  let unit = 0;
  while (scaled >= 999.95 && unit < BIT_UNITS.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${scaled.toFixed(1)} ${BIT_UNITS[unit]}`;
}

const BIT_UNITS = ['kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'];

/** 0:00:07 */
function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}
