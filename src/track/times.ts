import type { PacketView } from '../../parsers/packet-view.ts';
import type { Mark } from '../record.ts';
import { T_BASE_SECONDS, T_NOW, T_UNTIL } from './columns.ts';
import type { RecordSource } from './record-source.ts';

/** Nanoseconds since `baseSeconds` as an absolute time: seconds since 1970 with nine digits after the point. */
export function formatTime(baseSeconds: number, nanoseconds: number): string {
  const whole = Math.floor(nanoseconds / 1e9);
  const seconds = baseSeconds + whole;
  const rest = nanoseconds - whole * 1e9;
  if (seconds < 0 && rest > 0) return `-${-seconds - 1}.${String(2e9 - rest).slice(1)}`;
  return `${seconds}.${String(1e9 + rest).slice(1)}`;
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

/** Capture time of a packet in seconds since 1970, to a microsecond. */
export function timeOf({ seconds, nanoseconds }: PacketView): number {
  return seconds + nanoseconds / 1e9;
}

/** Up to when a connection was watched, in seconds since the base of its row. @param times where its float columns begin */
export function watchedUntil({ slab, nowSeconds }: RecordSource, times: number): number {
  const until = slab.floats[times + T_UNTIL];
  return (until === 0 ? nowSeconds : until) - slab.floats[times + T_BASE_SECONDS];
}
