import { networkInterfaces } from 'node:os';
import type { RunningAnalysis } from '../../analyze.ts';
import type { EndedConnection } from '../../ended-connection.ts';
import {
  C_ADDRESS_0,
  C_ADDRESS_1,
  C_HANDSHAKE,
  C_PORTS,
  C_PROTOCOL,
  C_STREAM,
  INT_STRIDE,
} from '../../track/columns.ts';
import { handshakeOutcome } from '../../track/handshake-record.ts';
import type { RecordSource } from '../../track/record-source.ts';
import { endpointOf, sidesOf } from '../../track/sides.ts';
import type { LiveEvent, LiveListener, LiveSession } from '../session.ts';
import type { Process, Processes } from './process.ts';
import { SocketOwners } from './socket-owners.ts';
import { type SocketEnd, SocketTable } from './socket-table.ts';

/** Ends of connections that wait to be looked for. */
const PENDING_KEPT = 10_000;
/** Milliseconds after which an end is looked for again: a server's socket comes with accept() only. */
const AGAIN_AFTER = [0, 250, 1000];
/** Looking takes a tenth of the time at the most; so many milliseconds may be saved up for when much begins at once. */
const SHARE = 0.1;
const SAVED = 200;
const LONGEST_LOOK = 30;
/** Milliseconds for which the addresses of this machine are taken as known. */
const ADDRESSES_FOR = 5000;

const PROTOCOL_NUMBERS = { tcp: 6, udp: 17, sctp: 132 } as const;
const PROTOCOLS = 256;
const NOBODY: Processes = { client: null, server: null };

interface Entry {
  processes: Processes;
  /** Nobody took the connection: who listens there later has nothing to do with it. */
  hasFailed: boolean;
}

interface Pending {
  entry: Entry;
  side: keyof Processes;
  protocol: 6 | 17;
  local: SocketEnd;
  remote: SocketEnd;
  tries: number;
  due: number;
}

/**
 * Finds the local processes of connections when they begin, so that those are known, too, that are gone when the
 * connection ends. What is asked for is what Linux shows this user: processes of its own (root: of all), sockets of
 * its own network namespace.
 */
export class ProcessFinder implements LiveListener {
  /** Ends of connections that are of this machine, and those of them whose process was found. */
  local = 0;
  found = 0;
  readonly #tables = { 6: new SocketTable(6), 17: new SocketTable(17) };
  readonly #owners = new SocketOwners();
  readonly #byStream = new Map<number, Entry>();
  #pending: Pending[] = [];
  #source: RecordSource | null = null;
  #ownAddresses = new Set<string>();
  #addressesAt = Number.NEGATIVE_INFINITY;
  #credit = SAVED;
  #creditAt = performance.now();

  begin(_: LiveSession, { source }: RunningAnalysis): void {
    this.#source = source;
  }

