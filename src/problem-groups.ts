import { formatAddress } from '../parsers/network/address.ts';
import { AttemptsBeyond, findScans, isOfScan, notePort } from './port-scans.ts';
import { errorCounts, type Gathered, tally, timesOf } from './problem-tally.ts';
import type { Finding, Protocol } from './record.ts';
import type { SocketErrors } from './socket/sockets.ts';
import type { ProblemGroup } from './summary.ts';
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
  clientCount,
  hashAddress,
  noteOccurrence,
  O_CLIENT,
  OCCURRENCE_STRIDE,
} from './track/occurrences.ts';
import { packetNames } from './track/packet-names.ts';
import type { RecordSource } from './track/record-source.ts';
import { portOf } from './track/rows.ts';
import { endpointOf, type Sides } from './track/sides.ts';
import { USUAL_REFUSED } from './track/usual.ts';
import {
  BEYOND_CLIENT,
  BEYOND_PORTS,
  BEYOND_PROTOCOL,
  BEYOND_REFUSED,
  BEYOND_SERVER,
  BEYOND_STREAM,
  BEYOND_TIMED_OUT,
  BEYOND_UNANSWERED,
  beyondBlock,
  FAILED_ADDRESS,
  FAILED_COUNT,
  FAILED_ERRORS,
  FAILED_PORT,
  FAILED_PROTOCOL,
  FAILED_SHAPE,
  FAILED_STREAM,
  FAILED_SYNS,
  PORT_WORDS,
  TABLE_BEYOND,
  TABLE_FAILED,
  type UsualSums,
} from './track/usual-sums.ts';

/** Problem groups kept apart; problems at more servers than this are counted, not listed, but for scans of the ports of one host. */
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

