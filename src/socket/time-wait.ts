import { formatAddress } from '../../parsers/network/address.ts';
import type { ProblemGroup } from '../summary.ts';
import {
  C_ADDRESS_0,
  C_ADDRESS_1,
  C_PORTS,
  C_PROTOCOL,
  C_STREAM,
  C_ZONE,
  E_FLAGS,
  END_CLOSED_SECOND,
  END_FIN_SENT,
  F_FIN_TIME,
  T_BASE_SECONDS,
} from '../track/columns.ts';
import {
  Q_CLIENT,
  Q_PORT,
  Q_PROTOCOL,
  Q_SERVER,
  Q_STREAM,
  Q_TIME_WAIT,
  QT_SERVER_FIN,
  QUIET_STRIDE,
  QUIET_TIMES_STRIDE,
  type QuietLog,
} from '../track/quiet.ts';
import type { RecordSource } from '../track/record-source.ts';
import type { Sides } from '../track/sides.ts';
import { stateOf, TIME_WAIT } from '../track/tcp-state.ts';
import { INT32_MAX } from '../track/words.ts';
import { isLinkLocal } from '../track/zones.ts';

/** Linux keeps TIME-WAIT for so long (TCP_TIMEWAIT_LEN), whatever tcp_fin_timeout says. */
const TIME_WAIT_SECONDS = 60;
/** Ports that Linux gives to clients by default (ip_local_port_range 32768 to 60999): so many for each server endpoint. */
const CLIENT_PORTS = 28_232;
/** From this share of them on, a pile is a problem. */
const PILE_FROM = 0.5;
/** Time is counted in such steps, so that counts of parts add up to that of the whole. */
const STEP_SECONDS = 10;
/** Client addresses with a server endpoint, and steps of all of them, that are kept. */
const PILES_KEPT = 10_000;
const STEPS_KEPT = 100_000;
/** A power of two. */
const FIRST_SLOTS = 256;
/** Columns of a pile, connections of one client address to one server endpoint that left the client in TIME-WAIT: the words of both addresses, */
const P_CLIENT = 0;
const P_SERVER = 4;
/** the server's port, IP version and protocol; those ten are its key. */
const P_PORT = 8;
const P_PROTOCOL = 9;
/** The first stream. The step of time of the last connection, and how many entered TIME-WAIT in it that are not yet in `steps`. */
const P_STREAM = 10;
const P_STEP = 11;
const P_COUNT = 12;
/** All that ever entered it. */
const P_TOTAL = 13;
const PILE_STRIDE = 14;

/**
 * Counts how many connections to the same server a client has in TIME-WAIT at once: each of them holds a port, and
 * connect() fails with EADDRNOTAVAIL when there are no more.
 */
export class TimeWaitPiles {
  readonly #ports: number;
  /** A hash table: numbers of piles, plus 1. */
  #slots = new Int32Array(FIRST_SLOTS);
  #piles = new Int32Array((FIRST_SLOTS / 2) * PILE_STRIDE);
  #count = 0;
  /** Of each pile: step of time to connections that entered TIME-WAIT in it. */
  readonly #steps: Map<number, number>[] = [];
  #stepCount = 0;
  /** Names of zones, of piles whose addresses are link-local. */
  readonly #zones = new Map<number, string>();

  /** @param ports that a client has for each server endpoint */
  constructor(ports = CLIENT_PORTS) {
    this.#ports = ports;
  }

  /** A TCP connection that has ended. */
  add(source: RecordSource, sides: Sides): void {
    const { ints, floats } = source.slab;
    const { at, client, server, clientEndpoint } = sides;
    if ((ints[client + E_FLAGS] & (END_FIN_SENT | END_CLOSED_SECOND)) !== END_FIN_SENT) return;
    if (stateOf(ints, at, client, server) !== TIME_WAIT) return;
    const c = at + (clientEndpoint === 0 ? C_ADDRESS_0 : C_ADDRESS_1);
    const s = at + (clientEndpoint === 0 ? C_ADDRESS_1 : C_ADDRESS_0);
    const port = clientEndpoint === 0 ? ints[at + C_PORTS] & 0xffff : ints[at + C_PORTS] >>> 16;
    const entered = floats[sides.times + T_BASE_SECONDS] + floats[sides.serverTimes + F_FIN_TIME] / 1e9;
    const pile = this.#find(ints, c, s, port, ints[at + C_PROTOCOL]);
    if (pile < 0) return;
    if (ints[at + C_ZONE] !== 0) this.#zones.set(pile, source.zones.name(ints[at + C_ZONE]));
    this.#note(pile, entered, ints[at + C_STREAM]);
  }

  /** One that was quiet (src/track/quiet.ts). @param entry its place among those that wait */
  addQuiet({ quiet, quietTimes }: QuietLog, entry: number): void {
    const q = entry * QUIET_STRIDE;
    if (quiet[q + Q_TIME_WAIT] === 0) return;
    const pile = this.#find(quiet, q + Q_CLIENT, q + Q_SERVER, quiet[q + Q_PORT], quiet[q + Q_PROTOCOL]);
    if (pile >= 0) this.#note(pile, quietTimes[entry * QUIET_TIMES_STRIDE + QT_SERVER_FIN], quiet[q + Q_STREAM]);
  }

