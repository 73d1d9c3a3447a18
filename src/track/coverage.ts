import {
  E_COVER_END,
  E_FIRST_DATA_FRAME,
  E_FLAGS,
  E_GAP_EDGES,
  E_GAPS,
  END_COVERED,
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

/** Counts the bytes [left, left + length) of the sender's sequence space that were not seen before. */
export function cover(cursor: Cursor, left: number, length: number): void {
  const { ints, floats, me, myTimes } = cursor;
  const right = (left + length) | 0;
  if ((ints[me + E_FLAGS] & END_COVERED) === 0) {
    ints[me + E_FLAGS] |= END_COVERED;
    ints[me + E_COVER_END] = right;
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
    if (distance(left, end) < FURTHEST_GAP) openGap(ints, me, end, left);
    else ints[me + E_GAPS] = 0;
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

function openGap(ints: Int32Array, me: number, left: number, right: number): void {
  const edges = me + E_GAP_EDGES;
  let gaps = ints[me + E_GAPS];
  if (gaps === GAPS_KEPT) {
    ints.copyWithin(edges, edges + 2, edges + 2 * gaps);
    gaps--;
  }
  ints[edges + 2 * gaps] = left;
  ints[edges + 2 * gaps + 1] = right;
  ints[me + E_GAPS] = gaps + 1;
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
