import {
  E_RTT_SAMPLES,
  E_TIMED,
  E_TIMED_ENDS,
  F_NEXT_SEQUENCE_TIME,
  F_RTT_M2,
  F_RTT_MAX,
  F_RTT_MEAN,
  F_RTT_MIN,
  F_TIMED,
  T_NOW,
} from './columns.ts';
import type { Cursor } from './cursor.ts';
import { atOrBefore } from './sequence.ts';

/** Segments that are timed at once for each direction; while all four wait, further ones are not timed. */
export const TIMED_KEPT = 4;

/** The sender sent new sequence space up to `end`: time it until it is acknowledged. */
export function timeSegment(cursor: Cursor, end: number): void {
  const { ints, floats, me, myTimes } = cursor;
  const waiting = ints[me + E_TIMED];
  if (waiting === TIMED_KEPT) return;
  ints[me + E_TIMED_ENDS + waiting] = end;
  floats[myTimes + F_TIMED + waiting] = floats[cursor.times + T_NOW];
  ints[me + E_TIMED] = waiting + 1;
}

/**
 * Karn's rule (RFC 6298 section 3): after a retransmission an ACK may be for either copy, so nothing that
 * is being timed gives a sample.
 */
export function forgetTimed(cursor: Cursor): void {
  cursor.ints[cursor.me + E_TIMED] = 0;
}

/** An ACK: the last of the peer's timed segments that it covers gives a sample. */
export function sampleRtt(cursor: Cursor, acknowledgment: number): void {
  const { ints, floats, peer, peerTimes } = cursor;
  const waiting = ints[peer + E_TIMED];
  let covered = 0;
  while (covered < waiting && atOrBefore(ints[peer + E_TIMED_ENDS + covered], acknowledgment)) covered++;
  if (covered === 0) return;
  const exact = ints[peer + E_TIMED_ENDS + covered - 1] === acknowledgment;
  const rtt = floats[cursor.times + T_NOW] - floats[peerTimes + F_TIMED + covered - 1];
  for (let i = covered; i < waiting; i++) {
    ints[peer + E_TIMED_ENDS + i - covered] = ints[peer + E_TIMED_ENDS + i];
    floats[peerTimes + F_TIMED + i - covered] = floats[peerTimes + F_TIMED + i];
  }
  ints[peer + E_TIMED] = waiting - covered;
  // An ACK beyond the timed segment answers a later one: its time would be too long.
  if (!exact || rtt < 0) return;
  const samples = ++ints[peer + E_RTT_SAMPLES];
  if (samples === 1) {
    floats[peerTimes + F_RTT_MIN] = rtt;
    floats[peerTimes + F_RTT_MAX] = rtt;
  } else {
    if (rtt < floats[peerTimes + F_RTT_MIN]) floats[peerTimes + F_RTT_MIN] = rtt;
    if (rtt > floats[peerTimes + F_RTT_MAX]) floats[peerTimes + F_RTT_MAX] = rtt;
  }
  const mean = floats[peerTimes + F_RTT_MEAN];
  const moved = mean + (rtt - mean) / samples;
  floats[peerTimes + F_RTT_MEAN] = moved;
  floats[peerTimes + F_RTT_M2] += (rtt - mean) * (rtt - moved);
}

/** When an endpoint sent the first of what its peer has not acknowledged, as far as that is timed; else the last that was new. */
export function firstUnacknowledged(ints: Int32Array, floats: Float64Array, side: number, sideTimes: number): number {
  return ints[side + E_TIMED] > 0 ? floats[sideTimes + F_TIMED] : floats[sideTimes + F_NEXT_SEQUENCE_TIME];
}
