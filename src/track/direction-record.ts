import type { Direction } from '../record.ts';
import {
  E_ACKED_UNSEEN,
  E_DUPLICATE_ACKS,
  E_DUPLICATES,
  E_FAST_RETRANSMISSIONS,
  E_FINS,
  E_FIRST_DATA_FRAME,
  E_FLAGS,
  E_KEEP_ALIVE_ACKS,
  E_KEEP_ALIVES,
  E_LAST_DATA_FRAME,
  E_LOST_SEGMENTS,
  E_OUT_OF_ORDER,
  E_PACKETS,
  E_RESETS,
  E_RETRANSMISSIONS,
  E_RTT_SAMPLES,
  E_SPURIOUS_RETRANSMISSIONS,
  E_SYNS,
  E_TTL,
  E_WINDOW_FULL,
  E_WINDOW_UPDATES,
  E_ZERO_WINDOW_PROBES,
  E_ZERO_WINDOWS,
  END_WINDOW_CLOSED,
  F_BYTES,
  F_FIRST_DATA_TIME,
  F_LAST_DATA_TIME,
  F_RTT_M2,
  F_RTT_MAX,
  F_RTT_MEAN,
  F_RTT_MIN,
  F_UNIQUE_BYTES,
  F_WIRE_BYTES,
  F_ZERO_WINDOW_SINCE,
  F_ZERO_WINDOW_TIME,
  T_BASE_SECONDS,
  T_NOW,
} from './columns.ts';
import type { Sides } from './sides.ts';
import { mark, seconds } from './times.ts';

/** What one side sent. @param side, sideTimes where its columns begin */
export function makeDirection(
  ints: Int32Array,
  floats: Float64Array,
  sides: Sides,
  side: number,
  sideTimes: number,
): Direction {
  const base = floats[sides.times + T_BASE_SECONDS];
  const samples = ints[side + E_RTT_SAMPLES];
  const ttl = ints[side + E_TTL];
  return {
    packets: ints[side + E_PACKETS],
    bytes: floats[sideTimes + F_BYTES],
    syns: ints[side + E_SYNS],
    fins: ints[side + E_FINS],
    resets: ints[side + E_RESETS],
    uniqueBytes: floats[sideTimes + F_UNIQUE_BYTES],
    wireBytes: floats[sideTimes + F_WIRE_BYTES],
    retransmissions: ints[side + E_RETRANSMISSIONS],
    fastRetransmissions: ints[side + E_FAST_RETRANSMISSIONS],
    spuriousRetransmissions: ints[side + E_SPURIOUS_RETRANSMISSIONS],
    outOfOrder: ints[side + E_OUT_OF_ORDER],
    duplicateAcks: ints[side + E_DUPLICATE_ACKS],
    lostSegments: ints[side + E_LOST_SEGMENTS],
    ackedUnseen: ints[side + E_ACKED_UNSEEN],
    zeroWindows: ints[side + E_ZERO_WINDOWS],
    zeroWindowProbes: ints[side + E_ZERO_WINDOW_PROBES],
    windowFull: ints[side + E_WINDOW_FULL],
    windowUpdates: ints[side + E_WINDOW_UPDATES],
    keepAlives: ints[side + E_KEEP_ALIVES],
    keepAliveAcks: ints[side + E_KEEP_ALIVE_ACKS],
    duplicates: ints[side + E_DUPLICATES],
    zeroWindowTime: seconds(zeroWindowNanoseconds(ints, floats, sides.times, side, sideTimes)),
    rtt:
      samples === 0
        ? null
        : {
            samples,
            min: seconds(floats[sideTimes + F_RTT_MIN]),
            mean: roundNanoseconds(floats[sideTimes + F_RTT_MEAN]),
            max: seconds(floats[sideTimes + F_RTT_MAX]),
            stdev: samples < 2 ? 0 : roundNanoseconds(Math.sqrt(floats[sideTimes + F_RTT_M2] / (samples - 1))),
          },
    firstData: mark(ints[side + E_FIRST_DATA_FRAME], base, floats[sideTimes + F_FIRST_DATA_TIME]),
    lastData: mark(ints[side + E_LAST_DATA_FRAME], base, floats[sideTimes + F_LAST_DATA_TIME]),
    ttl: ints[side + E_PACKETS] === 0 ? null : { min: ttl >>> 8, max: ttl & 0xff },
  };
}

/** A computed time is no finer than the clock that it came from. */
function roundNanoseconds(nanoseconds: number): number {
  return Math.round(nanoseconds) / 1e9;
}

/** Nanoseconds that a side's receive window was closed, up to its last packet. */
export function zeroWindowNanoseconds(
  ints: Int32Array,
  floats: Float64Array,
  times: number,
  side: number,
  sideTimes: number,
): number {
  const before = floats[sideTimes + F_ZERO_WINDOW_TIME];
  if ((ints[side + E_FLAGS] & END_WINDOW_CLOSED) === 0) return before;
  return before + Math.max(0, floats[times + T_NOW] - floats[sideTimes + F_ZERO_WINDOW_SINCE]);
}
