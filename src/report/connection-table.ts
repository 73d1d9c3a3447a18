import type { Colors } from 'picocolors/types.js';
import type { Close, Connection, Handshake, Severity } from '../record.ts';
import { type Column, fitColumns, line } from './columns.ts';
import { endpointText, streamText } from './endpoint.ts';
import { bytes, count, duration, secondsBetween, utc } from './units.ts';

export const CONNECTION_COLUMNS: readonly Column[] = [
  { heading: 'stream', align: 'left' },
  { heading: 'client', align: 'left', shrinkTo: 21, keepEnd: true },
  { heading: 'server', align: 'left', shrinkTo: 21, keepEnd: true },
  { heading: 'start', align: 'right', dispensable: 2 },
  { heading: 'lasted', align: 'right', dispensable: 1 },
  { heading: 'packets', align: 'right', dispensable: 5 },
  { heading: 'sent', align: 'right', dispensable: 3 },
  { heading: 'received', align: 'right', dispensable: 4 },
  { heading: 'connect', align: 'right' },
  { heading: 'close', align: 'left' },
  { heading: 'problems', align: 'left', shrinkTo: 16 },
];
/** Where it was asked for. */
export const PROCESS_COLUMN: Column = { heading: 'process', align: 'left', shrinkTo: 12 };
const START = 3;
const PROBLEMS = 10;

/** A connection as a row of the table; its start is filled in when the start of the capture is known. */
export interface ConnectionRow {
  cells: string[];
  start: string;
  worst: Severity | null;
}

/** @param processes the text of PROCESS_COLUMN, where that was asked for */
export function connectionRow(record: Connection, processes?: (record: Connection) => string): ConnectionRow {
  const { fromClient, fromServer } = record;
  return {
    start: record.start,
    worst: worstOf(record),
    cells: [
      streamText(record),
      endpointText(record.client),
      endpointText(record.server),
      '',
      duration(record.duration),
      count(fromClient.packets + fromServer.packets),
      bytes(fromClient.bytes),
      bytes(fromServer.bytes),
      connectText(record.handshake),
      closeText(record.close),
      record.findings.map((finding) => finding.code).join(', '),
      ...(processes === undefined ? [] : [processes(record)]),
    ],
  };
}

/** How long connect() blocked, or why there is no such time. */
function connectText(handshake: Handshake | null): string {
  if (handshake === null) return '';
  if (handshake.outcome === 'completed' && handshake.connectTime !== null) return duration(handshake.connectTime);
  return handshake.outcome;
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

/** @param captureStart null: absolute times (UTC) */
export function* connectionTable(
  rows: ConnectionRow[],
  captureStart: string | null,
  width: number,
  colors: Colors,
): Generator<string> {
  for (const { cells, start } of rows) {
    cells[START] = captureStart === null ? utc(start) : `${secondsBetween(captureStart, start).toFixed(6)} s`;
  }
  const columns = rows.some(({ cells }) => cells.length > CONNECTION_COLUMNS.length)
    ? [...CONNECTION_COLUMNS, PROCESS_COLUMN]
    : CONNECTION_COLUMNS;
  const layout = fitColumns(
    columns,
    rows.map((row) => row.cells),
    width,
  );
  const headings = columns.map(({ heading }) => heading);
  yield `${colors.bold(line(columns, layout, headings))}\n`;
  for (const { cells, worst } of rows) {
    const paint = severityPaint(colors, worst);
    yield `${line(columns, layout, cells, (text, column) => (column === PROBLEMS ? paint(text) : text))}\n`;
  }
}
