import { formatAddress } from '../parsers/network/address.ts';
import type { Finding, Protocol, Side } from './record.ts';
import type { SocketErrors } from './socket/sockets.ts';
import type { Histogram, ProblemGroup } from './summary.ts';
import {
  C_ADDRESS_0,
  C_ADDRESS_1,
  C_FIRST_NANOSECONDS,
  C_PROTOCOL,
  C_STREAM,
  T_BASE_SECONDS,
  T_NOW,
} from './track/columns.ts';
import { failureOf } from './track/findings.ts';
import { entriesOf, entryNumber } from './track/keyed.ts';
import {
  addOccurrences,
  BINS,
  clientCount,
  hashAddress,
  noteOccurrence,
  O_BINS,
  O_CLIENT,
  O_FIRST_NANOSECONDS,
  O_FIRST_SECONDS,
  O_LAST_NANOSECONDS,
  O_LAST_SECONDS,
  O_START,
  O_WIDTH,
  OCCURRENCE_STRIDE,
  UNITS_PER_SECOND,
} from './track/occurrences.ts';
import { packetNames } from './track/packet-names.ts';
import type { RecordSource } from './track/record-source.ts';
import { portOf } from './track/rows.ts';
import { endpointOf, type Sides } from './track/sides.ts';
import { formatTime } from './track/times.ts';
import { USUAL_REFUSED } from './track/usual.ts';
import {
  FAILED_ADDRESS,
  FAILED_COUNT,
  FAILED_ERRORS,
  FAILED_PORT,
  FAILED_PROTOCOL,
  FAILED_SHAPE,
  FAILED_STREAM,
  FAILED_SYNS,
  TABLE_FAILED,
  type UsualSums,
} from './track/usual-sums.ts';

/** Problem groups kept apart; a scan over more servers than this is counted, not listed. */
const GROUPS_KEPT = 10_000;
const TCP_NAMES = packetNames({ protocol: 'tcp' });

/** Findings about the beginning of a connection: their time is that of its first packet. */
const AT_START: ReadonlySet<string> = new Set([
  'connection-refused',
  'unanswered',
  'handshake-aborted',
  'half-open',
  'slow-handshake',
  'handshake-retransmitted',
  'accept-queue-full',
  'port-reuse',
  'one-direction',
]);

/** Did what the finding is about happen when the connection began? Else its time is that of the connection's last packet. */
function happensAtStart(code: string): boolean {
  return AT_START.has(code);
}

/** A group while it is gathered. */
interface Gathered
  extends Pick<ProblemGroup, 'code' | 'severity' | 'protocol' | 'server' | 'count' | 'example' | 'message'> {
  side: Side | null;
  /** Its server, as it stands in a row. */
  place: string;
  errors: Map<string, number>;
  /** Codes that each of its connections has. */
  shared: Set<string>;
  /** Address of one of its clients. */
  client: string | null;
  /** Where its block of occurrences begins. */
  block: number;
}

/** Findings, gathered by what was found and at which server. */
export class ProblemGroups {
  readonly #groups = new Map<string, Gathered>();
  #occurrences = new Float64Array(16 * OCCURRENCE_STRIDE);
  /** Findings for which there was no group any more. */
  notListed = 0;

