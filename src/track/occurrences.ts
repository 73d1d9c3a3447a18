/*
 * When something happened again and again, and to how many clients, in a constant number of words: the first and the last
 * time, a histogram of the times between, and a sketch of the clients' addresses. What is kept is the same in whatever order
 * things come, and two of them add up to one.
 *
 * The blocks stand in one array of doubles, so that the fast lane (src/lane) finds them.
 */

/** First and last time: seconds since 1970, and nanoseconds. */
export const O_FIRST_SECONDS = 0;
export const O_FIRST_NANOSECONDS = 1;
export const O_LAST_SECONDS = 2;
export const O_LAST_NANOSECONDS = 3;
/** Words of the address of the client that came first. */
export const O_CLIENT = 4;
/** How many hashes of client addresses are kept. */
const O_CLIENTS_KEPT = 8;
/** Width of a bin in units, 0 where nothing was noted yet; number of the first bin, counted from 1970 on. */
export const O_WIDTH = 9;
export const O_START = 10;
export const O_BINS = 11;
/** The smallest hashes of client addresses, in ascending order. */
const O_CLIENTS = 43;
export const OCCURRENCE_STRIDE = 107;

export const BINS = 32;
/** A histogram begins with bins of one unit; each time they no longer reach from the first time to the last, two become one. */
export const UNITS_PER_SECOND = 1024;
/** So many hashes are kept. Up to one less than that the number of clients is exact; beyond, it is estimated. */
export const CLIENTS_KEPT = 64;

const HASHES = 0x1_0000_0000;

/** Notes that it happened. @param at where the block begins @param client hash of the client's address, by `hashAddress` */
export function noteOccurrence(
  occurrences: Float64Array,
  at: number,
  seconds: number,
  nanoseconds: number,
  client: number,
): void {
  noteTime(occurrences, at, seconds, nanoseconds);
  widen(occurrences, at);
  const unit = unitOf(seconds, nanoseconds);
  const bin = Math.floor(unit / occurrences[at + O_WIDTH]) - occurrences[at + O_START];
  occurrences[at + O_BINS + (bin | 0)]++;
  noteClient(occurrences, at, client);
}

/** Nothing was noted in the block yet. */
export function isUnused(occurrences: Float64Array, at: number): boolean {
  return occurrences[at + O_WIDTH] === 0;
}

function unitOf(seconds: number, nanoseconds: number): number {
  return seconds * UNITS_PER_SECOND + Math.floor((nanoseconds * UNITS_PER_SECOND) / 1e9);
}

/** Takes a time into the span from the first to the last. */
function noteTime(occurrences: Float64Array, at: number, seconds: number, nanoseconds: number): void {
  const isFirst = isUnused(occurrences, at);
  const sinceFirst = seconds - occurrences[at + O_FIRST_SECONDS];
  if (isFirst || sinceFirst < 0 || (sinceFirst === 0 && nanoseconds < occurrences[at + O_FIRST_NANOSECONDS])) {
    occurrences[at + O_FIRST_SECONDS] = seconds;
    occurrences[at + O_FIRST_NANOSECONDS] = nanoseconds;
  }
  const sinceLast = seconds - occurrences[at + O_LAST_SECONDS];
  if (isFirst || sinceLast > 0 || (sinceLast === 0 && nanoseconds > occurrences[at + O_LAST_NANOSECONDS])) {
    occurrences[at + O_LAST_SECONDS] = seconds;
    occurrences[at + O_LAST_NANOSECONDS] = nanoseconds;
  }
  if (isFirst) {
    occurrences[at + O_WIDTH] = 1;
    occurrences[at + O_START] = unitOf(seconds, nanoseconds);
  }
}

/** Makes the bins reach from the first time to the last: the first bin is that of the first time. */
function widen(occurrences: Float64Array, at: number): void {
  const first = unitOf(occurrences[at + O_FIRST_SECONDS], occurrences[at + O_FIRST_NANOSECONDS]);
  const last = unitOf(occurrences[at + O_LAST_SECONDS], occurrences[at + O_LAST_NANOSECONDS]);
  let width = occurrences[at + O_WIDTH];
  while (Math.floor(last / width) - Math.floor(first / width) >= BINS) {
    foldBins(occurrences, at);
    width = occurrences[at + O_WIDTH];
  }
  const start = Math.floor(first / width);
  if (start < occurrences[at + O_START]) shiftBins(occurrences, at, start);
}

