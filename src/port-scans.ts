import { errorCounts, type Gathered, tally, timesOf } from './problem-tally.ts';
import type { Protocol } from './record.ts';
import type { ProblemGroup } from './summary.ts';
import { counted, formatSeconds } from './track/finding-list.ts';
import {
  addOccurrences,
  clientCount,
  O_FIRST_NANOSECONDS,
  O_FIRST_SECONDS,
  O_LAST_NANOSECONDS,
  O_LAST_SECONDS,
  OCCURRENCE_STRIDE,
} from './track/occurrences.ts';
import { BEYOND_KEPT, PORT_WORDS } from './track/usual-sums.ts';

/*
 * Port scans. Whoever asks a host for one port after the other leaves a problem at each; they are one event, and no fault of the host.
 */

export const PORT_SCAN = 'port-scan';

/** So many ports of one host: more than an outage of some services leaves. */
const PORTS_OF_A_SCAN = 10;
/** A scanner asks a port once, and again where the answer may have been lost. Who asks more often wants that port: a health check. */
const ATTEMPTS_AT_A_PORT = 4;

/** How attempts at a port that came to nothing are found, and are called. */
const IN_VAIN: ReadonlyMap<string, string> = new Map([
  ['connection-refused', 'refused'],
  ['unanswered', 'unanswered'],
  ['unreachable', 'unreachable'],
]);
/** A scanner breaks off the handshake of a port that is open. A load balancer may ask all ports so that it uses, and finds all open. */
const ABORTED = 'handshake-aborted';

/** Is it a finding of which a port scan leaves many? */
export function isOfScan(code: string): boolean {
  return code === ABORTED || IN_VAIN.has(code);
}

/** One client's attempts at ports of one host, of connections for which there was no group any more. */
export interface Beyond {
  protocol: Protocol;
  client: string;
  server: string;
  /** By code. */
  counts: Map<string, number>;
  errors: Map<string, number>;
  example: number;
  /** A bit for each port. */
  ports: Int32Array;
  occurrences: Float64Array;
}

/** Who the two are. */
type Addresses = Pick<Beyond, 'protocol' | 'client' | 'server'>;

/** How many attempts ended so, and the first stream of them. */
interface Attempts {
  code: string;
  count: number;
  example: number;
}

/** Attempts beyond the groups that are kept, by client and host: for so many pairs as the fast lane has room for. */
export class AttemptsBeyond {
  readonly #pairs = new Map<string, Beyond>();

  /**
   * Takes in attempts that came to nothing.
   * @param name of the pair @param addresses who they are @returns what is kept of the pair; null where there is no room for one more
   */
  take(name: string, addresses: () => Addresses, { code, count, example }: Attempts): Beyond | null {
    const pair = this.#pairs.get(name) ?? this.#begin(name, addresses);
    if (pair === null) return null;
    tally(pair.counts, code, count);
    pair.example = Math.min(pair.example, example);
    return pair;
  }

  #begin(name: string, addresses: () => Addresses): Beyond | null {
    if (this.#pairs.size === BEYOND_KEPT) return null;
    const begun: Beyond = {
      ...addresses(),
      counts: new Map(),
      errors: new Map(),
      example: Number.POSITIVE_INFINITY,
      ports: new Int32Array(PORT_WORDS),
      occurrences: new Float64Array(OCCURRENCE_STRIDE),
    };
    this.#pairs.set(name, begun);
    return begun;
  }

  list(): Beyond[] {
    return [...this.#pairs.values()];
  }

  /** One that has the same in it and goes its own way. */
  copy(): AttemptsBeyond {
    const copy = new AttemptsBeyond();
    for (const [name, pair] of this.#pairs) {
      copy.#pairs.set(name, {
        ...pair,
        counts: new Map(pair.counts),
        errors: new Map(pair.errors),
        ports: pair.ports.slice(),
        occurrences: pair.occurrences.slice(),
      });
    }
    return copy;
  }
}

/** Notes that a port was asked for. */
export function notePort({ ports }: Beyond, port: number): void {
  ports[port >>> 5] |= 1 << (port & 31);
}

/** One client that asked one host for many ports. */
interface Scan {
  protocol: Protocol;
  client: string;
  server: string;
  groups: Gathered[];
  beyond: Beyond | null;
  ports: Set<number>;
  counts: Map<string, number>;
}

