import { C_CHAIN, C_STATUS, INT_STRIDE, ROW_EVICTED, ROW_QUOTED, ROW_REPORTED } from './columns.ts';
import type { EventPool } from './events.ts';
import type { RowObserver } from './row-observer.ts';
import { freeRow, type Slab } from './slab.ts';
import type { TurnBook } from './turns.ts';
import { W_LEFT_COUNT, W_LEFT_FIRST, W_LEFT_LAST, W_LEFT_NEXT } from './words.ts';

/*
 * Connections that have left the tables (endings.ts) and wait: to be reported, and then for their rows to be used again. The rows are
 * chained through C_CHAIN.
 */

/** So many connections may wait to be reported: code that is used for many in a row is quicker than for each by itself. */
export const LEFT_KEPT = 128;

/** Enters a row in the list of those that wait. */
export function enterWaiting({ ints, words }: Slab, row: number): void {
  ints[row * INT_STRIDE + C_CHAIN] = 0;
  if (words[W_LEFT_LAST] === 0) words[W_LEFT_FIRST] = row + 1;
  else ints[(words[W_LEFT_LAST] - 1) * INT_STRIDE + C_CHAIN] = row + 1;
  words[W_LEFT_LAST] = row + 1;
  if (words[W_LEFT_NEXT] === 0) words[W_LEFT_NEXT] = row + 1;
  words[W_LEFT_COUNT]++;
}

/** The row of the next connection that is to be reported, -1 where none waits. */
function nextWaiting({ ints, words }: Slab): number {
  const row = words[W_LEFT_NEXT] - 1;
  if (row >= 0) words[W_LEFT_NEXT] = ints[row * INT_STRIDE + C_CHAIN];
  return row;
}

/** Who is told of connections that have ended. */
interface Told {
  /** Their rows are not used again: `ended` comes at the end. */
  retain: boolean;
  ended: (row: number) => void;
  observer?: RowObserver | null;
}

/** Reports connections in the order in which they left the tables. */
export class Waiting {
  readonly #told: Told;
  readonly #slab: Slab;
  readonly #events: EventPool;
  readonly #turns: TurnBook | null;

  constructor(told: Told, slab: Slab, events: EventPool, turns: TurnBook | null) {
    this.#told = told;
    this.#slab = slab;
    this.#events = events;
    this.#turns = turns;
  }

  /** So many wait that their rows should be used again. */
  get areMany(): boolean {
    return this.#slab.words[W_LEFT_COUNT] >= LEFT_KEPT;
  }

  /** Reports those that wait for it. */
  report(): void {
    const { ints } = this.#slab;
    const { retain, ended, observer } = this.#told;
    for (let row = nextWaiting(this.#slab); row >= 0; row = nextWaiting(this.#slab)) {
      const at = row * INT_STRIDE + C_STATUS;
      if ((ints[at] & ROW_QUOTED) !== 0) continue;
      if (!retain) {
        ended(row);
        ints[at] |= ROW_REPORTED;
      }
      observer?.left(row, (ints[at] & ROW_EVICTED) !== 0);
    }
  }

  /** The same where the capture has ended: retained ones, too. */
  reportLast(): void {
    for (let row = nextWaiting(this.#slab); row >= 0; row = nextWaiting(this.#slab)) this.#told.ended(row);
  }

  /** Reports them, and uses their rows again unless they are retained. */
  empty(): void {
    this.report();
    const { ints, words } = this.#slab;
    let row = words[W_LEFT_FIRST] - 1;
    words[W_LEFT_FIRST] = 0;
    words[W_LEFT_LAST] = 0;
    words[W_LEFT_COUNT] = 0;
    while (row >= 0 && !this.#told.retain) {
      const following = ints[row * INT_STRIDE + C_CHAIN] - 1;
      this.#events.release(this.#slab, row);
      this.#turns?.release(row);
      freeRow(this.#slab, row);
      row = following;
    }
  }
}
