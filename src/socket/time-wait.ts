import { formatAddress } from '../../parsers/network/address.ts';
import type { Endpoint } from '../record.ts';
import type { ProblemGroup } from '../summary.ts';
import {
  C_ADDRESS_0,
  C_ADDRESS_1,
  C_PORTS,
  C_PROTOCOL,
  C_STREAM,
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
import { endpointOf, type Sides } from '../track/sides.ts';
import { stateOf, TIME_WAIT } from '../track/tcp-state.ts';

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
/** Words of a key: addresses of client and server, the server's port, IP version and protocol. */
const KEY_LENGTH = 10;

/** Connections of one client address to one server endpoint that left the client in TIME-WAIT. */
interface Pile {
  client: string;
  server: Endpoint;
  firstStream: number;
  /** The step of time of the last connection, and how many entered TIME-WAIT in it that are not yet in `steps`. */
  step: number;
  count: number;
  /** Step of time to connections that entered TIME-WAIT in it. */
  steps: Map<number, number>;
}

/**
 * Counts how many connections to the same server a client has in TIME-WAIT at once: each of them holds a port, and
 * connect() fails with EADDRNOTAVAIL when there are no more.
 */
export class TimeWaitPiles {
  readonly #ports: number;
  readonly #piles: Pile[] = [];
  /** A hash table: numbers of piles, plus 1, and the keys of the piles. */
  #slots = new Int32Array(FIRST_SLOTS);
  #keys = new Int32Array((FIRST_SLOTS / 2) * KEY_LENGTH);
  #steps = 0;

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
    let pile = this.#find(ints, c, s, port, ints[at + C_PROTOCOL]);
    if (pile === null && this.#isFull) return;
    pile ??= this.#begin(endpointOf(source, at, clientEndpoint).address, endpointOf(source, at, 1 - clientEndpoint));
    this.#count(pile, entered, ints[at + C_STREAM]);
  }

  /** One that was quiet (src/track/quiet.ts). @param entry its place among those that wait */
  addQuiet({ quiet, quietTimes }: QuietLog, entry: number): void {
    const q = entry * QUIET_STRIDE;
    if (quiet[q + Q_TIME_WAIT] === 0) return;
    const port = quiet[q + Q_PORT];
    const protocol = quiet[q + Q_PROTOCOL];
    const entered = quietTimes[entry * QUIET_TIMES_STRIDE + QT_SERVER_FIN];
    const pile =
      this.#find(quiet, q + Q_CLIENT, q + Q_SERVER, port, protocol) ??
      this.#begin(addressOf(quiet, q + Q_CLIENT, protocol), {
        address: addressOf(quiet, q + Q_SERVER, protocol),
        port,
      });
    if (pile !== null) this.#count(pile, entered, quiet[q + Q_STREAM]);
  }

  /** @param entered when the client entered TIME-WAIT, in seconds since 1970 */
  #count(pile: Pile, entered: number, stream: number): void {
    const step = Math.floor(entered / STEP_SECONDS);
    if (step !== pile.step) {
      this.#settle(pile);
      pile.step = step;
    }
    pile.count++;
    if (stream < pile.firstStream) pile.firstStream = stream;
  }

  /** Moves what is counted in the pile's step to the others. */
  #settle(pile: Pile): void {
    const { step, count, steps } = pile;
    pile.count = 0;
    const before = steps.get(step);
    if (count === 0 || (before === undefined && this.#steps >= STEPS_KEPT)) return;
    if (before === undefined) this.#steps++;
    steps.set(step, (before ?? 0) + count);
  }

  copy(): TimeWaitPiles {
    const copy = new TimeWaitPiles(this.#ports);
    for (const pile of this.#piles) copy.#piles.push({ ...pile, steps: new Map(pile.steps) });
    copy.#slots = this.#slots.slice();
    copy.#keys = this.#keys.slice();
    copy.#steps = this.#steps;
    return copy;
  }

  /** The piles that come near to the number of ports that there are. */
  problems(): ProblemGroup[] {
    const problems: ProblemGroup[] = [];
    for (const pile of this.#piles) {
      this.#settle(pile);
      const { client, server, firstStream, steps } = pile;
      const count = mostAtOnce(steps);
      if (count < this.#ports * PILE_FROM) continue;
      const share = ((count / this.#ports) * 100).toFixed(0);
      const message = `${client} had ${count} connections in TIME-WAIT within ${TIME_WAIT_SECONDS} s: ${share} % of the ${this.#ports} ports that Linux gives by default`;
      problems.push({
        code: 'time-wait-pile-up',
        severity: 'warning',
        protocol: 'tcp',
        server,
        count,
        example: firstStream,
        message,
      });
    }
    return problems;
  }

  /**
   * The pile of a key, or null; then its place is kept, for `#begin`. @param c, s where the words of the addresses begin
   */
  #find(words: Int32Array, c: number, s: number, port: number, protocol: number): Pile | null {
    const keys = this.#keys;
    const last = this.#slots.length - 1;
    let slot = hashOf(words, c, s, port, protocol) & last;
    for (let index = this.#slots[slot]; index !== 0; index = this.#slots[slot]) {
      if (isKey(keys, (index - 1) * KEY_LENGTH, words, c, s, port, protocol)) return this.#piles[index - 1];
      slot = (slot + 1) & last;
    }
    if (this.#isFull) return null;
    const key = this.#piles.length * KEY_LENGTH;
    for (let word = 0; word < 4; word++) {
      keys[key + word] = words[c + word];
      keys[key + 4 + word] = words[s + word];
    }
    keys[key + 8] = port;
    keys[key + 9] = protocol;
    this.#slots[slot] = this.#piles.length + 1;
    return null;
  }

  get #isFull(): boolean {
    return this.#piles.length >= PILES_KEPT;
  }

  /** The pile whose key `#find` has just put in its place. */
  #begin(client: string, server: Endpoint): Pile {
    const pile = { client, server, firstStream: Number.POSITIVE_INFINITY, step: 0, count: 0, steps: new Map() };
    this.#piles.push(pile);
    if (2 * this.#piles.length >= this.#slots.length) this.#grow();
    return pile;
  }

  #grow(): void {
    const keys = new Int32Array(2 * this.#keys.length);
    keys.set(this.#keys);
    this.#keys = keys;
    this.#slots = new Int32Array(2 * this.#slots.length);
    const last = this.#slots.length - 1;
    for (let index = 0; index < this.#piles.length; index++) {
      const key = index * KEY_LENGTH;
      let slot = hashOf(keys, key, key + 4, keys[key + 8], keys[key + 9]) & last;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & last;
      this.#slots[slot] = index + 1;
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
  keys: Int32Array,
  key: number,
  words: Int32Array,
  c: number,
  s: number,
  port: number,
  protocol: number,
): boolean {
  for (let word = 0; word < 4; word++)
    if (keys[key + word] !== words[c + word] || keys[key + 4 + word] !== words[s + word]) return false;
  return keys[key + 8] === port && keys[key + 9] === protocol;
}

function addressOf(words: Int32Array, at: number, protocol: number): string {
  return formatAddress(protocol >>> 8, words[at], words[at + 1], words[at + 2], words[at + 3]);
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
