import { type ClosedQueue, dropClosed, isQueueFull, pushClosed } from './closed-queue.ts';
import { C_STATUS, C_STREAM, INT_STRIDE, ROW_CLOSED, ROW_RETIRED } from './columns.ts';
import type { Cursor } from './cursor.ts';
import { type FlowTable, removeFlow } from './flow-table.ts';
import { isQuiet, logQuiet, type QuietLog } from './quiet.ts';
import { freeRow, type Slab } from './slab.ts';
import { W_CLOSED_FIRST } from './words.ts';

/** Twice the maximum segment lifetime of 2 minutes (RFC 9293 3.4.2): after such a silence nothing of it can come. */
export const CLOSED_KEPT_SECONDS = 240;

/** Who is told of connections that leave the tables. */
export interface Hooks {
  /** Takes the connection of the row out of the tables and reports it. */
  retire(row: number): void;
}

/** The tables that connections leave. */
export interface Tables {
  readonly slab: Slab;
  readonly flows: FlowTable;
  readonly queue: ClosedQueue;
  readonly log: QuietLog;
}

/** The connection is over; it is reported when nothing of it can come any more. @param seconds capture time */
export function endConnection(cursor: Cursor, tables: Tables, seconds: number, hooks: Hooks): void {
  const { ints, at, row } = cursor;
  if ((ints[at + C_STATUS] & ROW_CLOSED) !== 0) return;
  ints[at + C_STATUS] |= ROW_CLOSED;
  if (isQueueFull(tables.queue)) reportOldest(tables, hooks);
  pushClosed(tables.queue, row, ints[at + C_STREAM], seconds + CLOSED_KEPT_SECONDS);
}

/** Reports the connection that has been closed for longest, if it was not reported already. */
export function reportOldest(tables: Tables, hooks: Hooks): void {
  const { slab, flows, queue, log } = tables;
  const { closed, words } = queue;
  const first = 2 * words[W_CLOSED_FIRST];
  const row = closed[first];
  const stream = closed[first + 1];
  dropClosed(queue);
  if (!isClosed(slab, row, stream)) return;
  if (isQuiet(slab, row)) {
    logQuiet(slab, log, row);
    removeFlow(flows, slab, row);
    freeRow(slab, row);
  } else {
    hooks.retire(row);
  }
}

/** The row still holds the closed connection that was queued. */
export function isClosed({ ints }: Slab, row: number, stream: number): boolean {
  const at = row * INT_STRIDE;
  return (ints[at + C_STATUS] & (ROW_CLOSED | ROW_RETIRED)) === ROW_CLOSED && ints[at + C_STREAM] === stream;
}
