import {
  RECORD_CAPTURED,
  RECORD_FRACTION,
  RECORD_HEADER_LENGTH,
  RECORD_ORIGINAL,
} from '../../parsers/capture-file/pcap.ts';
import { decode } from '../../parsers/decode.ts';
import { PACKET_TCP, PACKET_UDP, type PacketView, TCP_RST, TCP_SYN } from '../../parsers/packet-view.ts';
import { beginRow, isBetweenNeighbours } from '../track/beginnings.ts';
import { C_OLDER, C_STATUS, C_STREAM, INT_STRIDE, ROW_QUOTED } from '../track/columns.ts';
import { type Cursor, pointAt } from '../track/cursor.ts';
import { updateUdp } from '../track/datagrams.ts';
import { endConnection, makeOlder, reportClosed, type Tables, takeOutOlder, takeOutRest } from '../track/endings.ts';
import { hasRoomForEvent } from '../track/events.ts';
import { findFlow, isCrowded } from '../track/flow-table.ts';
import { areTooMany, giveUpIdle, isSweepDue, isSweepNext } from '../track/idle-sweep.ts';
import { isAnswered } from '../track/incarnations.ts';
import { countPacket } from '../track/rows.ts';
import { hasRoom, type Slab } from '../track/slab.ts';
import { beginsNewStream, updateTcp } from '../track/tcp.ts';
import { LEFT_KEPT } from '../track/waiting.ts';
import {
  N_CAPTURED_BYTES,
  N_CLOSED_DUE,
  N_FIRST_NANOSECONDS,
  N_FIRST_SECONDS,
  N_LAST_NANOSECONDS,
  N_LAST_SECONDS,
  N_NANOSECONDS,
  N_PACKETS,
  N_SECONDS,
  N_WIRE_BYTES,
  W_FRAME,
  W_LEFT_COUNT,
  W_SENDER,
} from '../track/words.ts';
import { wasLeftOut } from './compile/left-out.ts';

/*
 * The fast lane: what the tracker does with ordinary packets, record after record in one loop. This file and all that it
 * reaches is compiled to WebAssembly (compile/); the rules are those of parsers/ and src/track, of which there is one
 * source only. A packet that needs more, be it an ICMP error or a row of memory, is left to the tracker before anything
 * of it was noted.
 */

const NANOSECONDS = 1_000_000_000;

/**
 * Follows the packets of the plain pcap records (RecordLayout) that begin at `from` in the window, up to one that is not
 * whole before `to` or that is not for the lane.
 * @param nanosecondsPerUnit of the fraction of a second: 1 or 1000
 * @returns where that record begins
 */
export function followRecords(
  view: PacketView,
  cursor: Cursor,
  tables: Tables,
  from: number,
  to: number,
  linkType: number,
  nanosecondsPerUnit: number,
  maxCaptured: number,
): number {
  const { data } = view;
  const { words, sums } = tables.slab;
  let at = from;
  while (to - at >= RECORD_HEADER_LENGTH) {
    const fraction = data.getInt32(at + RECORD_FRACTION, true);
    const captured = data.getInt32(at + RECORD_CAPTURED, true);
    const original = data.getInt32(at + RECORD_ORIGINAL, true);
    const start = at + RECORD_HEADER_LENGTH;
    // Lengths of 2 GB and more come out negative.
    if (captured < 0 || captured > maxCaptured || original < 0 || captured > to - start) break;
    if (fraction < 0 || fraction >= ((NANOSECONDS / nanosecondsPerUnit) | 0)) break;
    view.frame = words[W_FRAME] + 1;
    view.seconds = data.getUint32(at, true);
    view.nanoseconds = fraction * nanosecondsPerUnit;
    view.linkType = linkType;
    view.start = start;
    view.end = start + captured;
    view.originalLength = original;
    if (!followPacket(view, cursor, tables)) break;
    words[W_FRAME]++;
    sums[N_CAPTURED_BYTES] += captured;
    noteSpan(view, sums);
    at = start + captured;
  }
  return at;
}

/**
 * Follows one packet that a reader has found in the window.
 * @param seconds the bits of an unsigned number
 * @returns false if it is not for the lane; then nothing was noted
 */
