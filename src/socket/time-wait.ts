import { formatAddress } from '../../parsers/network/address.ts';
import type { Histogram, ProblemGroup } from '../summary.ts';
import {
  C_STREAM,
  C_ZONE,
  E_FLAGS,
  END_CLOSED_SECOND,
  END_FIN_SENT,
  F_FIN_TIME,
  T_BASE_SECONDS,
} from '../track/columns.ts';
import { entriesOf, type Keyed } from '../track/keyed.ts';
import { BINS } from '../track/occurrences.ts';
import type { RecordSource } from '../track/record-source.ts';
import type { Sides } from '../track/sides.ts';
import { stateOf, TIME_WAIT } from '../track/tcp-state.ts';
import {
  K_CLIENT,
  K_PORT,
  K_PROTOCOL,
  K_SERVER,
  notePile,
  P_STREAM,
  P_TOTAL,
  putPileKey,
  S_COUNT,
  S_PILE,
  S_TIME,
  STEP_SECONDS,
  TABLE_PILES,
  TABLE_STEPS,
} from '../track/time-wait-piles.ts';
import { formatTime } from '../track/times.ts';
import { isLinkLocal } from '../track/zones.ts';

/** Linux keeps TIME-WAIT for so long (TCP_TIMEWAIT_LEN), whatever tcp_fin_timeout says. */
const TIME_WAIT_SECONDS = 60;
/** Ports that Linux gives to clients by default (ip_local_port_range 32768 to 60999): so many for each server endpoint. */
const CLIENT_PORTS = 28_232;
/** From this share of them on, a pile is a problem. */
const PILE_FROM = 0.5;

/**
 * Counts how many connections to the same server a client has in TIME-WAIT at once: each of them holds a port, and
 * connect() fails with EADDRNOTAVAIL when there are no more.
 */
export class TimeWaitPiles {
  readonly #keyed: Keyed;
  readonly #ports: number;
  /** Names of zones, of piles whose addresses are link-local. */
  readonly #zones = new Map<number, string>();

  /**
   * @param keyed has the tables of time-wait-piles.ts
   * @param ports that a client has for each server endpoint
   */
  constructor(keyed: Keyed, ports = CLIENT_PORTS) {
    this.#keyed = keyed;
    this.#ports = ports;
  }

  /** A TCP connection that has ended. */
  add(source: RecordSource, sides: Sides): void {
    const { ints, floats } = source.slab;
    const { at, client, server, clientEndpoint } = sides;
    if ((ints[client + E_FLAGS] & (END_FIN_SENT | END_CLOSED_SECOND)) !== END_FIN_SENT) return;
    if (stateOf(ints, at, client, server) !== TIME_WAIT) return;
    putPileKey(this.#keyed, ints, at, clientEndpoint);
    const entered = floats[sides.times + T_BASE_SECONDS] + floats[sides.serverTimes + F_FIN_TIME] / 1e9;
    const pile = notePile(this.#keyed, entered, ints[at + C_STREAM]);
    if (pile >= 0 && ints[at + C_ZONE] !== 0) this.#zones.set(pile, source.zones.name(ints[at + C_ZONE]));
  }

  copy(): TimeWaitPiles {
    const copy = new TimeWaitPiles({ keyed: this.#keyed.keyed.slice() }, this.#ports);
    for (const [pile, zone] of this.#zones) copy.#zones.set(pile, zone);
    return copy;
  }

  /** The piles that come near to the number of ports that there are. */
  problems(): ProblemGroup[] {
    const { keyed } = this.#keyed;
    const problems: ProblemGroup[] = [];
    for (const [pile, steps] of this.#large()) {
      const count = mostAtOnce(steps);
      if (count < this.#ports * PILE_FROM) continue;
      const client = this.#address(pile, K_CLIENT);
      let first = Number.POSITIVE_INFINITY;
      let last = Number.NEGATIVE_INFINITY;
      for (const step of steps.keys()) {
        first = Math.min(first, step * STEP_SECONDS);
        last = Math.max(last, step * STEP_SECONDS);
      }
      const share = ((count / this.#ports) * 100).toFixed(0);
      const message = `${client} had ${count} connections in TIME-WAIT within ${TIME_WAIT_SECONDS} s: ${share} % of the ${this.#ports} ports that Linux gives by default`;
      problems.push({
        code: 'time-wait-pile-up',
        severity: 'warning',
        protocol: 'tcp',
        server: { address: this.#address(pile, K_SERVER), port: keyed[pile + K_PORT] },
        count,
        example: keyed[pile + P_STREAM],
        message,
        side: 'client',
        errors: [],
        clients: 1,
        client,
        sameAs: [],
        firstTime: formatTime(first, 0),
        lastTime: formatTime(last, 0),
        times: histogram(steps, first, last),
      });
    }
    return problems;
  }

  /** Piles that may have been large enough at some time: how many entered TIME-WAIT in which step. */
  #large(): Map<number, Map<number, number>> {
    const { keyed } = this.#keyed;
    const large = new Map<number, Map<number, number>>();
    for (const pile of entriesOf(this.#keyed, TABLE_PILES)) {
      if (keyed[pile + P_TOTAL] >= this.#ports * PILE_FROM) large.set(pile, new Map());
    }
    if (large.size === 0) return large;
    for (const step of entriesOf(this.#keyed, TABLE_STEPS)) {
      large.get(keyed[step + S_PILE])?.set(keyed[step + S_TIME], keyed[step + S_COUNT]);
    }
    return large;
  }

  #address(pile: number, column: number): string {
    const { keyed } = this.#keyed;
    const a = pile + column;
    const version = keyed[pile + K_PROTOCOL] >>> 8;
    const address = formatAddress(version, keyed[a], keyed[a + 1], keyed[a + 2], keyed[a + 3]);
    const zone = this.#zones.get(pile);
    return zone !== undefined && isLinkLocal(keyed[a]) ? `${address}%${zone}` : address;
  }
}

/** How many entered TIME-WAIT when: in bins of one step or of so many that there are no more than BINS. */
function histogram(steps: Map<number, number>, first: number, last: number): Histogram {
  let width = STEP_SECONDS;
  while (Math.floor(last / width) - Math.floor(first / width) >= BINS) width *= 2;
  const start = Math.floor(first / width);
  const counts = new Array<number>(Math.floor(last / width) - start + 1).fill(0);
  for (const [step, count] of steps) counts[Math.floor((step * STEP_SECONDS) / width) - start] += count;
  return { start: formatTime(start * width, 0), width, counts };
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
