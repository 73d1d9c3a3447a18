import type { Slab } from './slab.ts';
import { N_CLOSED_DUE, W_CLOSED_COUNT, W_CLOSED_FIRST } from './words.ts';

/** Closed connections kept at once, a power of two; beyond, the oldest is reported early. At 10,000 connections/s this is 0.4 s, twice the least retransmission timeout. */
export const CLOSED_KEPT = 4096;

/**
 * Connections that are closed and wait to be reported, oldest first, in a ring.
 *
 * A closed connection is kept for a while because segments of it may still come: a FIN sent again, the
 * last ACK. An entry may be stale: its row was reported earlier and is used anew; `stream` tells.
 */
export class ClosedQueue {
  /** Row and stream of each entry, and when it is due. */
  readonly closed: Int32Array;
  readonly closedTimes: Float64Array;
  readonly words: Int32Array;
  readonly sums: Float64Array;

  constructor(slab: Slab) {
    const { rows, times } = slab.memory.closed(CLOSED_KEPT);
    this.closed = rows;
    this.closedTimes = times;
    this.words = slab.words;
    this.sums = slab.sums;
    this.sums[N_CLOSED_DUE] = Number.POSITIVE_INFINITY;
  }

  /** True when the oldest entry's time has come. @param seconds capture time */
  isDue(seconds: number): boolean {
    return seconds >= this.sums[N_CLOSED_DUE];
  }
}

/** Row of the oldest entry, which `dropClosed` then takes out; its stream. */
export function oldestRow({ closed, words }: ClosedQueue): number {
  return closed[2 * words[W_CLOSED_FIRST]];
}

export function oldestStream({ closed, words }: ClosedQueue): number {
  return closed[2 * words[W_CLOSED_FIRST] + 1];
}

/** No room for one more: the oldest must go first. */
export function isQueueFull({ words }: ClosedQueue): boolean {
  return words[W_CLOSED_COUNT] === CLOSED_KEPT;
}

/** Enters a connection, where there is room. @param deadline seconds since 1970 */
export function pushClosed(
  { closed, closedTimes, words, sums }: ClosedQueue,
  row: number,
  stream: number,
  deadline: number,
): void {
  const count = words[W_CLOSED_COUNT];
  const at = (words[W_CLOSED_FIRST] + count) & (CLOSED_KEPT - 1);
  closed[2 * at] = row;
  closed[2 * at + 1] = stream;
  closedTimes[at] = deadline;
  if (count === 0) sums[N_CLOSED_DUE] = deadline;
  words[W_CLOSED_COUNT] = count + 1;
}

/** Takes the oldest out. */
export function dropClosed({ closedTimes, words, sums }: ClosedQueue): void {
  const first = (words[W_CLOSED_FIRST] + 1) & (CLOSED_KEPT - 1);
  words[W_CLOSED_FIRST] = first;
  words[W_CLOSED_COUNT]--;
  sums[N_CLOSED_DUE] = words[W_CLOSED_COUNT] > 0 ? closedTimes[first] : Number.POSITIVE_INFINITY;
}
