import { C_EVENT_COUNTS, C_EVENTS, INT_STRIDE } from './columns.ts';
import type { Rows } from './slab.ts';

/** Events of one kind that a connection keeps; what comes after is only counted. */
export const EVENTS_KEPT = 16;

export const EVENT_RST = 0;
export const EVENT_ICMP = 1;

/** Columns of an event. */
export const V_NEXT = 0; // next event of the same connection, plus 1
export const V_KIND = 1;
/** Endpoint that sent the RST; endpoint whose packet the ICMP error quotes. */
export const V_ENDPOINT = 2;
export const V_FRAME = 3;
/** RST: 1 if its receiver accepts it. ICMP: type * 256 + code. */
export const V_VALUE = 4;
/** RST: state of its receiver (tcp-state.ts). ICMP: 1 if the quoted packet was in flight. */
export const V_DETAIL = 5;
/** State of the endpoint in V_ENDPOINT before the event. */
export const V_STATE = 6;
/** ICMP: IP version and address of the sender. */
export const V_VERSION = 7;
export const V_ADDRESS = 8; // to 11
// RST
/** SHAPE_ bits. */
export const V_SHAPE = 7;
/** TTL of the RST * 65536 + least * 256 + greatest TTL of its sender's earlier packets; those are 0 where there were none. */
export const V_TTL = 8;
/** Last frames with payload before it: of its receiver, of its sender. */
export const V_PEER_DATA_FRAME = 9;
export const V_OWN_DATA_FRAME = 10;
/** Segments sent again, or probes, that its sender had no answer to; the same of its receiver. */
export const V_UNANSWERED = 11;
export const V_PEER_UNANSWERED = 12;
/** ANALYSIS_ bits of its sender's last segment before it. */
export const V_ANALYSIS = 13;
/** Milliseconds without a packet of its sender: until it, and until its receiver last sent something new. */
export const V_SILENCE = 14;
export const V_IDLE = 15;
/** V_UNANSWERED as it was when its receiver was last heard again, and milliseconds for which that was sent again. */
export const V_UNANSWERED_BEFORE = 16;
export const V_RESENT_FOR = 17;
/** IP identification of its sender's packet before it * 65536 + its own. ICMP: that of the error. */
export const V_IP_IDS = 18;
export const EVENT_STRIDE = 19;

/** The RST has the ACK flag. */
export const SHAPE_ACK = 1;
/** Its sequence number is the acknowledgment number of its receiver's last segment: what an answer has (RFC 9293 3.10.7.1). */
export const SHAPE_ANSWER = 2;
/** Its sequence number is the next that its sender would use. */
export const SHAPE_NEXT = 4;
export const SHAPE_ZERO = 8;
/** Its sequence number is that of its sender's FIN: it answers a segment that was sent before that FIN arrived. */
export const SHAPE_AT_FIN = 16;
/** Its sender sent nothing before but SYNs. */
export const SHAPE_ONLY_SYNS = 32;
/** Its IP identification falls out of the row of its sender's. */
export const SHAPE_ID_BREAKS = 64;

/**
 * What happens rarely to a connection and has more to tell than a counter: RSTs and ICMP errors. A linked list
 * a connection, in order, in a pool that all share, so that the rows of the slab need no room for them.
 */
export class EventPool {
  ints: Int32Array;
  /** Time of each event, as the times of its connection's row. */
  times: Float64Array;
  #high = 0;
  #free = 0; // first released event, plus 1; chained through V_NEXT

  constructor(ints: Int32Array = new Int32Array(64 * EVENT_STRIDE), times: Float64Array = new Float64Array(64)) {
    this.ints = ints;
    this.times = times;
  }

  /** Adds an event to a row's list; returns its number, or -1 when the row has enough of its kind. */
  add(slab: Rows, row: number, kind: number): number {
    const rowInts = slab.ints;
    const at = row * INT_STRIDE;
    const shift = kind * 16;
    const counts = rowInts[at + C_EVENT_COUNTS];
    if (((counts >>> shift) & 0xffff) >= EVENTS_KEPT) return -1;
    rowInts[at + C_EVENT_COUNTS] = counts + (1 << shift);
    const event = this.#take();
    const ints = this.ints;
    ints.fill(0, event * EVENT_STRIDE, (event + 1) * EVENT_STRIDE);
    ints[event * EVENT_STRIDE + V_KIND] = kind;
    let last = rowInts[at + C_EVENTS];
    if (last === 0) {
      rowInts[at + C_EVENTS] = event + 1;
    } else {
      while (ints[(last - 1) * EVENT_STRIDE + V_NEXT] !== 0) last = ints[(last - 1) * EVENT_STRIDE + V_NEXT];
      ints[(last - 1) * EVENT_STRIDE + V_NEXT] = event + 1;
    }
    return event;
  }

  /** First event of a row, -1 where it has none; `next` gives the one after. */
  first(slab: Rows, row: number): number {
    return slab.ints[row * INT_STRIDE + C_EVENTS] - 1;
  }

  next(event: number): number {
    return this.ints[event * EVENT_STRIDE + V_NEXT] - 1;
  }

  /** The row's base time and the order of its endpoints change: moves its events along. @param shift nanoseconds */
  rebase(slab: Rows, row: number, shift: number, swap: number): void {
    for (let event = this.first(slab, row); event >= 0; event = this.next(event)) {
      this.times[event] += shift;
      this.ints[event * EVENT_STRIDE + V_ENDPOINT] ^= swap;
    }
  }

  /** Copies a row's events into the pool that its copy belongs to. */
  copyTo(slab: Rows, row: number, pool: EventPool, copy: Rows, copyRow: number): void {
    copy.ints[copyRow * INT_STRIDE + C_EVENTS] = 0;
    copy.ints[copyRow * INT_STRIDE + C_EVENT_COUNTS] = 0;
    for (let event = this.first(slab, row); event >= 0; event = this.next(event)) {
      const v = event * EVENT_STRIDE;
      const added = pool.add(copy, copyRow, this.ints[v + V_KIND]);
      const link = pool.ints[added * EVENT_STRIDE + V_NEXT];
      pool.ints.set(this.ints.subarray(v, v + EVENT_STRIDE), added * EVENT_STRIDE);
      pool.ints[added * EVENT_STRIDE + V_NEXT] = link;
      pool.times[added] = this.times[event];
    }
  }

  /** Events that the first so many entries of `ints` and `times` hold. */
  get used(): number {
    return this.#high;
  }

  /** Gives a row's events back. */
  release(slab: Rows, row: number): void {
    const at = row * INT_STRIDE + C_EVENTS;
    let event = slab.ints[at] - 1;
    slab.ints[at] = 0;
    while (event >= 0) {
      const following = this.ints[event * EVENT_STRIDE + V_NEXT] - 1;
      this.ints[event * EVENT_STRIDE + V_NEXT] = this.#free;
      this.#free = event + 1;
      event = following;
    }
  }

  #take(): number {
    if (this.#free !== 0) {
      const event = this.#free - 1;
      this.#free = this.ints[event * EVENT_STRIDE + V_NEXT];
      return event;
    }
    if (this.#high === this.times.length) {
      const ints = new Int32Array(this.ints.length * 2);
      ints.set(this.ints);
      this.ints = ints;
      const times = new Float64Array(this.times.length * 2);
      times.set(this.times);
      this.times = times;
    }
    return this.#high++;
  }
}
