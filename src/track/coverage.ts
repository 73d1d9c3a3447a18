import {
  E_ACKED,
  E_COVER_END,
  E_FINS,
  E_FIRST_DATA_FRAME,
  E_FLAGS,
  E_GAP_EDGES,
  E_GAPS,
  E_MAX_TO_ACKNOWLEDGE,
  E_NEXT_SEQUENCE,
  END_BYTES_LOST,
  END_COVERED,
  END_HAS_ACKED,
  F_UNIQUE_BYTES,
} from './columns.ts';
import type { Cursor } from './cursor.ts';
import { after, before, distance } from './sequence.ts';

/**
 * Gaps remembered for each direction. When a fifth opens, the oldest is given up: bytes that
 * fill it later are then not counted as new. In order there is none; one loss makes one.
 */
const GAPS_KEPT = 4;
/** A jump further than this is not a gap in one stream (a window is at most 1 GiB, RFC 7323 2.2): counting starts anew. */
const FURTHEST_GAP = 1 << 30;
/** A keep-alive takes the number of the byte before the next (RFC 9293 3.8.4): in front of everything else, it is no gap. */
const LENGTH_OF_PROBE = 1;

/** Counts the bytes [left, left + length) of the sender's sequence space that were not seen before. */
export function cover(cursor: Cursor, left: number, length: number): void {
  const { ints, floats, me, peer, myTimes } = cursor;
  const right = (left + length) | 0;
  if ((ints[me + E_FLAGS] & END_COVERED) === 0) {
    ints[me + E_FLAGS] |= END_COVERED;
    ints[me + E_COVER_END] = right;
    const known = ints[me + E_MAX_TO_ACKNOWLEDGE];
    const missing = distance(left, known);
    if (known !== 0 && missing > LENGTH_OF_PROBE) {
      if (missing < FURTHEST_GAP) openGap(ints, me, peer, known, left);
      else if (isAcknowledgedBeyond(ints, peer, (known + LENGTH_OF_PROBE) | 0)) ints[me + E_FLAGS] |= END_BYTES_LOST;
    }
    floats[myTimes + F_UNIQUE_BYTES] += length;
    return;
  }
  const end = ints[me + E_COVER_END];
  if (left === end) {
    ints[me + E_COVER_END] = right;
    floats[myTimes + F_UNIQUE_BYTES] += length;
    return;
  }
  if (after(left, end)) {
    if (distance(left, end) < FURTHEST_GAP) openGap(ints, me, peer, end, left);
    else beginAnew(ints, me, peer, end);
    ints[me + E_COVER_END] = right;
    floats[myTimes + F_UNIQUE_BYTES] += length;
    return;
  }
  if (after(right, end)) {
    floats[myTimes + F_UNIQUE_BYTES] += distance(right, end);
    ints[me + E_COVER_END] = right;
  }
  if (ints[me + E_GAPS] > 0) floats[myTimes + F_UNIQUE_BYTES] += fillGaps(ints, me, left, right);
}

/**
 * A SYN says where the sender's bytes begin, so that a first segment that is missing counts as a gap. One that is sent
 * again after data (fast open) says nothing new.
 */
export function beginCoverage(cursor: Cursor, sequence: number): void {
  const { ints, me } = cursor;
  if (ints[me + E_FIRST_DATA_FRAME] !== 0) return;
  ints[me + E_FLAGS] |= END_COVERED;
  ints[me + E_COVER_END] = sequence;
}

/** All bytes [left, left + length) were seen before. */
export function isCovered(ints: Int32Array, me: number, left: number, length: number): boolean {
  const right = (left + length) | 0;
  if ((ints[me + E_FLAGS] & END_COVERED) === 0 || after(right, ints[me + E_COVER_END])) return false;
  for (let gap = 0; gap < ints[me + E_GAPS]; gap++) {
    const edges = me + E_GAP_EDGES + 2 * gap;
    if (before(left, ints[edges + 1]) && after(right, ints[edges])) return false;
  }
  return true;
}