export function followRead(
  view: PacketView,
  cursor: Cursor,
  tables: Tables,
  frame: number,
  seconds: number,
  nanoseconds: number,
  linkType: number,
  start: number,
  end: number,
  originalLength: number,
): boolean {
  view.frame = frame;
  view.seconds = seconds >>> 0;
  view.nanoseconds = nanoseconds;
  view.linkType = linkType;
  view.start = start;
  view.end = end;
  view.originalLength = originalLength;
  return followPacket(view, cursor, tables);
}

/** Earliest and latest time. */
function noteSpan(view: PacketView, sums: Float64Array): void {
  const { seconds, nanoseconds } = view;
  if (seconds > sums[N_LAST_SECONDS] || (seconds === sums[N_LAST_SECONDS] && nanoseconds > sums[N_LAST_NANOSECONDS])) {
    sums[N_LAST_SECONDS] = seconds;
    sums[N_LAST_NANOSECONDS] = nanoseconds;
  }
  if (
    seconds < sums[N_FIRST_SECONDS] ||
    (seconds === sums[N_FIRST_SECONDS] && nanoseconds < sums[N_FIRST_NANOSECONDS])
  ) {
    sums[N_FIRST_SECONDS] = seconds;
    sums[N_FIRST_NANOSECONDS] = nanoseconds;
  }
}

/** What Tracker.update does with a packet, if it is ordinary. @returns false if it is not; then nothing was noted */
function followPacket(view: PacketView, cursor: Cursor, tables: Tables): boolean {
  const { slab, flows, events } = tables;
  const { ints, words, sums } = slab;
  const kind = decode(view);
  if (wasLeftOut()) return false;
  const isTcp = kind === PACKET_TCP;
  if (!isTcp && kind !== PACKET_UDP) return false;
  if (isTcp && (view.flags & TCP_RST) !== 0 && !hasRoomForEvent(events)) return false;
  if (words[W_LEFT_COUNT] >= LEFT_KEPT) return false;

  let row = findFlow(flows, slab, view);
  let isReused = isTcp && usesAnew(view, slab, row);
  // Connections leave the tables before the packet counts, among them perhaps its own.
  const isDue = view.seconds >= sums[N_CLOSED_DUE] || isSweepNext(slab);
  if (isDue && areTooMany(slab)) return false;
  if (row < 0 || isReused || isDue) {
    if (!hasRoom(slab) || isCrowded(slab) || isBetweenNeighbours(view)) return false;
  }
  if (row >= 0 && !isReused && (ints[row * INT_STRIDE + C_STATUS] & ROW_QUOTED) !== 0) return false;
  const meetsOlder = isReused || (row >= 0 && ints[row * INT_STRIDE + C_OLDER] !== 0);
  if (isTcp && (view.flags & TCP_RST) !== 0 && meetsOlder) return false;

  sums[N_SECONDS] = view.seconds;
  sums[N_NANOSECONDS] = view.nanoseconds;
  sums[N_PACKETS]++;
  sums[N_WIRE_BYTES] += view.originalLength;
  if (view.seconds >= sums[N_CLOSED_DUE]) reportClosed(tables, view.seconds);
  if (isSweepDue(slab)) giveUpIdle(tables, view.seconds, Number.POSITIVE_INFINITY);
  if (isDue) {
    row = findFlow(flows, slab, view);
    isReused = isTcp && usesAnew(view, slab, row);
  }
  let reused = 0;
  let older = 0;
  if (isReused) {
    reused = ints[row * INT_STRIDE + C_STREAM] + 1;
    older = makeOlder(tables, row, words[W_SENDER]);
    row = -1;
  }
  const isFirst = row < 0;
  if (isFirst) pointAt(cursor, beginRow(slab, flows, view, reused), 0);
  else pointAt(cursor, row, words[W_SENDER]);
  if (older !== 0) ints[cursor.at + C_OLDER] = older;
  countPacket(cursor, view);
  if (!isTcp) updateUdp(cursor, view, slab);
  else if (updateTcp(cursor, view, isFirst, slab, events)) endConnection(cursor, tables, view.seconds);
  if (isTcp && (view.flags & TCP_SYN) !== 0 && isAnswered(ints, cursor.at)) takeOutOlder(tables, cursor.row);
  return true;
}

/** The packet begins a new stream on the ports of the row that was just found. */
function usesAnew(view: PacketView, { ints, words }: Slab, row: number): boolean {
  return row >= 0 && (view.flags & TCP_SYN) !== 0 && beginsNewStream(ints, row, words[W_SENDER], view);
}

/** What takeOutRest does. */
export function finishRows(tables: Tables, from: number): number {
  return takeOutRest(tables, from);
}
