import {
  C_ADDRESS_0,
  C_ADDRESS_1,
  C_FIRST_NANOSECONDS,
  C_PROTOCOL,
  C_STREAM,
  C_SYN_COUNT,
  E_FLAGS,
  E_RETRANSMISSIONS,
  END_CLOSED_SECOND,
  ENDPOINT_FLOAT_0,
  ENDPOINT_FLOAT_STRIDE,
  ENDPOINT_INT_0,
  ENDPOINT_INT_STRIDE,
  F_BYTES,
  F_FIN_TIME,
  FLOAT_STRIDE,
  INT_STRIDE,
  T_BASE_SECONDS,
  T_CONNECTED,
  T_SYN,
} from './columns.ts';
import { emptyTable, enter, entryCount, entryNumber, type Keyed, makeTable, nextKey } from './keyed.ts';
import { hashAddress, isUnused, noteOccurrence, O_CLIENT, OCCURRENCE_STRIDE } from './occurrences.ts';
import { KERNEL_SYNS } from './retries.ts';
import { copyAddress, portOf } from './rows.ts';
import type { Slab } from './slab.ts';
import { makePiles, notePile, putPileKey, TABLE_PILES, TABLE_STEPS } from './time-wait-piles.ts';
import { clientOfSyn, USUAL_CLOSED, USUAL_OPEN, USUAL_REFUSED, USUAL_UNANSWERED } from './usual.ts';
import {
  N_USUAL_BYTES,
  N_USUAL_RESENT,
  W_USUAL_CONNECTS,
  W_USUAL_IN_TURN,
  W_USUAL_SHAPES,
  W_USUAL_UNLISTED,
} from './words.ts';

/*
 * What usual connections (usual.ts) add up to. Counts of each shape, payload and retransmissions stand in words and sums; here is the
 * rest.
 */

/** The table of the failed ones, by how they failed (USUAL_) and at which server: its address, port, IP version and protocol. */
export const TABLE_FAILED = 0;
export const FAILED_SHAPE = 0;
export const FAILED_ADDRESS = 1;
export const FAILED_PORT = 5;
export const FAILED_PROTOCOL = 6;
const FAILED_WIDTH = 7;
/** How many, the first stream of them, and how many SYNs it had; how many left an error on the client's socket. */
export const FAILED_COUNT = 7;
export const FAILED_STREAM = 8;
export const FAILED_SYNS = 9;
export const FAILED_ERRORS = 10;
const FAILED_STRIDE = 11;
/** As many as there are groups of problems. */
const FAILED_KEPT = 10_000;
const FAILED_SLOTS = 16_384;

/**
 * The table of the failed ones for which that one has no room any more, by client and server host: whoever scans all ports of a host
 * fills it.
 */
export const TABLE_BEYOND = 755_000;
export const BEYOND_CLIENT = 0;
export const BEYOND_SERVER = 4;
export const BEYOND_PROTOCOL = 8;
const BEYOND_WIDTH = 9;
/** How many were refused, and not answered; how many of these left an error on the client's socket; their first stream. */
export const BEYOND_REFUSED = 9;
export const BEYOND_UNANSWERED = 10;
export const BEYOND_TIMED_OUT = 11;
export const BEYOND_STREAM = 12;
/** A bit for each port of the server. */
export const BEYOND_PORTS = 13;
export const PORT_WORDS = 2048;
const BEYOND_STRIDE = BEYOND_PORTS + PORT_WORDS;
/** Pairs of client and server that are kept. */
export const BEYOND_KEPT = 16;
const BEYOND_SLOTS = 32;

/** Doubles that a block of occurrences for each entry of both takes. */
export const OCCURRENCE_WORDS = (FAILED_KEPT + BEYOND_KEPT) * OCCURRENCE_STRIDE;

export interface UsualSums extends Keyed {
  /** Nanoseconds of connect() calls that wait to be summed up: W_USUAL_CONNECTS of them. */
  readonly connects: Float64Array;
  /** For each entry of TABLE_FAILED a block (occurrences.ts), then one for each of TABLE_BEYOND. */
  readonly occurrences: Float64Array;
}

