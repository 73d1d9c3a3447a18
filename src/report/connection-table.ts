import type { Colors } from 'picocolors/types.js';
import type { SortKey } from '../analyze.ts';
import type { Close, Connection, Protocol, Severity } from '../record.ts';
import { type Column, fitColumns, line } from './columns.ts';
import { endpointText, streamText } from './endpoint.ts';
import { bytes, count, duration, interval, secondsBetween, timeOffset, utc } from './units.ts';

export const CONNECTION_COLUMNS: readonly Column[] = [
  { heading: 'stream', align: 'left' },
  { heading: 'client', align: 'left', shrinkTo: 21, keepEnd: true },
  { heading: 'server', align: 'left', shrinkTo: 21, keepEnd: true },
  { heading: 'start', align: 'right', dispensable: 3 },
  { heading: 'lasted', align: 'right', dispensable: 2 },
  { heading: 'packets', align: 'right', dispensable: 6 },
  { heading: 'sent', align: 'right', dispensable: 4 },
  { heading: 'received', align: 'right', dispensable: 5 },
  { heading: 'connect', align: 'right', lastResort: 1 },
  { heading: 'close', align: 'left', lastResort: 2 },
  { heading: 'problems', align: 'left', shrinkTo: 20 },
  { heading: 'the application saw', align: 'left', dispensable: 1 },
];
/** Where it was asked for. */
export const PROCESS_COLUMN: Column = { heading: 'process', align: 'left', shrinkTo: 12 };
const START = 3;
const LASTED = 4;
const CONNECT = 8;
const CLOSE = 9;
const PROBLEMS = 10;
const SAW = 11;

/** A connection as a row of the table; times are filled in when start and clock of the capture are known. */
export interface ConnectionRow {
  cells: string[];
  protocol: Protocol;
  stream: number;
  start: string;
  lasted: number;
  /** How long connect() blocked; null where there is no such time. */
  connect: number | null;
  worst: Severity | null;
}

/** @param processes the text of PROCESS_COLUMN, where that was asked for */
export function connectionRow(record: Connection, processes?: (record: Connection) => string): ConnectionRow {
  const { fromClient, fromServer } = record;
  return {
    protocol: record.protocol,
    stream: record.stream,
    start: record.start,
    lasted: record.duration,
    connect: record.handshake?.outcome === 'completed' ? record.handshake.connectTime : null,
    worst: worstOf(record),
    cells: [
      streamText(record),
      endpointText(record.client),
      endpointText(record.server),
      '',
      '',
      count(fromClient.packets + fromServer.packets),
      bytes(fromClient.bytes),
      bytes(fromServer.bytes),
      record.handshake?.outcome ?? '',
      closeText(record.close),
      [...new Set(record.findings.map((finding) => finding.code))].join(', '),
      sawText(record.sockets),
      ...(processes === undefined ? [] : [processes(record)]),
    ],
  };
}

/** 'client ECONNRESET': which error was left on whose socket. */
function sawText({ client, server }: Connection['sockets']): string {
  return [client.error === null ? '' : `client ${client.error}`, server.error === null ? '' : `server ${server.error}`]
    .filter((text) => text !== '')
    .join(', ');
}

/** 'graceful, client': how it ended and which side began to end it. */
function closeText(close: Close | null): string {
  if (close === null) return '';
  return close.firstCloser === null ? close.style : `${close.style}, ${close.firstCloser}`;
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

function worstOf({ findings }: Connection): Severity | null {
  return SEVERITIES.find((severity) => findings.some((finding) => finding.severity === severity)) ?? null;
}

export function severityPaint(colors: Colors, severity: Severity | null): (text: string) => string {
  if (severity === 'error') return colors.red;
  if (severity === 'warning') return colors.yellow;
  return String;
}

/** How the times of a capture are shown. */
export interface TimeLook {
  /** Start of the capture, from which times count; null: absolute times (UTC). */
  start: string | null;
  /** That the clock of the capture has after the point of a second. */
  digits: number;
}

/** How the table is shown. */
export interface TableLook extends TimeLook {
  width: number;
  colors: Colors;
  /** Whose column stays longest. */
  sortedBy: SortKey | null;
}

/** Columns that show what a table is sorted by. */
const SORTED_BY: Partial<Record<SortKey, readonly string[]>> = {
  start: ['start'],
  duration: ['lasted'],
  packets: ['packets'],
  bytes: ['sent', 'received'],
};

export function* connectionTable(given: readonly ConnectionRow[], look: TableLook): Generator<string> {
  const { width, colors, sortedBy } = look;
  const wanted = sortedBy === null ? [] : (SORTED_BY[sortedBy] ?? []);
  const hasProcesses = given.some(({ cells }) => cells.length > CONNECTION_COLUMNS.length);
  const columns = [...CONNECTION_COLUMNS, ...(hasProcesses ? [PROCESS_COLUMN] : [])].map((column) => {
    const { dispensable, ...kept } = column;
    return wanted.includes(column.heading) ? { ...kept, lastResort: 0 } : column;
  });
  const rows = given.map((row) => ({ ...row, cells: cellsOf(row, look) }));
  const isEmpty = (column: number) => rows.every(({ cells }) => cells[column] === '');
  // The last ones first: the others keep their places.
  for (const column of [SAW, PROBLEMS, CLOSE, CONNECT].filter(isEmpty)) {
    columns.splice(column, 1);
    for (const { cells } of rows) cells.splice(column, 1);
  }
  const problems = columns.findIndex(({ heading }) => heading === 'problems');
  const layout = fitColumns(
    columns,
    rows.map((row) => row.cells),
    width,
  );
  const headings = columns.map(({ heading }) => heading);
  yield `${colors.bold(line(columns, layout, headings))}\n`;
  for (const { cells, worst } of rows) {
    const paint = severityPaint(colors, worst);
    yield `${line(columns, layout, cells, (text, column) => (column === problems ? paint(text) : text))}\n`;
  }
}

/** The cells of a row with its times. */
function cellsOf({ cells, start, lasted, connect }: ConnectionRow, times: TimeLook): string[] {
  const filled = [...cells];
  const { digits } = times;
  filled[START] = times.start === null ? utc(start, digits) : timeOffset(secondsBetween(times.start, start), digits);
  filled[LASTED] = duration(lasted, digits);
  if (connect !== null) filled[CONNECT] = interval(connect, digits);
  return filled;
}
