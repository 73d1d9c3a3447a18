import {
  C_HANDSHAKE,
  C_PROTOCOL,
  C_STATUS,
  FLOAT_STRIDE,
  HANDSHAKE_ACCEPTED,
  HANDSHAKE_ASSUMED,
  HANDSHAKE_SYN,
  HANDSHAKE_SYN_ACK,
  INT_STRIDE,
  ROW_RETIRED,
  ROW_USED,
} from './columns.ts';
import type { Slab } from './slab.ts';
import { lastSeconds } from './times.ts';
import { INT32_MAX, W_MOST_ROWS, W_ROWS_USED, W_SWEEP_ABOVE, W_SWEEP_PACKETS } from './words.ts';

/** Up to this many connections none is given up for being idle: small captures come out exactly as in Wireshark. */
const KEEP_ALL_BELOW = 16_384;
/** A UDP exchange that was silent so long has ended (Zeek's udp_inactivity_timeout). */
const UDP_IDLE_SECONDS = 60;
/** Linux gives a SYN up after 127 s (tcp_syn_retries 6). */
const HANDSHAKE_IDLE_SECONDS = 130;
/** With keep-alives on, Linux hears from a living peer in 7200 s and 9 probes of 75 s. */
const ESTABLISHED_IDLE_SECONDS = 7875;
/** Packets between two looks, and while there are too many connections. */
const PACKETS_BETWEEN = 1024;
const PACKETS_BETWEEN_EVICTIONS = 256;
/** Rows looked at in one: spread over the table, so that each is seen in turn. */
const ROWS_AT_ONCE = 1024;

/**
 * Finds connections to give up: those that have ended without saying so, once there are many, and the longest
 * idle when there are more than allowed (the longest idle of a sample, as Redis evicts keys: exact while the table is
 * no larger than the sample). Driven by packets and capture time, never by the clock or by how the input came in
 * chunks, so that the same capture always gives the same connections.
 */
export class IdleSweep {
  /** Set by `next`: the connection was given up only to keep memory bounded. */
  isEviction = false;
  readonly #slab: Slab;
  readonly #sample = new Float64Array(ROWS_AT_ONCE);
  /** First row of this look, distance between its rows, and how many it has looked at. */
  #first = 0;
  #stride = 1;
  #seen = 0;
  /** Who was idle for so long is evicted in this look; Infinity where there are not too many. */
  #evictFrom = Number.POSITIVE_INFINITY;

  constructor(slab: Slab, mostConnections: number) {
    this.#slab = slab;
    slab.words[W_MOST_ROWS] = Math.min(mostConnections, INT32_MAX);
    slab.words[W_SWEEP_ABOVE] = Math.min(KEEP_ALL_BELOW, mostConnections);
  }

  /** Called for each packet: is it time to look? */
  isDue(): boolean {
    return isSweepDue(this.#slab);
  }

  /** Begins a look. @param seconds capture time */
  begin(seconds: number): void {
    const { high, used } = this.#slab;
    this.#stride = Math.ceil(high / ROWS_AT_ONCE);
    this.#first = (this.#first + 1) % this.#stride;
    this.#seen = 0;
    this.#evictFrom =
      used > this.#slab.words[W_MOST_ROWS]
        ? this.#longestIdle(used - this.#slab.words[W_MOST_ROWS], seconds)
        : Number.POSITIVE_INFINITY;
  }

  /** Next row to give up, -1 when this look is over. @param seconds capture time */
  next(seconds: number): number {
    const { ints, high } = this.#slab;
    while (this.#seen < ROWS_AT_ONCE) {
      const row = this.#first + this.#seen++ * this.#stride;
      if (row >= high) break;
      const at = row * INT_STRIDE;
      if ((ints[at + C_STATUS] & (ROW_USED | ROW_RETIRED)) !== ROW_USED) continue;
      const idle = this.#idle(row, seconds);
      this.isEviction = idle < idleLimit(ints, at);
      if (!this.isEviction) return row;
      if (idle >= this.#evictFrom && this.#slab.used > this.#slab.words[W_MOST_ROWS]) return row;
    }
    return -1;
  }

  #idle(row: number, seconds: number): number {
    return seconds - lastSeconds(this.#slab.floats, row * FLOAT_STRIDE);
  }

  /** How long at least the `count` longest idle of this look's rows have been idle. */
  #longestIdle(count: number, seconds: number): number {
    const { ints, high } = this.#slab;
    let size = 0;
    for (let row = this.#first; row < high; row += this.#stride) {
      if ((ints[row * INT_STRIDE + C_STATUS] & (ROW_USED | ROW_RETIRED)) !== ROW_USED) continue;
      this.#sample[size++] = this.#idle(row, seconds);
    }
    const sorted = this.#sample.subarray(0, size).sort();
    return sorted[Math.max(0, size - count)];
  }
}

/** Counts a packet: is it time to look? */
export function isSweepDue(slab: Slab): boolean {
  const isDue = isSweepNext(slab);
  slab.words[W_SWEEP_PACKETS] = isDue ? 0 : Math.min(slab.words[W_SWEEP_PACKETS] + 1, PACKETS_BETWEEN);
  return isDue;
}

/** Would `isSweepDue` say yes to the next packet? */
export function isSweepNext({ words }: Slab): boolean {
  const used = words[W_ROWS_USED];
  if (used <= words[W_SWEEP_ABOVE]) return false;
  return words[W_SWEEP_PACKETS] + 1 >= (used > words[W_MOST_ROWS] ? PACKETS_BETWEEN_EVICTIONS : PACKETS_BETWEEN);
}

function idleLimit(ints: Int32Array, at: number): number {
  if ((ints[at + C_PROTOCOL] & 0xff) === 17) return UDP_IDLE_SECONDS;
  const handshake = ints[at + C_HANDSHAKE];
  const begun = (handshake & (HANDSHAKE_SYN | HANDSHAKE_SYN_ACK)) !== 0;
  if (begun && (handshake & (HANDSHAKE_ACCEPTED | HANDSHAKE_ASSUMED)) === 0) return HANDSHAKE_IDLE_SECONDS;
  return ESTABLISHED_IDLE_SECONDS;
}