function openGap(ints: Int32Array, me: number, peer: number, left: number, right: number): void {
  const edges = me + E_GAP_EDGES;
  let gaps = ints[me + E_GAPS];
  if (gaps === GAPS_KEPT) {
    if (isAcknowledgedBeyond(ints, peer, ints[edges])) ints[me + E_FLAGS] |= END_BYTES_LOST;
    ints.copyWithin(edges, edges + 2, edges + 2 * gaps);
    gaps--;
  }
  ints[edges + 2 * gaps] = left;
  ints[edges + 2 * gaps + 1] = right;
  ints[me + E_GAPS] = gaps + 1;
}

/** What the peer acknowledged of the bytes before the jump stays missing. */
function beginAnew(ints: Int32Array, me: number, peer: number, end: number): void {
  const first = ints[me + E_GAPS] > 0 ? ints[me + E_GAP_EDGES] : end;
  if (isAcknowledgedBeyond(ints, peer, first)) ints[me + E_FLAGS] |= END_BYTES_LOST;
  ints[me + E_GAPS] = 0;
}

/** Takes [left, right) out of the gaps; returns how many bytes of it were missing. */
function fillGaps(ints: Int32Array, me: number, left: number, right: number): number {
  const edges = me + E_GAP_EDGES;
  let gaps = ints[me + E_GAPS];
  let filled = 0;
  for (let i = gaps - 1; i >= 0; i--) {
    const gapLeft = ints[edges + 2 * i];
    const gapRight = ints[edges + 2 * i + 1];
    const from = after(left, gapLeft) ? left : gapLeft;
    const to = before(right, gapRight) ? right : gapRight;
    if (!before(from, to)) continue;
    filled += distance(to, from);
    if (from === gapLeft && to === gapRight) {
      ints.copyWithin(edges + 2 * i, edges + 2 * i + 2, edges + 2 * gaps);
      gaps--;
    } else if (from === gapLeft) {
      ints[edges + 2 * i] = to;
    } else if (to === gapRight) {
      ints[edges + 2 * i + 1] = from;
    } else {
      ints[edges + 2 * i + 1] = from;
      if (gaps < GAPS_KEPT) {
        ints.copyWithin(edges + 2 * i + 4, edges + 2 * i + 2, edges + 2 * gaps);
        ints[edges + 2 * i + 2] = to;
        ints[edges + 2 * i + 3] = gapRight;
        gaps++;
      }
    }
  }
  ints[me + E_GAPS] = gaps;
  return filled;
}

/** The endpoint has acknowledged something after this sequence number of its peer. */
function isAcknowledgedBeyond(ints: Int32Array, endpoint: number, sequence: number): boolean {
  return (ints[endpoint + E_FLAGS] & END_HAS_ACKED) !== 0 && after(ints[endpoint + E_ACKED], sequence);
}

/**
 * The sequence number behind the last byte or FIN that was seen, where a byte or SYN was. An RST without a socket takes its
 * number from what it answers, and an ACK may stand behind a hole: they show no byte. Else the next expected, 0 where none is known.
 */
export function endOfSeen(ints: Int32Array, sender: number): number {
  if ((ints[sender + E_FLAGS] & END_COVERED) === 0) return ints[sender + E_NEXT_SEQUENCE];
  return (ints[sender + E_COVER_END] + (ints[sender + E_FINS] > 0 ? 1 : 0)) | 0;
}

/**
 * Bytes that the receiver acknowledged and that have not come until now. Where frames are in the wrong order they come
 * later; what stays away is not in the capture.
 */
export function lacksAcknowledged(ints: Int32Array, receiver: number, sender: number): boolean {
  const flags = ints[sender + E_FLAGS];
  if ((flags & END_BYTES_LOST) !== 0) return true;
  if (ints[sender + E_NEXT_SEQUENCE] === 0) return false;
  const isCovered = (flags & END_COVERED) !== 0;
  const end = endOfSeen(ints, sender);
  // Without a byte or a SYN of the sender, its number may be that of a keep-alive.
  if (isAcknowledgedBeyond(ints, receiver, isCovered ? end : (end + LENGTH_OF_PROBE) | 0)) return true;
  for (let gap = 0; gap < ints[sender + E_GAPS]; gap++) {
    if (isAcknowledgedBeyond(ints, receiver, ints[sender + E_GAP_EDGES + 2 * gap])) return true;
  }
  return false;
}