/** Makes one bin of each two. */
function foldBins(occurrences: Float64Array, at: number): void {
  const bins = at + O_BINS;
  const start = Math.floor(occurrences[at + O_START] / 2);
  const odd = (occurrences[at + O_START] - 2 * start) | 0;
  for (let i = 0; i < BINS; i++) {
    const count = occurrences[bins + i];
    occurrences[bins + i] = 0;
    occurrences[bins + ((i + odd) >> 1)] += count;
  }
  occurrences[at + O_START] = start;
  occurrences[at + O_WIDTH] *= 2;
}

/** Makes room for earlier bins. */
function shiftBins(occurrences: Float64Array, at: number, start: number): void {
  const bins = at + O_BINS;
  const by = Math.min(BINS, occurrences[at + O_START] - start) | 0;
  for (let i = BINS - 1; i >= 0; i--) {
    occurrences[bins + i] = i >= by ? occurrences[bins + i - by] : 0;
  }
  occurrences[at + O_START] = start;
}

/** Keeps the smallest hashes, each once (K minimum values, Bar-Yossef et al. 2002). */
function noteClient(occurrences: Float64Array, at: number, client: number): void {
  const clients = at + O_CLIENTS;
  const kept = occurrences[at + O_CLIENTS_KEPT] | 0;
  if (kept === CLIENTS_KEPT && client >= occurrences[clients + kept - 1]) return;
  let place = kept;
  while (place > 0 && occurrences[clients + place - 1] > client) place--;
  if (place > 0 && occurrences[clients + place - 1] === client) return;
  for (let i = Math.min(kept, CLIENTS_KEPT - 1); i > place; i--)
    occurrences[clients + i] = occurrences[clients + i - 1];
  occurrences[clients + place] = client;
  if (kept < CLIENTS_KEPT) occurrences[at + O_CLIENTS_KEPT]++;
}

/** A number below 2^32. Of IPv4 addresses no two have the same. @param address where its four words begin */
export function hashAddress(ints: Int32Array, address: number): number {
  let hash = 0;
  for (let word = 0; word < 4; word++) {
    // The last steps of MurmurHash3, which lead from different words to different ones.
    hash = hash ^ ints[address + word];
    hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
    hash = hash ^ (hash >>> 16);
  }
  return hash >>> 0;
}

/** How many different clients there were: exact up to CLIENTS_KEPT - 1, else an estimate whose standard error is 13 %. */
export function clientCount(occurrences: Float64Array, at: number): number {
  const kept = occurrences[at + O_CLIENTS_KEPT];
  if (kept < CLIENTS_KEPT) return kept;
  const share = (occurrences[at + O_CLIENTS + kept - 1] + 1) / HASHES;
  return Math.max(CLIENTS_KEPT, Math.round((CLIENTS_KEPT - 1) / share));
}

/** Adds what a block of `from` has to a block of `occurrences`. */
export function addOccurrences(occurrences: Float64Array, at: number, from: Float64Array, source: number): void {
  if (isUnused(from, source)) return;
  if (isUnused(occurrences, at)) {
    occurrences.set(from.subarray(source, source + OCCURRENCE_STRIDE), at);
    return;
  }
  noteTime(occurrences, at, from[source + O_FIRST_SECONDS], from[source + O_FIRST_NANOSECONDS]);
  noteTime(occurrences, at, from[source + O_LAST_SECONDS], from[source + O_LAST_NANOSECONDS]);
  while (occurrences[at + O_WIDTH] < from[source + O_WIDTH]) foldBins(occurrences, at);
  widen(occurrences, at);
  const ratio = occurrences[at + O_WIDTH] / from[source + O_WIDTH];
  for (let i = 0; i < BINS; i++) {
    const bin = Math.floor((from[source + O_START] + i) / ratio) - occurrences[at + O_START];
    if (bin < BINS) occurrences[at + O_BINS + bin] += from[source + O_BINS + i];
  }
  for (let i = 0; i < from[source + O_CLIENTS_KEPT]; i++) noteClient(occurrences, at, from[source + O_CLIENTS + i]);
}