  /** What was found of a connection that has ended. @param left what was left on its sockets */
  add(source: RecordSource, sides: Sides, protocol: Protocol, findings: readonly Finding[], left: SocketErrors): void {
    const { ints, floats } = source.slab;
    const { at, times, clientEndpoint } = sides;
    const server = at + (clientEndpoint === 0 ? C_ADDRESS_1 : C_ADDRESS_0);
    const client = at + (clientEndpoint === 0 ? C_ADDRESS_0 : C_ADDRESS_1);
    const place = placeOf(ints, server, portOf(ints, at, 1 - clientEndpoint), ints[at + C_PROTOCOL]);
    const stream = ints[at + C_STREAM];
    const hash = hashAddress(ints, client);
    findings.forEach((finding, i) => {
      const { code, severity, side, message } = finding;
      // Of one code for both sides the connection counts once.
      const first = findings.findIndex((other) => other.code === code);
      if (first !== i) {
        if (findings[first].side !== side) this.#forgetSide(code, place);
        return;
      }
      let group = this.#find(code, place, 1);
      if (group === null) return;
      if (group === undefined) {
        const shared = new Set(findings.map((each) => each.code));
        group = this.#begin({
          code,
          severity,
          protocol,
          server: endpointOf(source, at, 1 - clientEndpoint),
          side,
          place,
          shared,
        });
        group.client = endpointOf(source, at, clientEndpoint).address;
      }
      this.#count(group, 1, stream, message, side);
      if (group.shared.size > 1) keepShared(group.shared, findings);
      if (left.client.error !== null) tally(group.errors, `client ${left.client.error}`, 1);
      if (left.server.error !== null) tally(group.errors, `server ${left.server.error}`, 1);
      const ns = happensAtStart(code) ? ints[at + C_FIRST_NANOSECONDS] : floats[times + T_NOW];
      const whole = Math.floor(ns / 1e9);
      noteOccurrence(this.#occurrences, group.block, floats[times + T_BASE_SECONDS] + whole, ns - whole * 1e9, hash);
    });
  }

  /** Usual connections that were refused or not answered. */
  addUsual(usual: UsualSums): void {
    const { keyed, occurrences } = usual;
    for (const entry of entriesOf(usual, TABLE_FAILED)) {
      const outcome = keyed[entry + FAILED_SHAPE] === USUAL_REFUSED ? 'refused' : 'unanswered';
      const { code, severity, side, message } = failureOf(outcome, keyed[entry + FAILED_SYNS], TCP_NAMES);
      const a = entry + FAILED_ADDRESS;
      const port = keyed[entry + FAILED_PORT];
      const place = placeOf(keyed, a, port, keyed[entry + FAILED_PROTOCOL]);
      const count = keyed[entry + FAILED_COUNT];
      let group = this.#find(code, place, count);
      if (group === null) continue;
      const block = entryNumber(usual, TABLE_FAILED, entry) * OCCURRENCE_STRIDE;
      const version = keyed[entry + FAILED_PROTOCOL] >>> 8;
      if (group === undefined) {
        const address = formatAddress(version, keyed[a], keyed[a + 1], keyed[a + 2], keyed[a + 3]);
        const shared = new Set([code]);
        group = this.#begin({ code, severity, protocol: 'tcp', server: { address, port }, side, place, shared });
        const [c0, c1, c2, c3] = occurrences.subarray(block + O_CLIENT);
        group.client = formatAddress(version, c0, c1, c2, c3);
      }
      this.#count(group, count, keyed[entry + FAILED_STREAM], message, side);
      keepShared(group.shared, [{ code }]);
      const errors = keyed[entry + FAILED_ERRORS];
      if (errors > 0) tally(group.errors, `client ${outcome === 'refused' ? 'ECONNREFUSED' : 'ETIMEDOUT'}`, errors);
      addOccurrences(this.#occurrences, group.block, occurrences, block);
    }
  }

  list(): ProblemGroup[] {
    return [...this.#groups.values()].map((group) => this.#made(group));
  }

  /** One that has the same in it and goes its own way. */
  copy(): ProblemGroups {
    const copy = new ProblemGroups();
    for (const [key, group] of this.#groups) {
      copy.#groups.set(key, { ...group, errors: new Map(group.errors), shared: new Set(group.shared) });
    }
    copy.#occurrences = this.#occurrences.slice();
    copy.notListed = this.notListed;
    return copy;
  }

  /** The group of a code at a server; undefined where there is none yet, null (and counted) where there is no room for one more. */
  #find(code: string, place: string, count: number): Gathered | undefined | null {
    const group = this.#groups.get(`${code} ${place}`);
    if (group !== undefined || this.#groups.size < GROUPS_KEPT) return group;
    this.notListed += count;
    return null;
  }

  #begin(group: Pick<Gathered, 'code' | 'severity' | 'protocol' | 'server' | 'side' | 'place' | 'shared'>): Gathered {
    const block = this.#groups.size * OCCURRENCE_STRIDE;
    if (block === this.#occurrences.length) {
      const larger = new Float64Array(2 * block);
      larger.set(this.#occurrences);
      this.#occurrences = larger;
    }
    const begun = { ...group, count: 0, example: 0, message: '', errors: new Map(), client: null, block };
    this.#groups.set(`${group.code} ${group.place}`, begun);
    return begun;
  }

  #count(group: Gathered, count: number, example: number, message: string, side: Side | null): void {
    // The example is the first in the capture, in whatever order connections end.
    if (group.count === 0 || example < group.example) {
      group.example = example;
      group.message = message;
    }
    if (group.side !== side) group.side = null;
    group.count += count;
  }

  #forgetSide(code: string, place: string): void {
    const group = this.#groups.get(`${code} ${place}`);
    if (group !== undefined) group.side = null;
  }

  #made(group: Gathered): ProblemGroup {
    const { code, severity, protocol, server, count, example, message, side, place, errors, shared, client, block } =
      group;
    const occurrences = this.#occurrences;
    const clients = clientCount(occurrences, block);
    const isSame = (other: string) => other !== code && this.#groups.get(`${other} ${place}`)?.shared.has(code);
    return {
      ...{ code, severity, protocol, server, count, example, message, side },
      errors: [...errors].map(([key, times]) => errorOf(key, times)).sort((a, b) => b.count - a.count || order(a, b)),
      clients,
      client: clients === 1 ? client : null,
      sameAs: [...shared].filter(isSame).sort(),
      firstTime: formatTime(occurrences[block + O_FIRST_SECONDS], occurrences[block + O_FIRST_NANOSECONDS]),
      lastTime: formatTime(occurrences[block + O_LAST_SECONDS], occurrences[block + O_LAST_NANOSECONDS]),
      times: histogram(occurrences, block),
    };
  }
}

