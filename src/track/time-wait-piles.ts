import { C_PROTOCOL } from './columns.ts';
import { enter, type Keyed, makeTable, nextKey } from './keyed.ts';
import { copyAddress, portOf } from './rows.ts';

/*
 * Piles of TIME-WAIT: connections of one client address to one server endpoint that left the client in TIME-WAIT, where each holds a
 * port of the client for a minute (socket/time-wait.ts).
 */

/** The tables of piles, and of the steps of time in which their connections entered TIME-WAIT, in `Keyed`. */
export const TABLE_PILES = 150_000;
export const TABLE_STEPS = 320_000;
/** Words that both, and what comes before them, take. */
export const KEYED_WORDS = 800_000;

/** Key of a pile: the words of both addresses, the server's port, IP version and protocol. */
export const K_CLIENT = 0;
export const K_SERVER = 4;
export const K_PORT = 8;
export const K_PROTOCOL = 9;
const PILE_WIDTH = 10;
/** Its first stream; how many ever entered TIME-WAIT; the step of time of the last of them, and the entry of that step, plus 1. */
export const P_STREAM = 10;
export const P_TOTAL = 11;
const P_TIME = 12;
const P_STEP = 13;
const PILE_STRIDE = 14;
/** Piles that are kept. */
const PILES_KEPT = 10_000;
const PILE_SLOTS = 16_384;

/** Key of a step: the entry of the pile, time in STEP_SECONDS since 1970. */
export const S_PILE = 0;
export const S_TIME = 1;
const STEP_WIDTH = 2;
/** How many entered TIME-WAIT in it. */
export const S_COUNT = 2;
const STEP_STRIDE = 3;
/** Steps of all piles that are kept. */
const STEPS_KEPT = 100_000;
const STEP_SLOTS = 131_072;
/** Time is counted in such steps, so that counts of parts add up to that of the whole. */
export const STEP_SECONDS = 10;

export function makePiles(keyed: Keyed): void {
  makeTable(keyed, TABLE_PILES, { most: PILES_KEPT, slots: PILE_SLOTS, width: PILE_WIDTH, stride: PILE_STRIDE });
  makeTable(keyed, TABLE_STEPS, { most: STEPS_KEPT, slots: STEP_SLOTS, width: STEP_WIDTH, stride: STEP_STRIDE });
}

/** Puts the key of a connection's pile where `notePile` looks for it. @param client endpoint 0 or 1 */
export function putPileKey(usual: Keyed, ints: Int32Array, at: number, client: number): void {
  const { keyed } = usual;
  const key = nextKey(usual, TABLE_PILES);
  copyAddress(ints, at, client, keyed, key + K_CLIENT);
  copyAddress(ints, at, 1 - client, keyed, key + K_SERVER);
  keyed[key + K_PORT] = portOf(ints, at, 1 - client);
  keyed[key + K_PROTOCOL] = ints[at + C_PROTOCOL];
}

/**
 * Counts a connection in the pile whose key stands at `nextKey`.
 * @param entered when its client entered TIME-WAIT, in seconds since 1970
 * @returns the entry of the pile, -1 where there are enough
 */
export function notePile(usual: Keyed, entered: number, stream: number): number {
  const { keyed } = usual;
  const pile = enter(usual, TABLE_PILES);
  if (pile < 0) return pile;
  const time = Math.floor(entered / STEP_SECONDS) | 0;
  if (keyed[pile + P_STEP] === 0 || time !== keyed[pile + P_TIME]) {
    const key = nextKey(usual, TABLE_STEPS);
    keyed[key + S_PILE] = pile;
    keyed[key + S_TIME] = time;
    keyed[pile + P_TIME] = time;
    keyed[pile + P_STEP] = enter(usual, TABLE_STEPS) + 1;
  }
  const step = keyed[pile + P_STEP] - 1;
  if (step >= 0) keyed[step + S_COUNT]++;
  if (keyed[pile + P_TOTAL] === 0 || stream < keyed[pile + P_STREAM]) keyed[pile + P_STREAM] = stream;
  keyed[pile + P_TOTAL]++;
  return pile;
}