/** Prepares the tables of `keyed`, which is all 0. */
export function makeUsualTables(keyed: Int32Array): Int32Array {
  const size = { most: FAILED_KEPT, slots: FAILED_SLOTS, width: FAILED_WIDTH, stride: FAILED_STRIDE };
  makeTable({ keyed }, TABLE_FAILED, size);
  makePiles({ keyed });
  const beyond = { most: BEYOND_KEPT, slots: BEYOND_SLOTS, width: BEYOND_WIDTH, stride: BEYOND_STRIDE };
  makeTable({ keyed }, TABLE_BEYOND, beyond);
  return keyed;
}

/** Makes the tables as they were when they were prepared. */
export function emptyUsualTables({ keyed, occurrences }: Pick<UsualSums, 'keyed' | 'occurrences'>): void {
  occurrences.fill(0, 0, entryCount({ keyed }, TABLE_FAILED) * OCCURRENCE_STRIDE);
  const beyond = FAILED_KEPT * OCCURRENCE_STRIDE;
  occurrences.fill(0, beyond, beyond + entryCount({ keyed }, TABLE_BEYOND) * OCCURRENCE_STRIDE);
  for (const table of [TABLE_FAILED, TABLE_PILES, TABLE_STEPS, TABLE_BEYOND]) emptyTable({ keyed }, table);
}

/** Where the block of occurrences of an entry of TABLE_BEYOND begins. */
export function beyondBlock(usual: UsualSums, entry: number): number {
  return (FAILED_KEPT + entryNumber(usual, TABLE_BEYOND, entry)) * OCCURRENCE_STRIDE;
}

/** Adds a usual connection to the sums. @param shape what `usualShape` says */
export function addUp(slab: Slab, usual: UsualSums, row: number, shape: number): void {
  const { ints, floats, words, sums } = slab;
  const at = row * INT_STRIDE;
  const first = at + ENDPOINT_INT_0;
  const firstTimes = row * FLOAT_STRIDE + ENDPOINT_FLOAT_0;
  words[W_USUAL_SHAPES + shape]++;
  sums[N_USUAL_BYTES] += floats[firstTimes + F_BYTES] + floats[firstTimes + ENDPOINT_FLOAT_STRIDE + F_BYTES];
  sums[N_USUAL_RESENT] += ints[first + E_RETRANSMISSIONS] + ints[first + ENDPOINT_INT_STRIDE + E_RETRANSMISSIONS];
  if (shape === USUAL_CLOSED || shape === USUAL_OPEN) addConnect(slab, usual, row);
  if (shape === USUAL_CLOSED) addClose(slab, usual, row);
  if (shape === USUAL_REFUSED || shape === USUAL_UNANSWERED) addFailure(slab, usual, row, shape);
}

function addConnect({ floats, words }: Slab, { connects }: UsualSums, row: number): void {
  const times = row * FLOAT_STRIDE;
  connects[words[W_USUAL_CONNECTS]] = floats[times + T_CONNECTED] - floats[times + T_SYN];
  words[W_USUAL_CONNECTS]++;
}

/** How it closed, and whether that left the client in TIME-WAIT. */
function addClose({ ints, floats, words }: Slab, usual: UsualSums, row: number): void {
  const at = row * INT_STRIDE;
  const client = clientOfSyn(ints, at);
  const clientFlags = ints[at + ENDPOINT_INT_0 + client * ENDPOINT_INT_STRIDE + E_FLAGS];
  const serverFlags = ints[at + ENDPOINT_INT_0 + (1 - client) * ENDPOINT_INT_STRIDE + E_FLAGS];
  if (((clientFlags | serverFlags) & END_CLOSED_SECOND) !== 0) words[W_USUAL_IN_TURN]++;
  if ((clientFlags & END_CLOSED_SECOND) !== 0) return;
  putPileKey(usual, ints, at, client);
  const times = row * FLOAT_STRIDE;
  const fin = floats[times + ENDPOINT_FLOAT_0 + (1 - client) * ENDPOINT_FLOAT_STRIDE + F_FIN_TIME];
  notePile(usual, floats[times + T_BASE_SECONDS] + fin / 1e9, ints[at + C_STREAM]);
}