  begun(row: number): void {
    const source = this.#source;
    if (source === null) return;
    const { ints } = source.slab;
    const at = row * INT_STRIDE;
    const protocol = ints[at + C_PROTOCOL] & 0xff;
    if (protocol !== 6 && protocol !== 17) return;
    const now = performance.now();
    const { clientEndpoint } = sidesOf(ints, row);
    const entry: Entry = { processes: { client: null, server: null }, hasFailed: false };
    for (const endpoint of [0, 1]) {
      if (!this.#isOwn(endpointOf(source, at, endpoint).address, now)) continue;
      this.local++;
      this.#byStream.set(ints[at + C_STREAM] * PROTOCOLS + protocol, entry);
      if (this.#pending.length >= PENDING_KEPT) continue;
      const side = endpoint === clientEndpoint ? 'client' : 'server';
      const ends = { local: endOf(ints, at, endpoint), remote: endOf(ints, at, 1 - endpoint) };
      const pending: Pending = { entry, side, protocol, ...ends, tries: 0, due: now };
      this.#pending.push(pending);
      this.#guess(pending);
    }
  }

  event({ kind, row, connection: { protocol, stream } }: LiveEvent): void {
    if (kind !== 'failed' || protocol !== 'tcp') return;
    const entry = this.#byStream.get(stream * PROTOCOLS + PROTOCOL_NUMBERS[protocol]);
    if (entry === undefined) return;
    entry.hasFailed = true;
    const handshake = this.#source?.slab.ints[row * INT_STRIDE + C_HANDSHAKE] ?? 0;
    if (handshakeOutcome(handshake) !== 'refused' || entry.processes.server === null) return;
    entry.processes.server = null;
    this.found--;
  }

  left(row: number): void {
    const ints = this.#source?.slab.ints;
    if (ints === undefined) return;
    const at = row * INT_STRIDE;
    this.#byStream.delete(ints[at + C_STREAM] * PROTOCOLS + (ints[at + C_PROTOCOL] & 0xff));
  }

  readonly processesOf = ({ protocol, stream }: Pick<EndedConnection, 'protocol' | 'stream'>): Processes =>
    this.#byStream.get(stream * PROTOCOLS + PROTOCOL_NUMBERS[protocol])?.processes ?? NOBODY;

  /** Looks for what is wanted, as far as there is time for it. Called after each chunk of packets and some times a second. */
  look(): void {
    const began = performance.now();
    if (this.#pending.length === 0) return;
    this.#credit = Math.min(SAVED, this.#credit + (began - this.#creditAt) * SHARE);
    this.#creditAt = began;
    if (this.#credit <= 0) return;
    const due = this.#pending.filter((each) => each.due <= began);
    if (due.length === 0) return;
    for (const protocol of [6, 17] as const) {
      const wanted = due.filter((each) => each.protocol === protocol);
      if (wanted.length > 0) this.#lookFor(wanted, protocol);
    }
    this.#pending = this.#pending.filter(({ tries }) => tries < AGAIN_AFTER.length);
    this.#credit -= performance.now() - began;
  }

  /** What could not be seen, one line; null where nothing is missing. */
  lacks(): string | null {
    const missing = this.local - this.found;
    if (missing === 0) return null;
    const hidden = this.#owners.countHidden();
    const why = hidden > 0 ? `; ${hidden} processes of other users cannot be looked into (root sees them)` : '';
    return `--process: of ${this.local} local ends of connections ${missing} have an unknown process${why}`;
  }

  /**
   * Who listens takes the connection, as far as is known by now: there may be no time to look before a short one is
   * over. What is found later counts.
   */
  #guess(pending: Pending): void {
    if (!mayWait(pending)) return;
    const inode = this.#tables[pending.protocol].waiting(pending.local);
    const process = inode === 0 ? null : this.#owners.known(inode);
    if (process != null) this.#note(pending, process);
  }

  #lookFor(wanted: Pending[], protocol: 6 | 17): void {
    this.#tables[protocol].read();
    const inodes = wanted.map((each) => this.#inodeOf(each));
    const unknown = inodes
      .map(({ inode }) => inode)
      .filter((inode) => inode !== 0 && this.#owners.known(inode) === undefined);
    if (unknown.length > 0) this.#owners.look(unknown, LONGEST_LOOK);
    const now = performance.now();
    wanted.forEach((each, i) => {
      const { inode, isOwn } = inodes[i];
      const process = inode === 0 ? null : this.#owners.known(inode);
      if (process != null) this.#note(each, process);
      if (process === undefined) return; // there was no time to look into all processes
      // Who listens may hand the connection to another process.
      each.tries = isOwn && process !== null ? AGAIN_AFTER.length : each.tries + 1;
      each.due = now + (AGAIN_AFTER[each.tries] ?? 0);
    });
  }

  #note({ entry: { processes }, side }: Pending, process: Process): void {
    if (processes[side] === null) this.found++;
    processes[side] = process;
  }

  /** The connection's own socket; before accept() and for UDP the one that waits for anybody. */
  #inodeOf(pending: Pending): { inode: number; isOwn: boolean } {
    const { local, remote, protocol } = pending;
    const table = this.#tables[protocol];
    const own = table.connected(local, remote);
    if (own !== 0) return { inode: own, isOwn: true };
    return { inode: mayWait(pending) ? table.waiting(local) : 0, isOwn: protocol === 17 };
  }

  #isOwn(address: string, now: number): boolean {
    if (now - this.#addressesAt > ADDRESSES_FOR) {
      this.#addressesAt = now;
      const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
      this.#ownAddresses = new Set(all.map((each) => each.address));
    }
    return address.startsWith('127.') || this.#ownAddresses.has(address.replace(/%.*/, ''));
  }
}

/** A socket that is not connected may be the one that takes what comes. */
function mayWait({ entry, side, protocol }: Pending): boolean {
  return protocol === 17 || (side === 'server' && !entry.hasFailed);
}

function endOf(ints: Int32Array, at: number, endpoint: number): SocketEnd {
  const a = at + (endpoint === 0 ? C_ADDRESS_0 : C_ADDRESS_1);
  const ports = ints[at + C_PORTS];
  return {
    version: ints[at + C_PROTOCOL] >>> 8,
    words: [ints[a], ints[a + 1], ints[a + 2], ints[a + 3]],
    port: endpoint === 0 ? ports >>> 16 : ports & 0xffff,
  };
}
