import type { Side } from './record.ts';
import type { Histogram, ProblemGroup } from './summary.ts';
import {
  BINS,
  O_BINS,
  O_FIRST_NANOSECONDS,
  O_FIRST_SECONDS,
  O_LAST_NANOSECONDS,
  O_LAST_SECONDS,
  O_START,
  O_WIDTH,
  UNITS_PER_SECOND,
} from './track/occurrences.ts';
import { formatTime } from './track/times.ts';

/** A group of problems while it is gathered. */
export interface Gathered
  extends Pick<ProblemGroup, 'code' | 'severity' | 'protocol' | 'count' | 'example' | 'message'> {
  server: { address: string; port: number };
  side: Side | null;
  /** Its server, as it stands in a row. */
  place: string;
  errors: Map<string, number>;
  /** Kinds that each of its connections has: code and severity. */
  shared: Set<string>;
  /** Address of one of its clients. */
  client: string | null;
  /** Where its block of occurrences begins. */
  block: number;
}

type ErrorCount = ProblemGroup['errors'][number];

/** Adds to a count that may not be there yet. */
export function tally(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

/** What was left on sockets, most first. @param errors how often, by side and errno: 'client ECONNREFUSED' */
export function errorCounts(errors: ReadonlyMap<string, number>): ErrorCount[] {
  return [...errors].map(([key, times]) => errorOf(key, times)).sort((a, b) => b.count - a.count || order(a, b));
}

function errorOf(key: string, count: number): ErrorCount {
  const [side, error] = key.split(' ');
  return { side: side as Side, error, count };
}

function order(a: ErrorCount, b: ErrorCount): number {
  return a.side.localeCompare(b.side) || a.error.localeCompare(b.error);
}

/** When it happened. @param block where the block of occurrences begins */
export function timesOf(
  occurrences: Float64Array,
  block: number,
): Pick<ProblemGroup, 'firstTime' | 'lastTime' | 'times'> {
  return {
    firstTime: formatTime(occurrences[block + O_FIRST_SECONDS], occurrences[block + O_FIRST_NANOSECONDS]),
    lastTime: formatTime(occurrences[block + O_LAST_SECONDS], occurrences[block + O_LAST_NANOSECONDS]),
    times: histogram(occurrences, block),
  };
}

/** Counts of a block of occurrences, without empty ones at the end. */
function histogram(occurrences: Float64Array, block: number): Histogram {
  const bins = [...occurrences.subarray(block + O_BINS, block + O_BINS + BINS)];
  const width = occurrences[block + O_WIDTH];
  const start = occurrences[block + O_START] * width;
  const whole = Math.floor(start / UNITS_PER_SECOND);
  return {
    start: formatTime(whole, Math.floor(((start - whole * UNITS_PER_SECOND) * 1e9) / UNITS_PER_SECOND)),
    width: width / UNITS_PER_SECOND,
    counts: bins.slice(0, bins.findLastIndex((count) => count > 0) + 1),
  };
}