/** That it failed, at which server, when and for which client; and whether that left an error on the client's socket. */
function addFailure(slab: Slab, usual: UsualSums, row: number, shape: number): void {
  const { ints } = slab;
  const at = row * INT_STRIDE;
  const client = clientOfSyn(ints, at);
  const server = 1 - client;
  const { keyed } = usual;
  const key = nextKey(usual, TABLE_FAILED);
  keyed[key + FAILED_SHAPE] = shape;
  copyAddress(ints, at, server, keyed, key + FAILED_ADDRESS);
  keyed[key + FAILED_PORT] = portOf(ints, at, server);
  keyed[key + FAILED_PROTOCOL] = ints[at + C_PROTOCOL];
  const entry = enter(usual, TABLE_FAILED);
  if (entry < 0) {
    addBeyond(slab, usual, row, shape, client);
    return;
  }
  const stream = ints[at + C_STREAM];
  if (keyed[entry + FAILED_COUNT] === 0 || stream < keyed[entry + FAILED_STREAM]) {
    keyed[entry + FAILED_STREAM] = stream;
    keyed[entry + FAILED_SYNS] = ints[at + C_SYN_COUNT];
  }
  keyed[entry + FAILED_COUNT]++;
  // The rule syn-timeout of socket/error-rules.ts.
  if (shape === USUAL_REFUSED || ints[at + C_SYN_COUNT] >= KERNEL_SYNS) keyed[entry + FAILED_ERRORS]++;
  noteFailure(slab, usual, row, entryNumber(usual, TABLE_FAILED, entry) * OCCURRENCE_STRIDE, client);
}

/** The same for a server for which there is no room any more, as long as there is room for the pair of client and server. */
function addBeyond(slab: Slab, usual: UsualSums, row: number, shape: number, client: number): void {
  const { ints, words } = slab;
  const at = row * INT_STRIDE;
  const { keyed } = usual;
  const key = nextKey(usual, TABLE_BEYOND);
  copyAddress(ints, at, client, keyed, key + BEYOND_CLIENT);
  copyAddress(ints, at, 1 - client, keyed, key + BEYOND_SERVER);
  keyed[key + BEYOND_PROTOCOL] = ints[at + C_PROTOCOL];
  const entry = enter(usual, TABLE_BEYOND);
  if (entry < 0) {
    words[W_USUAL_UNLISTED]++;
    return;
  }
  const stream = ints[at + C_STREAM];
  const isFirst = keyed[entry + BEYOND_REFUSED] + keyed[entry + BEYOND_UNANSWERED] === 0;
  if (isFirst || stream < keyed[entry + BEYOND_STREAM]) keyed[entry + BEYOND_STREAM] = stream;
  keyed[entry + (shape === USUAL_REFUSED ? BEYOND_REFUSED : BEYOND_UNANSWERED)]++;
  if (shape !== USUAL_REFUSED && ints[at + C_SYN_COUNT] >= KERNEL_SYNS) keyed[entry + BEYOND_TIMED_OUT]++;
  const port = portOf(ints, at, 1 - client);
  keyed[entry + BEYOND_PORTS + (port >>> 5)] |= 1 << (port & 31);
  noteFailure(slab, usual, row, beyondBlock(usual, entry), client);
}

/** Notes when a connection began that failed, and for whom. @param at where the block of occurrences begins */
function noteFailure(
  { ints, floats }: Slab,
  { occurrences }: UsualSums,
  row: number,
  at: number,
  client: number,
): void {
  const from = row * INT_STRIDE + (client === 0 ? C_ADDRESS_0 : C_ADDRESS_1);
  if (isUnused(occurrences, at)) {
    for (let word = 0; word < 4; word++) occurrences[at + O_CLIENT + word] = ints[from + word];
  }
  const seconds = floats[row * FLOAT_STRIDE + T_BASE_SECONDS];
  noteOccurrence(occurrences, at, seconds, ints[row * INT_STRIDE + C_FIRST_NANOSECONDS], hashAddress(ints, from));
}
