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
import { evict, type Tables, takeOut } from './endings.ts';
import type { Slab } from './slab.ts';
import { lastSeconds } from './times.ts';
import {
  INT32_MAX,
  W_MOST_ROWS,
  W_ROWS_HIGH,
  W_ROWS_USED,
  W_SWEEP_ABOVE,
  W_SWEEP_FIRST,
  W_SWEEP_PACKETS,
} from './words.ts';

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
  readonly #tables: Tables;
  readonly #sample = new Float64Array(ROWS_AT_ONCE);

  constructor(tables: Tables, mostConnections: number) {
    this.#tables = tables;
    const { words } = tables.slab;
    words[W_MOST_ROWS] = Math.min(mostConnections, INT32_MAX);
    words[W_SWEEP_ABOVE] = Math.min(KEEP_ALL_BELOW, mostConnections);
  }

  /** Looks once. @param seconds capture time */
  look(seconds: number): void {
    const { slab } = this.#tables;
    const above = slab.used - slab.words[W_MOST_ROWS];
    giveUpIdle(this.#tables, seconds, above > 0 ? this.#longestIdle(above, seconds) : Number.POSITIVE_INFINITY);
  }

  /** How long at least the `count` longest idle of the rows of the next look have been idle. */
  #longestIdle(count: number, seconds: number): number {
    const { slab } = this.#tables;
    const { ints, floats, high } = slab;
    const stride = strideOf(slab);
    let size = 0;
    for (let row = nextFirst(slab); row < high; row += stride) {
      if (isOpen(ints, row)) this.#sample[size++] = seconds - lastSeconds(floats, row * FLOAT_STRIDE);
    }
    const sorted = this.#sample.subarray(0, size).sort();
    return sorted[Math.max(0, size - count)];
  }
}

/**
 * One look: takes those out that have been idle for too long.
 * @param evictFrom who was idle for so long goes, too, while there are too many
 */
export function giveUpIdle(tables: Tables, seconds: number, evictFrom: number): void {
  const { slab } = tables;
  const { ints, floats, words } = slab;
  const high = words[W_ROWS_HIGH];
  const stride = strideOf(slab);
  const first = nextFirst(slab);
  words[W_SWEEP_FIRST] = first;
  for (let row = first; row < high; row += stride) {
    if (!isOpen(ints, row)) continue;
    const idle = seconds - lastSeconds(floats, row * FLOAT_STRIDE);
    if (idle >= idleLimit(ints, row * INT_STRIDE)) takeOut(tables, row);
    else if (idle >= evictFrom && words[W_ROWS_USED] > words[W_MOST_ROWS]) evict(tables, row);
  }
}

/** Distance between the rows of one look. */
function strideOf({ words }: Slab): number {
  return ((words[W_ROWS_HIGH] + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE) | 0;
}

/** First row of the next look. */
function nextFirst(slab: Slab): number {
  return (slab.words[W_SWEEP_FIRST] + 1) % strideOf(slab);
}

/** The row's connection is in the tables. */
function isOpen(ints: Int32Array, row: number): boolean {
  return (ints[row * INT_STRIDE + C_STATUS] & (ROW_USED | ROW_RETIRED)) === ROW_USED;
}

/** Counts a packet: is it time to look? */
export function isSweepDue(slab: Slab): boolean {
  const isDue = isSweepNext(slab);
  slab.words[W_SWEEP_PACKETS] = isDue ? 0 : Math.min(slab.words[W_SWEEP_PACKETS] + 1, PACKETS_BETWEEN);
  return isDue;
}

/** Are there more connections than allowed? Then a look needs IdleSweep. */
export function areTooMany({ words }: Slab): boolean {
  return words[W_ROWS_USED] > words[W_MOST_ROWS];
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