/** Counts of a block of occurrences, without empty ones at the end. */
function histogram(occurrences: Float64Array, block: number): Histogram {
  const bins = [...occurrences.subarray(block + O_BINS, block + O_BINS + BINS)];
  const width = occurrences[block + O_WIDTH];
  const start = occurrences[block + O_START] * width;
  const whole = Math.floor(start / UNITS_PER_SECOND);
  return {
    start: formatTime(whole, Math.floor(((start - whole * UNITS_PER_SECOND) * 1e9) / UNITS_PER_SECOND)),
    width: width / UNITS_PER_SECOND,
    counts: bins.slice(0, bins.findLastIndex((count) => count > 0) + 1),
  };
}

type ErrorCount = ProblemGroup['errors'][number];

function errorOf(key: string, count: number): ErrorCount {
  const [side, error] = key.split(' ');
  return { side: side as Side, error, count };
}

function order(a: ErrorCount, b: ErrorCount): number {
  return a.side.localeCompare(b.side) || a.error.localeCompare(b.error);
}

function tally(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

/** Of the codes that all connections had so far, keeps those that this one has, too. */
function keepShared(shared: Set<string>, findings: readonly Pick<Finding, 'code'>[]): void {
  for (const code of shared) if (!findings.some((finding) => finding.code === code)) shared.delete(code);
}

/** The server as it stands in a row: formatting it takes longer than the rest. @param a where the words of the address begin */
function placeOf(words: Int32Array, a: number, port: number, protocol: number): string {
  return `${protocol} ${words[a]} ${words[a + 1]} ${words[a + 2]} ${words[a + 3]} ${port}`;
}
