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

/** Up to this many connections none is given up for being idle: small captures come out exactly as in Wireshark. */
const KEEP_ALL_BELOW = 16_384;
/** A UDP exchange that was silent so long has ended (Zeek's udp_inactivity_timeout). */
const UDP_IDLE_SECONDS = 60;
/** Linux gives a SYN up after 127 s (tcp_syn_retries 6). */
const HANDSHAKE_IDLE_SECONDS = 130;
/** With keep-alives on, Linux hears from a living peer in 7200 s and 9 probes of 75 s. */
const ESTABLISHED_IDLE_SECONDS = 7875;
/** Packets between two looks, and rows looked at in one: each row is seen once in 4 packets a row. */
const PACKETS_BETWEEN = 256;
const ROWS_AT_ONCE = 1024;
/** Where eviction begins when more connections are open than allowed; halved each time the whole table was seen in vain. */
const FIRST_PRESSURE_SECONDS = 3600;

/**
 * Finds connections to give up: those that have ended without saying so, once there are many, and the longest
 * idle when there are more than allowed. Driven by packets and capture time, never by the clock
 * or by how the input came in chunks, so that the same capture always gives the same connections.
 */
export class IdleSweep {
  /** Set by `next`: the connection was given up only to keep memory bounded. */
  isEviction = false;
  readonly #slab: Slab;
  readonly #most: number;
  readonly #keepAllBelow: number;
  #packets = 0;
  #row = 0;
  #budget = 0;
  #pressure = FIRST_PRESSURE_SECONDS;
  #seenInVain = 0;

  constructor(slab: Slab, mostConnections: number) {
    this.#slab = slab;
    this.#most = mostConnections;
    this.#keepAllBelow = Math.min(KEEP_ALL_BELOW, mostConnections);
  }

  /** Called for each packet: is it time to look? */
  isDue(): boolean {
    if (++this.#packets < PACKETS_BETWEEN) return false;
    this.#packets = 0;
    this.#budget = ROWS_AT_ONCE;
    return this.#slab.used > this.#keepAllBelow;
  }

  /** Next row to give up, -1 when this look is over. @param seconds capture time */
  next(seconds: number): number {
    const { ints, floats, high, used } = this.#slab;
    const tooMany = used > this.#most;
    if (!tooMany) this.#pressure = FIRST_PRESSURE_SECONDS;
    while (this.#budget-- > 0) {
      if (this.#row >= high) this.#row = 0;
      const row = this.#row++;
      const at = row * INT_STRIDE;
      if ((ints[at + C_STATUS] & (ROW_USED | ROW_RETIRED)) !== ROW_USED) continue;
      const idle = seconds - lastSeconds(floats, row * FLOAT_STRIDE);
      if (idle >= idleLimit(ints, at)) {
        this.isEviction = false;
        return row;
      }
      if (!tooMany) continue;
      if (idle >= this.#pressure) {
        this.isEviction = true;
        this.#seenInVain = 0;
        return row;
      }
      if (++this.#seenInVain > high) {
        this.#pressure = this.#pressure > 1 ? this.#pressure / 2 : 0;
        this.#seenInVain = 0;
      }
    }
    return -1;
  }
}

function idleLimit(ints: Int32Array, at: number): number {
  if ((ints[at + C_PROTOCOL] & 0xff) === 17) return UDP_IDLE_SECONDS;
  const handshake = ints[at + C_HANDSHAKE];
  const begun = (handshake & (HANDSHAKE_SYN | HANDSHAKE_SYN_ACK)) !== 0;
  if (begun && (handshake & (HANDSHAKE_ACCEPTED | HANDSHAKE_ASSUMED)) === 0) return HANDSHAKE_IDLE_SECONDS;
  return ESTABLISHED_IDLE_SECONDS;
}
