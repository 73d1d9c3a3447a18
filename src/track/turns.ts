import { F_UNIQUE_BYTES, T_NOW } from './columns.ts';
import type { Cursor } from './cursor.ts';

/** Turns kept one by one for each connection; what comes after is one turn of each side. */
export const TURNS_KEPT = 256;

/** What one side sent before the other sent anything, or a FIN came: a request, a response. Times as those of the row. */
export interface Turn {
  endpoint: number;
  firstFrame: number;
  lastFrame: number;
  firstTime: number;
  lastTime: number;
  /** New payload, and packets that brought it. */
  bytes: number;
  packets: number;
  /** 1, or how many turns this one stands for. */
  turns: number;
}

interface Turns {
  list: Turn[];
  /** The last of `list`, or the rest of its side. */
  last: Turn | null;
  rest: (Turn | null)[];
  /** F_UNIQUE_BYTES of both endpoints, as last seen. */
  unique: number[];
}

const NO_TURNS: readonly Turn[] = [];

/**
 * Who sent how much when: what the calls of an application are told from. Kept only for an analysis that wants
 * them, for they take memory and time that the columns do not.
 */
export class TurnBook {
  readonly #byRow = new Map<number, Turns>();

  /**
   * A packet that was followed; the cursor stands on it.
   * @param isFin it has a FIN: what comes after is another turn, whoever sends it
   */
  note(cursor: Cursor, frame: number, isFin: boolean): void {
    const { row, sender, floats } = cursor;
    const unique = floats[cursor.myTimes + F_UNIQUE_BYTES];
    let turns = this.#byRow.get(row);
    if (turns === undefined) {
      if (unique === 0) return;
      turns = { list: [], last: null, rest: [null, null], unique: [0, 0] };
      this.#byRow.set(row, turns);
    }
    const bytes = unique - turns.unique[sender];
    if (bytes > 0) {
      turns.unique[sender] = unique;
      const time = floats[cursor.times + T_NOW];
      const turn = turns.last?.endpoint === sender ? turns.last : begin(turns, sender, frame, time);
      turn.lastFrame = frame;
      turn.lastTime = time;
      turn.bytes += bytes;
      turn.packets++;
    }
    if (isFin) turns.last = null;
  }

  /** A connection's turns in order; those beyond TURNS_KEPT as one for each side. */
  of(row: number): readonly Turn[] {
    const turns = this.#byRow.get(row);
    if (turns === undefined) return NO_TURNS;
    const rest = turns.rest.filter((turn) => turn !== null).sort((a, b) => a.firstFrame - b.firstFrame);
    return [...turns.list, ...rest];
  }

  release(row: number): void {
    this.#byRow.delete(row);
  }
}

function begin(turns: Turns, endpoint: number, frame: number, time: number): Turn {
  const known = turns.rest[endpoint];
  const turn = known ?? {
    endpoint,
    firstFrame: frame,
    lastFrame: frame,
    firstTime: time,
    lastTime: time,
    bytes: 0,
    packets: 0,
    turns: 0,
  };
  turn.turns++;
  if (turns.list.length < TURNS_KEPT) turns.list.push(turn);
  else turns.rest[endpoint] = turn;
  turns.last = turn;
  return turn;
}
