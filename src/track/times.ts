import type { Mark } from '../record.ts';
import { T_BASE_SECONDS, T_NOW, T_UNTIL } from './columns.ts';
import type { RecordSource } from './record-source.ts';

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

/** Whole seconds since 1970 of a connection's last packet. @param times where its float columns begin */
export function lastSeconds(floats: Float64Array, times: number): number {
  return floats[times + T_BASE_SECONDS] + Math.floor(floats[times + T_NOW] / 1e9);
}

/** Up to when a connection was watched, in seconds since the base of its row. @param times where its float columns begin */
export function watchedUntil({ slab, nowSeconds }: RecordSource, times: number): number {
  const until = slab.floats[times + T_UNTIL];
  return (until === 0 ? nowSeconds : until) - slab.floats[times + T_BASE_SECONDS];
}