/** The scans among groups of problems, and what belongs to them. */
export interface Scans {
  problems: ProblemGroup[];
  groups: Set<Gathered>;
  beyond: Set<Beyond>;
}

/** @param occurrences what the blocks of the groups stand in */
export function findScans(all: Iterable<Gathered>, beyond: readonly Beyond[], occurrences: Float64Array): Scans {
  const candidates = new Map<string, Scan>();
  const candidate = (protocol: Protocol, client: string, server: string): Scan => {
    const name = `${protocol} ${client} ${server}`;
    let scan = candidates.get(name);
    if (scan === undefined) {
      scan = { protocol, client, server, groups: [], beyond: null, ports: new Set(), counts: new Map() };
      candidates.set(name, scan);
    }
    return scan;
  };
  for (const group of all) {
    const { code, protocol, server, count, client, block } = group;
    if (!isOfScan(code) || client === null || count > ATTEMPTS_AT_A_PORT || clientCount(occurrences, block) !== 1)
      continue;
    const scan = candidate(protocol, client, server.address);
    scan.groups.push(group);
    scan.ports.add(server.port);
    tally(scan.counts, code, count);
  }
  for (const pair of beyond) {
    const scan = candidate(pair.protocol, pair.client, pair.server);
    const ports = portsOf(pair);
    if (sumOf(pair.counts) > ports.length * ATTEMPTS_AT_A_PORT) continue;
    scan.beyond = pair;
    for (const port of ports) scan.ports.add(port);
    for (const [code, count] of pair.counts) tally(scan.counts, code, count);
  }
  const scans = [...candidates.values()].filter(isScan);
  return {
    problems: scans.map((scan) => problemOf(scan, occurrences)),
    groups: new Set(scans.flatMap(({ groups }) => groups)),
    beyond: new Set(scans.flatMap((scan) => scan.beyond ?? [])),
  };
}

function isScan({ ports, counts }: Scan): boolean {
  return ports.size >= PORTS_OF_A_SCAN && (counts.get(ABORTED) ?? 0) * 2 <= sumOf(counts);
}

function problemOf(scan: Scan, occurrences: Float64Array): ProblemGroup {
  const { protocol, client, server, groups, beyond, ports, counts } = scan;
  const errors = new Map<string, number>();
  const block = new Float64Array(OCCURRENCE_STRIDE);
  for (const group of groups) {
    for (const [key, count] of group.errors) tally(errors, key, count);
    addOccurrences(block, 0, occurrences, group.block);
  }
  if (beyond !== null) {
    for (const [key, count] of beyond.errors) tally(errors, key, count);
    addOccurrences(block, 0, beyond.occurrences, 0);
  }
  const ends = [...counts]
    .sort(([a, m], [b, n]) => n - m || a.localeCompare(b))
    .map(([code, count]) => `${count} ${IN_VAIN.get(code) ?? 'aborted'}`);
  const other = protocol === 'udp' ? 'a traceroute' : 'many services that are down';
  return {
    code: PORT_SCAN,
    severity: 'warning',
    protocol,
    server: { address: server, port: null },
    count: sumOf(counts),
    example: Math.min(beyond?.example ?? Number.POSITIVE_INFINITY, ...groups.map(({ example }) => example)),
    message: `${client} asked for ${counted(ports.size, 'port')} of ${server} within ${formatSeconds(spanOf(block))}: ${ends.join(', ')}; a port scan, or ${other}`,
    side: 'client',
    errors: errorCounts(errors),
    clients: 1,
    client,
    sameAs: [],
    ...timesOf(block, 0),
  };
}

/** Seconds from the first attempt to the last. */
function spanOf(block: Float64Array): number {
  const whole = block[O_LAST_SECONDS] - block[O_FIRST_SECONDS];
  return whole + (block[O_LAST_NANOSECONDS] - block[O_FIRST_NANOSECONDS]) / 1e9;
}

function portsOf({ ports }: Beyond): number[] {
  const set: number[] = [];
  for (let port = 0; port < PORT_WORDS * 32; port++) {
    if ((ports[port >>> 5] & (1 << (port & 31))) !== 0) set.push(port);
  }
  return set;
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