  /** @param entered when the client entered TIME-WAIT, in seconds since 1970 */
  #note(pile: number, entered: number, stream: number): void {
    const piles = this.#piles;
    const p = pile * PILE_STRIDE;
    const step = Math.floor(entered / STEP_SECONDS);
    if (step !== piles[p + P_STEP]) {
      this.#settle(pile);
      piles[p + P_STEP] = step;
    }
    piles[p + P_COUNT]++;
    piles[p + P_TOTAL]++;
    if (stream < piles[p + P_STREAM]) piles[p + P_STREAM] = stream;
  }

  /** Moves what is counted in the pile's step to the others. */
  #settle(pile: number): void {
    const p = pile * PILE_STRIDE;
    const step = this.#piles[p + P_STEP];
    const count = this.#piles[p + P_COUNT];
    const steps = this.#steps[pile];
    this.#piles[p + P_COUNT] = 0;
    const before = steps.get(step);
    if (count === 0 || (before === undefined && this.#stepCount >= STEPS_KEPT)) return;
    if (before === undefined) this.#stepCount++;
    steps.set(step, (before ?? 0) + count);
  }

  copy(): TimeWaitPiles {
    const copy = new TimeWaitPiles(this.#ports);
    copy.#slots = this.#slots.slice();
    copy.#piles = this.#piles.slice();
    copy.#count = this.#count;
    for (const steps of this.#steps) copy.#steps.push(new Map(steps));
    copy.#stepCount = this.#stepCount;
    for (const [pile, zone] of this.#zones) copy.#zones.set(pile, zone);
    return copy;
  }

  /** The piles that come near to the number of ports that there are. */
  problems(): ProblemGroup[] {
    const problems: ProblemGroup[] = [];
    for (let pile = 0; pile < this.#count; pile++) {
      const p = pile * PILE_STRIDE;
      if (this.#piles[p + P_TOTAL] < this.#ports * PILE_FROM) continue;
      this.#settle(pile);
      const count = mostAtOnce(this.#steps[pile]);
      if (count < this.#ports * PILE_FROM) continue;
      const client = this.#address(pile, P_CLIENT);
      const share = ((count / this.#ports) * 100).toFixed(0);
      const message = `${client} had ${count} connections in TIME-WAIT within ${TIME_WAIT_SECONDS} s: ${share} % of the ${this.#ports} ports that Linux gives by default`;
      problems.push({
        code: 'time-wait-pile-up',
        severity: 'warning',
        protocol: 'tcp',
        server: { address: this.#address(pile, P_SERVER), port: this.#piles[p + P_PORT] },
        count,
        example: this.#piles[p + P_STREAM],
        message,
      });
    }
    return problems;
  }

  #address(pile: number, column: number): string {
    const a = pile * PILE_STRIDE + column;
    const version = this.#piles[pile * PILE_STRIDE + P_PROTOCOL] >>> 8;
    const words = this.#piles;
    const address = formatAddress(version, words[a], words[a + 1], words[a + 2], words[a + 3]);
    const zone = this.#zones.get(pile);
    return zone !== undefined && isLinkLocal(words[a]) ? `${address}%${zone}` : address;
  }

  /** The pile of a key, a new one where there is none yet; -1 where there are enough. @param c, s where the words of the addresses begin */
  #find(words: Int32Array, c: number, s: number, port: number, protocol: number): number {
    const last = this.#slots.length - 1;
    let slot = hashOf(words, c, s, port, protocol) & last;
    for (let index = this.#slots[slot]; index !== 0; index = this.#slots[slot]) {
      if (isKey(this.#piles, (index - 1) * PILE_STRIDE, words, c, s, port, protocol)) return index - 1;
      slot = (slot + 1) & last;
    }
    if (this.#count === PILES_KEPT) return -1;
    if (2 * this.#count === this.#slots.length) {
      this.#grow();
      return this.#find(words, c, s, port, protocol);
    }
    const pile = this.#count++;
    this.#slots[slot] = pile + 1;
    this.#steps.push(new Map());
    const p = pile * PILE_STRIDE;
    for (let word = 0; word < 4; word++) {
      this.#piles[p + P_CLIENT + word] = words[c + word];
      this.#piles[p + P_SERVER + word] = words[s + word];
    }
    this.#piles[p + P_PORT] = port;
    this.#piles[p + P_PROTOCOL] = protocol;
    this.#piles[p + P_STREAM] = INT32_MAX;
    return pile;
  }

  #grow(): void {
    const piles = new Int32Array(2 * this.#piles.length);
    piles.set(this.#piles);
    this.#piles = piles;
    this.#slots = new Int32Array(2 * this.#slots.length);
    const last = this.#slots.length - 1;
    for (let pile = 0; pile < this.#count; pile++) {
      const p = pile * PILE_STRIDE;
      let slot = hashOf(piles, p + P_CLIENT, p + P_SERVER, piles[p + P_PORT], piles[p + P_PROTOCOL]) & last;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & last;
      this.#slots[slot] = pile + 1;
    }
  }
}

function hashOf(words: Int32Array, c: number, s: number, port: number, protocol: number): number {
  let hash = port ^ protocol;
  for (let word = 0; word < 4; word++) {
    hash = Math.imul(hash ^ words[c + word], 0x9e3779b1);
    hash = Math.imul(hash ^ words[s + word] ^ (hash >>> 15), 0x85ebca6b);
  }
  return hash ^ (hash >>> 16);
}

function isKey(
  piles: Int32Array,
  p: number,
  words: Int32Array,
  c: number,
  s: number,
  port: number,
  protocol: number,
): boolean {
  for (let word = 0; word < 4; word++)
    if (piles[p + P_CLIENT + word] !== words[c + word] || piles[p + P_SERVER + word] !== words[s + word]) return false;
  return piles[p + P_PORT] === port && piles[p + P_PROTOCOL] === protocol;
}

/** The most that entered TIME-WAIT within its length. */
function mostAtOnce(steps: Map<number, number>): number {
  let most = 0;
  for (const step of steps.keys()) {
    let sum = 0;
    for (let before = 0; before < TIME_WAIT_SECONDS / STEP_SECONDS; before++) sum += steps.get(step - before) ?? 0;
    if (sum > most) most = sum;
  }
  return most;
}