/** Findings, gathered by what was found, how bad it was, and at which server. */
export class ProblemGroups {
  readonly #groups = new Map<string, Gathered>();
  #occurrences = new Float64Array(16 * OCCURRENCE_STRIDE);
  #beyond = new AttemptsBeyond();
  /** Findings for which there was no group any more, without those in #beyond. */
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
        if (findings[first].side !== side) this.#forgetSide(kindOf(findings[first]), place);
        return;
      }
      const ns = happensAtStart(code) ? ints[at + C_FIRST_NANOSECONDS] : floats[times + T_NOW];
      const whole = Math.floor(ns / 1e9);
      const seconds = floats[times + T_BASE_SECONDS] + whole;
      let group = this.#find(kindOf({ code, severity }), place);
      if (group === null) {
        const name = pairOf(ints, client, ints, server, ints[at + C_PROTOCOL]);
        const addresses = () => ({
          protocol,
          client: endpointOf(source, at, clientEndpoint).address,
          server: endpointOf(source, at, 1 - clientEndpoint).address,
        });
        const pair = isOfScan(code) ? this.#beyond.take(name, addresses, { code, count: 1, example: stream }) : null;
        if (pair === null) {
          this.notListed++;
          return;
        }
        tallyErrors(pair.errors, left);
        notePort(pair, portOf(ints, at, 1 - clientEndpoint));
        noteOccurrence(pair.occurrences, 0, seconds, ns - whole * 1e9, hash);
        return;
      }
      if (group === undefined) {
        const shared = new Set(findings.map(kindOf));
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
      this.#count(group, 1, stream, { message, side });
      if (group.shared.size > 1) keepShared(group.shared, findings);
      tallyErrors(group.errors, left);
      noteOccurrence(this.#occurrences, group.block, seconds, ns - whole * 1e9, hash);
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
      const block = entryNumber(usual, TABLE_FAILED, entry) * OCCURRENCE_STRIDE;
      const version = keyed[entry + FAILED_PROTOCOL];
      const address = addressOf(version, keyed, a);
      const client = addressOf(version, occurrences, block + O_CLIENT);
      const example = keyed[entry + FAILED_STREAM];
      const errors = keyed[entry + FAILED_ERRORS];
      const error = `client ${outcome === 'refused' ? 'ECONNREFUSED' : 'ETIMEDOUT'}`;
      let group = this.#find(kindOf({ code, severity }), place);
      if (group === null) {
        const name = pairOf(occurrences, block + O_CLIENT, keyed, a, version);
        const addresses = () => ({ protocol: 'tcp', client, server: address }) as const;
        const isOfOne = clientCount(occurrences, block) === 1;
        const pair = isOfOne ? this.#beyond.take(name, addresses, { code, count, example }) : null;
        if (pair === null) {
          this.notListed += count;
          continue;
        }
        if (errors > 0) tally(pair.errors, error, errors);
        notePort(pair, port);
        addOccurrences(pair.occurrences, 0, occurrences, block);
        continue;
      }
      if (group === undefined) {
        const shared = new Set([kindOf({ code, severity })]);
        group = this.#begin({ code, severity, protocol: 'tcp', server: { address, port }, side, place, shared });
        group.client = client;
      }
      this.#count(group, count, example, { message, side });
      keepShared(group.shared, [{ code, severity }]);
      if (errors > 0) tally(group.errors, error, errors);
      addOccurrences(this.#occurrences, group.block, occurrences, block);
    }
    this.#addBeyond(usual);
  }

  /** Usual connections for whose server there was no room. */
  #addBeyond(usual: UsualSums): void {
    const { keyed, occurrences } = usual;
    for (const entry of entriesOf(usual, TABLE_BEYOND)) {
      const [client, server] = [entry + BEYOND_CLIENT, entry + BEYOND_SERVER];
      const version = keyed[entry + BEYOND_PROTOCOL];
      const name = pairOf(keyed, client, keyed, server, version);
      const addresses = () =>
        ({
          protocol: 'tcp',
          client: addressOf(version, keyed, client),
          server: addressOf(version, keyed, server),
        }) as const;
      const example = keyed[entry + BEYOND_STREAM];
      const refused = keyed[entry + BEYOND_REFUSED];
      const ends = [
        { code: 'connection-refused', count: refused, error: 'client ECONNREFUSED', left: refused },
        {
          code: 'unanswered',
          count: keyed[entry + BEYOND_UNANSWERED],
          error: 'client ETIMEDOUT',
          left: keyed[entry + BEYOND_TIMED_OUT],
        },
      ];
      let pair = null;
      for (const { code, count, error, left } of ends) {
        if (count === 0) continue;
        pair = this.#beyond.take(name, addresses, { code, count, example });
        if (pair === null) this.notListed += count;
        else if (left > 0) tally(pair.errors, error, left);
      }
      if (pair === null) continue;
      for (let i = 0; i < PORT_WORDS; i++) pair.ports[i] |= keyed[entry + BEYOND_PORTS + i];
      addOccurrences(pair.occurrences, 0, occurrences, beyondBlock(usual, entry));
    }
  }

  /** The groups, of which those that a port scan left are one; and the findings that are in none. */
  list(): { problems: ProblemGroup[]; notListed: number } {
    const beyond = this.#beyond.list();
    const scans = findScans(this.#groups.values(), beyond, this.#occurrences);
    // What is odd about the connections of a scan, and of none other there, is told with it.
    const isTold = (group: Gathered) =>
      scans.groups.has(group) ||
      (group.severity !== 'error' && [...group.shared].some((kind) => this.#isOf(scans.groups, kind, group.place)));
    const groups = [...this.#groups.values()].filter((group) => scans.groups.size === 0 || !isTold(group));
    const rest = beyond.filter((pair) => !scans.beyond.has(pair)).flatMap(({ counts }) => [...counts.values()]);
    return {
      problems: [...groups.map((group) => this.#made(group, scans.groups)), ...scans.problems],
      notListed: rest.reduce((sum, count) => sum + count, this.notListed),
    };
  }

  #isOf(groups: ReadonlySet<Gathered>, kind: string, place: string): boolean {
    const group = this.#groups.get(`${kind} ${place}`);
    return group !== undefined && groups.has(group);
  }

  /** One that has the same in it and goes its own way. */
  copy(): ProblemGroups {
    const copy = new ProblemGroups();
    for (const [key, group] of this.#groups) {
      copy.#groups.set(key, { ...group, errors: new Map(group.errors), shared: new Set(group.shared) });
    }
    copy.#occurrences = this.#occurrences.slice();
    copy.#beyond = this.#beyond.copy();
    copy.notListed = this.notListed;
    return copy;
  }

  /** The group of a kind at a server; undefined where there is none yet, null where there is no room for one more. */
  #find(kind: string, place: string): Gathered | undefined | null {
    const group = this.#groups.get(`${kind} ${place}`);
    return group !== undefined || this.#groups.size < GROUPS_KEPT ? group : null;
  }

  #begin(group: Pick<Gathered, 'code' | 'severity' | 'protocol' | 'server' | 'side' | 'place' | 'shared'>): Gathered {
    const block = this.#groups.size * OCCURRENCE_STRIDE;
    if (block === this.#occurrences.length) {
      const larger = new Float64Array(2 * block);
      larger.set(this.#occurrences);
      this.#occurrences = larger;
    }
    const begun = { ...group, count: 0, example: 0, message: '', errors: new Map(), client: null, block };
    this.#groups.set(`${kindOf(group)} ${group.place}`, begun);
    return begun;
  }

  #count(group: Gathered, count: number, example: number, { message, side }: Pick<Finding, 'message' | 'side'>): void {
    // The example is the first in the capture, in whatever order connections end.
    if (group.count === 0 || example < group.example) {
      group.example = example;
      group.message = message;
    }
    if (group.side !== side) group.side = null;
    group.count += count;
  }

  #forgetSide(kind: string, place: string): void {
    const group = this.#groups.get(`${kind} ${place}`);
    if (group !== undefined) group.side = null;
  }

  #made(group: Gathered, inScans: ReadonlySet<Gathered>): ProblemGroup {
    const { code, severity, protocol, server, count, example, message, side, place, errors, shared, client, block } =
      group;
    const occurrences = this.#occurrences;
    const clients = clientCount(occurrences, block);
    const kind = kindOf(group);
    const isSame = (other: string) =>
      other !== kind && this.#groups.get(`${other} ${place}`)?.shared.has(kind) && !this.#isOf(inScans, other, place);
    return {
      ...{ code, severity, protocol, server, count, example, message, side },
      errors: errorCounts(errors),
      clients,
      client: clients === 1 ? client : null,
      sameAs: [...shared]
        .filter(isSame)
        .map((other) => other.split(' ')[0])
        .sort(),
      ...timesOf(occurrences, block),
    };
  }
}

