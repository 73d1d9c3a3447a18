import { C_EVENT_COUNTS, C_EVENTS, INT_STRIDE } from './columns.ts';
import { EVENT_STRIDE, EVENTS_KEPT, V_ENDPOINT, V_KIND, V_NEXT } from './event-columns.ts';
import type { Rows } from './slab.ts';
import { OrdinaryMemory, type TableMemory } from './table-memory.ts';
import { W_EVENTS_CAPACITY, W_EVENTS_HIGH, W_FREE_EVENT } from './words.ts';

/** Where a pool has its memory from. */
type EventMemory = Pick<TableMemory, 'words' | 'events' | 'firstEvents'>;

/**
 * What happens rarely to a connection and has more to tell than a counter: RSTs and ICMP errors. A linked list
 * a connection, in order, in a pool that all share, so that the rows of the slab need no room for them.
 */
export class EventPool {
  eventInts: Int32Array;
  /** Time of each event, as the times of its connection's row. */
  eventTimes: Float64Array;
  readonly words: Int32Array;
  readonly #memory: EventMemory;

  constructor(memory: EventMemory = new OrdinaryMemory()) {
    this.#memory = memory;
    this.words = memory.words;
    const { eventInts, eventTimes } = memory.events(memory.firstEvents);
    this.eventInts = eventInts;
    this.eventTimes = eventTimes;
    this.words[W_EVENTS_CAPACITY] = memory.firstEvents;
  }

  /** The events of rows that were copied. */
  static of(eventInts: Int32Array, eventTimes: Float64Array): EventPool {
    const events = new EventPool();
    events.eventInts = eventInts;
    events.eventTimes = eventTimes;
    return events;
  }

  /** Adds an event to a row's list; returns its number, or -1 when the row has enough of its kind. */
  add(slab: Rows, row: number, kind: number): number {
    this.makeRoom();
    return addEvent(this, slab, row, kind);
  }

  /** Sees to it that there is room for one more. */
  makeRoom(): void {
    if (!hasRoomForEvent(this)) this.#grow();
  }

  /** First event of a row, -1 where it has none; `next` gives the one after. */
  first(slab: Rows, row: number): number {
    return slab.ints[row * INT_STRIDE + C_EVENTS] - 1;
  }

  next(event: number): number {
    return this.eventInts[event * EVENT_STRIDE + V_NEXT] - 1;
  }

  /** The row's base time and the order of its endpoints change: moves its events along. @param shift nanoseconds */
  rebase(slab: Rows, row: number, shift: number, swap: number): void {
    for (let event = this.first(slab, row); event >= 0; event = this.next(event)) {
      this.eventTimes[event] += shift;
      this.eventInts[event * EVENT_STRIDE + V_ENDPOINT] ^= swap;
    }
  }

  /** Copies a row's events into the pool that its copy belongs to. */
  copyTo(slab: Rows, row: number, pool: EventPool, copy: Rows, copyRow: number): void {
    copy.ints[copyRow * INT_STRIDE + C_EVENTS] = 0;
    copy.ints[copyRow * INT_STRIDE + C_EVENT_COUNTS] = 0;
    for (let event = this.first(slab, row); event >= 0; event = this.next(event)) {
      const v = event * EVENT_STRIDE;
      const added = pool.add(copy, copyRow, this.eventInts[v + V_KIND]);
      const link = pool.eventInts[added * EVENT_STRIDE + V_NEXT];
      pool.eventInts.set(this.eventInts.subarray(v, v + EVENT_STRIDE), added * EVENT_STRIDE);
      pool.eventInts[added * EVENT_STRIDE + V_NEXT] = link;
      pool.eventTimes[added] = this.eventTimes[event];
    }
  }

  /** Events that the first so many entries of `ints` and `times` hold. */
  get used(): number {
    return this.words[W_EVENTS_HIGH];
  }

  /** Gives a row's events back. */
  release(slab: Rows, row: number): void {
    releaseEvents(this, slab, row);
  }

  #grow(): void {
    const capacity = 2 * this.words[W_EVENTS_CAPACITY];
    const { eventInts, eventTimes } = this.#memory.events(capacity);
    eventInts.set(this.eventInts);
    eventTimes.set(this.eventTimes);
    this.eventInts = eventInts;
    this.eventTimes = eventTimes;
    this.words[W_EVENTS_CAPACITY] = capacity;
  }
}

/** Gives a row's events back. */
export function releaseEvents({ eventInts, words }: EventPool, { ints }: Rows, row: number): void {
  const at = row * INT_STRIDE;
  let event = ints[at + C_EVENTS] - 1;
  ints[at + C_EVENTS] = 0;
  while (event >= 0) {
    const following = eventInts[event * EVENT_STRIDE + V_NEXT] - 1;
    eventInts[event * EVENT_STRIDE + V_NEXT] = words[W_FREE_EVENT];
    words[W_FREE_EVENT] = event + 1;
    event = following;
  }
}

/** An event is free, or was never used. */
export function hasRoomForEvent({ words }: EventPool): boolean {
  return words[W_FREE_EVENT] !== 0 || words[W_EVENTS_HIGH] < words[W_EVENTS_CAPACITY];
}

/** Adds an event, where there is room, to a row's list; returns its number, or -1 when the row has enough of its kind. */
export function addEvent({ eventInts, words }: EventPool, { ints }: Rows, row: number, kind: number): number {
  const at = row * INT_STRIDE;
  const shift = kind * 16;
  const counts = ints[at + C_EVENT_COUNTS];
  if (((counts >>> shift) & 0xffff) >= EVENTS_KEPT) return -1;
  ints[at + C_EVENT_COUNTS] = counts + (1 << shift);
  let event = words[W_FREE_EVENT] - 1;
  if (event >= 0) {
    words[W_FREE_EVENT] = eventInts[event * EVENT_STRIDE + V_NEXT];
  } else {
    event = words[W_EVENTS_HIGH];
    words[W_EVENTS_HIGH] = event + 1;
  }
  eventInts.fill(0, event * EVENT_STRIDE, (event + 1) * EVENT_STRIDE);
  eventInts[event * EVENT_STRIDE + V_KIND] = kind;
  let last = ints[at + C_EVENTS] - 1;
  if (last < 0) {
    ints[at + C_EVENTS] = event + 1;
    return event;
  }
  while (eventInts[last * EVENT_STRIDE + V_NEXT] !== 0) last = eventInts[last * EVENT_STRIDE + V_NEXT] - 1;
  eventInts[last * EVENT_STRIDE + V_NEXT] = event + 1;
  return event;
}

/** The last event of a kind that a row has; -1 where there is none. */
export function lastEvent({ eventInts }: EventPool, { ints }: Rows, row: number, kind: number): number {
  let found = -1;
  for (
    let event = ints[row * INT_STRIDE + C_EVENTS] - 1;
    event >= 0;
    event = eventInts[event * EVENT_STRIDE + V_NEXT] - 1
  ) {
    if (eventInts[event * EVENT_STRIDE + V_KIND] === kind) found = event;
  }
  return found;
}
