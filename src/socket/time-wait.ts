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
const RECENT_PILES = 256;

/** Connections of one client address to one server endpoint that left the client in TIME-WAIT. */
interface Pile {
  /** Both addresses (four words each), the server's port, IP version. */
  key: Int32Array;
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
  readonly #piles = new Map<number, Pile>();
  /** Those of late, by the low bits of their hash: most connections have company. */
  readonly #recent: (Pile | null)[] = Array.from({ length: RECENT_PILES }, () => null);
  #steps = 0;

  /** @param ports that a client has for each server endpoint */
  constructor(ports = CLIENT_PORTS) {
    this.#ports = ports;
  }

  /** A TCP connection that has ended. */
  add(source: RecordSource, sides: Sides): void {
    const { ints, floats } = source.slab;
    const { at, client, server } = sides;
    if ((ints[client + E_FLAGS] & (END_FIN_SENT | END_CLOSED_SECOND)) !== END_FIN_SENT) return;
    if (stateOf(ints, at, client, server) !== TIME_WAIT) return;
    const pile = this.#pileOf(source, sides);
    if (pile === null) return;
    const entered = floats[sides.times + T_BASE_SECONDS] + floats[sides.serverTimes + F_FIN_TIME] / 1e9;
    const step = Math.floor(entered / STEP_SECONDS);
    if (step !== pile.step) {
      this.#settle(pile);
      pile.step = step;
    }
    pile.count++;
    const stream = ints[at + C_STREAM];
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
    for (const [hash, pile] of this.#piles) copy.#piles.set(hash, { ...pile, steps: new Map(pile.steps) });
    copy.#steps = this.#steps;
    return copy;
  }

  /** The piles that come near to the number of ports that there are. */
  problems(): ProblemGroup[] {
    const problems: ProblemGroup[] = [];
    for (const pile of this.#piles.values()) {
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

  #pileOf(source: RecordSource, { at, clientEndpoint }: Sides): Pile | null {
    const { ints } = source.slab;
    const c = at + (clientEndpoint === 0 ? C_ADDRESS_0 : C_ADDRESS_1);
    const s = at + (clientEndpoint === 0 ? C_ADDRESS_1 : C_ADDRESS_0);
    const port = clientEndpoint === 0 ? ints[at + C_PORTS] & 0xffff : ints[at + C_PORTS] >>> 16;
    let hash = port ^ ints[at + C_PROTOCOL];
    for (let word = 0; word < 4; word++) {
      hash = Math.imul(hash ^ ints[c + word], 0x9e3779b1);
      hash = Math.imul(hash ^ ints[s + word] ^ (hash >>> 15), 0x85ebca6b);
    }
    const slot = hash & (RECENT_PILES - 1);
    const recent = this.#recent[slot];
    if (recent !== null && isKey(recent.key, ints, c, s, port, ints[at + C_PROTOCOL])) return recent;
    for (let pile = this.#piles.get(hash); pile !== undefined; pile = this.#piles.get(++hash)) {
      if (isKey(pile.key, ints, c, s, port, ints[at + C_PROTOCOL])) {
        this.#recent[slot] = pile;
        return pile;
      }
    }
    if (this.#piles.size >= PILES_KEPT) return null;
    const key = new Int32Array(10);
    key.set(ints.subarray(c, c + 4));
    key.set(ints.subarray(s, s + 4), 4);
    key.set([port, ints[at + C_PROTOCOL]], 8);
    const pile: Pile = {
      key,
      client: endpointOf(source, at, clientEndpoint).address,
      server: endpointOf(source, at, 1 - clientEndpoint),
      firstStream: ints[at + C_STREAM],
      step: 0,
      count: 0,
      steps: new Map(),
    };
    this.#piles.set(hash, pile);
    this.#recent[slot] = pile;
    return pile;
  }
}

function isKey(key: Int32Array, ints: Int32Array, c: number, s: number, port: number, protocol: number): boolean {
  for (let word = 0; word < 4; word++)
    if (key[word] !== ints[c + word] || key[4 + word] !== ints[s + word]) return false;
  return key[8] === port && key[9] === protocol;
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