function tallyErrors(errors: Map<string, number>, { client, server }: SocketErrors): void {
  if (client.error !== null) tally(errors, `client ${client.error}`, 1);
  if (server.error !== null) tally(errors, `server ${server.error}`, 1);
}

/** What is gathered together: one code may be a fault of one connection and a note to another. */
function kindOf({ code, severity }: Pick<Finding, 'code' | 'severity'>): string {
  return `${code} ${severity}`;
}

/** Of the kinds that all connections had so far, keeps those that this one has, too. */
function keepShared(shared: Set<string>, findings: readonly Pick<Finding, 'code' | 'severity'>[]): void {
  for (const kind of shared) if (!findings.some((finding) => kindOf(finding) === kind)) shared.delete(kind);
}

/** The server as it stands in a row: formatting it takes longer than the rest. @param a where the words of the address begin */
function placeOf(words: ArrayLike<number>, a: number, port: number, protocol: number): string {
  return `${protocol} ${words[a]} ${words[a + 1]} ${words[a + 2]} ${words[a + 3]} ${port}`;
}

/** A client and a host, in the same way. */
function pairOf(client: ArrayLike<number>, c: number, server: ArrayLike<number>, s: number, protocol: number): string {
  return `${placeOf(client, c, 0, protocol)} ${placeOf(server, s, 0, protocol)}`;
}

/** @param version IP version, in the second byte */
function addressOf(version: number, words: ArrayLike<number>, a: number): string {
  return formatAddress(version >>> 8, words[a], words[a + 1], words[a + 2], words[a + 3]);
}
