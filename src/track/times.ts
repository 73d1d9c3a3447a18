import type { Mark } from '../record.ts';
import { C_FIRST_NANOSECONDS, E_PACKETS, F_LAST_TIME, T_BASE_SECONDS, T_NOW, T_UNTIL } from './columns.ts';
import type { RecordSource } from './record-source.ts';
import type { Sides } from './sides.ts';

/** Nanoseconds since `baseSeconds` as an absolute time: seconds since 1970 with nine digits after the point. */
export function formatTime(baseSeconds: number, nanoseconds: number): string {
  const whole = Math.floor(nanoseconds / 1e9);
  const seconds = baseSeconds + whole;
  const rest = nanoseconds - whole * 1e9;
  return seconds < 0 && rest > 0 ? `-${-seconds - 1}.${nineDigits(1e9 - rest)}` : `${seconds}.${nineDigits(rest)}`;
}

/** '000' to '999': three look-ups take less time than making nine digits. */
const THREE_DIGITS = Array.from({ length: 1000 }, (_, i) => String(i).padStart(3, '0'));

function nineDigits(nanoseconds: number): string {
  const micro = (nanoseconds / 1000) | 0;
  const milli = (micro / 1000) | 0;
  return THREE_DIGITS[milli] + THREE_DIGITS[micro - milli * 1000] + THREE_DIGITS[nanoseconds - micro * 1000];
}

/** A frame and its time, null where the frame is 0: it never came. */
export function mark(frame: number, baseSeconds: number, nanoseconds: number): Mark | null {
  return frame === 0 ? null : { frame, time: formatTime(baseSeconds, nanoseconds) };
}

/** Nanoseconds to seconds. */
export function seconds(nanoseconds: number): number {
  return nanoseconds / 1e9;
}

/**
 * Nanoseconds from one packet to a later one, as seconds; null where the clock was set back between them (NTP, a virtual
 * machine that slept), and how long it took is not known.
 */
export function elapsed(from: number, to: number): number | null {
  return to < from ? null : (to - from) / 1e9;
}

/**
 * Seconds from a connection's first packet to its last. Where that is the earlier of the two, because the clock was set
 * back, from the earliest to the latest time that is known.
 */
export function durationOf(
  ints: Int32Array,
  floats: Float64Array,
  { at, times, clientTimes, serverTimes, client, server }: Sides,
): number {
  const first = ints[at + C_FIRST_NANOSECONDS];
  const last = floats[times + T_NOW];
  if (last >= first) return (last - first) / 1e9;
  const known = [first, last];
  if (ints[client + E_PACKETS] > 0) known.push(floats[clientTimes + F_LAST_TIME]);
  if (ints[server + E_PACKETS] > 0) known.push(floats[serverTimes + F_LAST_TIME]);
  return (Math.max(...known) - Math.min(...known)) / 1e9;
}

/** Whole seconds since 1970 of a connection's last packet. @param times where its float columns begin */
export function lastSeconds(floats: Float64Array, times: number): number {
  return floats[times + T_BASE_SECONDS] + Math.floor(floats[times + T_NOW] / 1e9);
}

/** Up to when a connection was watched, in seconds since the base of its row. @param times where its float columns begin */
export function watchedUntil({ slab, nowSeconds }: RecordSource, times: number): number {
  const until = slab.floats[times + T_UNTIL];
  return (until === 0 ? nowSeconds : until) - slab.floats[times + T_BASE_SECONDS];
}
