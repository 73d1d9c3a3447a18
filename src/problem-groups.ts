import { formatAddress } from '../parsers/network/address.ts';
import type { Finding, Protocol } from './record.ts';
import type { ProblemGroup } from './summary.ts';
import { C_ADDRESS_0, C_ADDRESS_1, C_PROTOCOL, C_STREAM } from './track/columns.ts';
import { failureOf } from './track/findings.ts';
import { entriesOf } from './track/keyed.ts';
import { packetNames } from './track/packet-names.ts';
import type { RecordSource } from './track/record-source.ts';
import { portOf } from './track/rows.ts';
import { endpointOf, type Sides } from './track/sides.ts';
import { USUAL_REFUSED } from './track/usual.ts';
import {
  FAILED_ADDRESS,
  FAILED_COUNT,
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

/** Findings, gathered by what was found and at which server. */
export class ProblemGroups {
  readonly #groups = new Map<string, ProblemGroup>();
  /** Findings for which there was no group any more. */
  notListed = 0;

  /** A finding of a connection that has ended. */
  add(source: RecordSource, sides: Sides, protocol: Protocol, { code, severity, message }: Finding): void {
    const { ints } = source.slab;
    const { at, clientEndpoint } = sides;
    const address = at + (clientEndpoint === 0 ? C_ADDRESS_1 : C_ADDRESS_0);
    const port = portOf(ints, at, 1 - clientEndpoint);
    const key = keyOf(code, ints, address, port, ints[at + C_PROTOCOL]);
    const example = ints[at + C_STREAM];
    if (this.#count(key, 1, example, message)) return;
    const server = endpointOf(source, at, 1 - clientEndpoint);
    this.#groups.set(key, { code, severity, protocol, server, count: 1, example, message });
  }

  /** Usual connections that were refused or not answered. */
  addUsual(usual: UsualSums): void {
    const { keyed } = usual;
    for (const entry of entriesOf(usual, TABLE_FAILED)) {
      const outcome = keyed[entry + FAILED_SHAPE] === USUAL_REFUSED ? 'refused' : 'unanswered';
      const { code, severity, message } = failureOf(outcome, keyed[entry + FAILED_SYNS], TCP_NAMES);
      const a = entry + FAILED_ADDRESS;
      const port = keyed[entry + FAILED_PORT];
      const key = keyOf(code, keyed, a, port, keyed[entry + FAILED_PROTOCOL]);
      const count = keyed[entry + FAILED_COUNT];
      const example = keyed[entry + FAILED_STREAM];
      if (this.#count(key, count, example, message)) continue;
      const version = keyed[entry + FAILED_PROTOCOL] >>> 8;
      const address = formatAddress(version, keyed[a], keyed[a + 1], keyed[a + 2], keyed[a + 3]);
      this.#groups.set(key, { code, severity, protocol: 'tcp', server: { address, port }, count, example, message });
    }
  }

  list(): Iterable<ProblemGroup> {
    return this.#groups.values();
  }

  /** One that has the same in it and goes its own way. */
  copy(): ProblemGroups {
    const copy = new ProblemGroups();
    for (const [key, group] of this.#groups) copy.#groups.set(key, { ...group });
    copy.notListed = this.notListed;
    return copy;
  }

  /** Counts findings in their group. @returns false where there is none yet, and room for one more */
  #count(key: string, count: number, example: number, message: string): boolean {
    const group = this.#groups.get(key);
    if (group === undefined) {
      if (this.#groups.size < GROUPS_KEPT) return false;
      this.notListed += count;
      return true;
    }
    group.count += count;
    // The example is the first in the capture, in whatever order connections end.
    if (example < group.example) {
      group.example = example;
      group.message = message;
    }
    return true;
  }
}

/** What was found, and the server as it stands in a row: formatting it takes longer than the rest. @param a where the words of the address begin */
function keyOf(code: string, words: Int32Array, a: number, port: number, protocol: number): string {
  return `${code} ${protocol} ${words[a]} ${words[a + 1]} ${words[a + 2]} ${words[a + 3]} ${port}`;
}
