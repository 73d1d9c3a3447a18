import { type ClosedQueue, dropClosed, isQueueFull, oldestRow, oldestStream, pushClosed } from './closed-queue.ts';
import {
  C_OLDER,
  C_STATUS,
  C_STREAM,
  FLOAT_STRIDE,
  INT_STRIDE,
  ROW_CLOSED,
  ROW_EVICTED,
  ROW_QUOTED,
  ROW_RETIRED,
  ROW_USED,
  T_UNTIL,
} from './columns.ts';
import type { Cursor } from './cursor.ts';
import { type EventPool, releaseEvents } from './events.ts';
import { type FlowTable, removeFlow } from './flow-table.ts';
import { olderRow } from './incarnations.ts';
import { freeRow, type Slab } from './slab.ts';
import { lastSeconds } from './times.ts';
import { UNUSUAL, USUAL_KEPT, usualShape } from './usual.ts';
import { addUp, type UsualSums } from './usual-sums.ts';
import { enterWaiting } from './waiting.ts';
import {
  N_CLOSED_DUE,
  N_NANOSECONDS,
  N_SECONDS,
  W_EVICTED,
  W_ROWS_HIGH,
  W_ROWS_USED,
  W_USUAL_CONNECTS,
} from './words.ts';

/** Twice the maximum segment lifetime of 2 minutes (RFC 9293 3.4.2): after such a silence nothing of it can come. */
export const CLOSED_KEPT_SECONDS = 240;

/** The tables that connections leave. */
export interface Tables {
  readonly slab: Slab;
  readonly flows: FlowTable;
  readonly queue: ClosedQueue;
  readonly events: EventPool;
  readonly usual: UsualSums;
}

/** The connection is over; it is reported when nothing of it can come any more. @param seconds capture time */
export function endConnection(cursor: Cursor, tables: Tables, seconds: number): void {
  const { ints, at, row } = cursor;
  if ((ints[at + C_STATUS] & ROW_CLOSED) !== 0) return;
  ints[at + C_STATUS] |= ROW_CLOSED;
  if (isQueueFull(tables.queue)) reportOldest(tables);
  pushClosed(tables.queue, row, ints[at + C_STREAM], seconds + CLOSED_KEPT_SECONDS);
}

/** Reports what was closed long enough ago; a connection of which packets still come waits on. @param seconds capture time */
export function reportClosed(tables: Tables, seconds: number): void {
  const { slab, queue } = tables;
  const { sums } = queue;
  while (seconds >= sums[N_CLOSED_DUE]) {
    const row = oldestRow(queue);
    const stream = oldestStream(queue);
    const due = lastSeconds(slab.floats, row * FLOAT_STRIDE) + CLOSED_KEPT_SECONDS;
    if (isClosed(slab, row, stream) && due > seconds) {
      dropClosed(queue);
      pushClosed(queue, row, stream, due);
    } else {
      reportOldest(tables);
    }
  }
}

/** Reports the connection that has been closed for longest, if it was not reported already. */
function reportOldest(tables: Tables): void {
  const { slab, queue } = tables;
  const row = oldestRow(queue);
  const stream = oldestStream(queue);
  dropClosed(queue);
  if (isClosed(slab, row, stream)) takeOut(tables, row);
}

/**
 * Takes a connection out of the tables, and with it the older one of its addresses and ports that waits for it: one that
 * is usual is only counted, any other waits to be reported.
 */
export function takeOut(tables: Tables, row: number): void {
  takeOutOlder(tables, row);
  takeOutAlone(tables, row);
}

/**
 * Another connection begins on the addresses and ports of this one, which may not be over for the other side: packets go
 * to the new one from now on, and this one waits for what the handshake tells of it.
 * @param sender endpoint of this one that sent the SYN of the other
 * @returns C_OLDER of the new one
 */
export function makeOlder(tables: Tables, row: number, sender: number): number {
  takeOutOlder(tables, row);
  removeFlow(tables.flows, tables.slab, row);
  return 2 * row + sender + 1;
}

/** Takes out the older connection that waits for this one, if there is one. */
export function takeOutOlder(tables: Tables, row: number): void {
  const { ints } = tables.slab;
  const older = olderRow(ints, row);
  ints[row * INT_STRIDE + C_OLDER] = 0;
  if (older >= 0) takeOutAlone(tables, older);
}

function takeOutAlone(tables: Tables, row: number): void {
  const { slab, flows, events, usual } = tables;
  removeFlow(flows, slab, row);
  slab.words[W_ROWS_USED]--;
  const shape = usualShape(slab, row);
  if (shape === UNUSUAL) {
    setAside(slab, row);
  } else {
    addUp(slab, usual, row, shape);
    releaseEvents(events, slab, row);
    freeRow(slab, row);
  }
}

/** The same for one that is given up only to keep memory bounded. */
export function evict(tables: Tables, row: number): void {
  const { slab, flows } = tables;
  takeOutOlder(tables, row);
  removeFlow(flows, slab, row);
  slab.words[W_ROWS_USED]--;
  slab.words[W_EVICTED]++;
  slab.ints[row * INT_STRIDE + C_STATUS] |= ROW_EVICTED;
  setAside(slab, row);
}

/** Lets a connection that has left the tables wait; its row stays as it is until it has been reported. */
function setAside(slab: Slab, row: number): void {
  const { ints, floats, sums } = slab;
  ints[row * INT_STRIDE + C_STATUS] |= ROW_RETIRED;
  floats[row * FLOAT_STRIDE + T_UNTIL] = sums[N_SECONDS] + sums[N_NANOSECONDS] / 1e9;
  enterWaiting(slab, row);
}

/**
 * The capture has ended: counts what is left in the rows from `from` on, or lets it wait to be reported, until no more connect() times
 * can wait.
 * @returns the row to go on with, once those that wait have been summed up
 */
export function takeOutRest({ slab, usual }: Tables, from: number): number {
  const { ints, words } = slab;
  const high = words[W_ROWS_HIGH];
  let row = from;
  for (; row < high && words[W_USUAL_CONNECTS] < USUAL_KEPT; row++) {
    if ((ints[row * INT_STRIDE + C_STATUS] & (ROW_USED | ROW_QUOTED)) !== ROW_USED) continue;
    const shape = usualShape(slab, row);
    if (shape === UNUSUAL) enterWaiting(slab, row);
    else addUp(slab, usual, row, shape);
  }
  return row;
}

/** The row still holds the closed connection that was queued. */
function isClosed({ ints }: Slab, row: number, stream: number): boolean {
  const at = row * INT_STRIDE;
  return (ints[at + C_STATUS] & (ROW_CLOSED | ROW_RETIRED)) === ROW_CLOSED && ints[at + C_STREAM] === stream;
}
