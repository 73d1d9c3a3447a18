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
import { Budget } from './budget.ts';
import { KernelTrace, type NoTrace, type TraceLines } from './kernel-trace.ts';
import { isRunning, type Process, type Processes } from './process.ts';
import { connectionText, type SocketEnd } from './socket-end.ts';
import { SocketOwners } from './socket-owners.ts';
import { SocketTable } from './socket-table.ts';
import { Tasks } from './tasks.ts';
import { TracedSockets } from './traced-sockets.ts';
import { unknownText } from './unknown-processes.ts';

/** Ends of connections that wait to be looked for. */
const PENDING_KEPT = 10_000;
/** Milliseconds after which an end is looked for again: a server's socket comes with accept() only. */
const AGAIN_AFTER = [0, 250, 1000];
/** Looking takes a tenth of the time at the most, and so does listening; milliseconds saved up for when much begins at once. */
const SHARE = 0.1;
const SAVED = 200;
const LONGEST_LOOK = 30;
/** Looks at what the kernel told for which something that happened to a connection is remembered. */
const LOOKS_AFTER = 3;
/** Milliseconds for which the addresses of this machine are taken as known. */
const ADDRESSES_FOR = 5000;

const PROTOCOL_NUMBERS = { tcp: 6, udp: 17, sctp: 132 } as const;
const PROTOCOLS = 256;
const NOBODY: Processes = { client: null, server: null };

interface Entry {
  processes: Processes;
  /**
   * Ends of which nothing more is to be found: those of other machines, and those whose process holds the connection's
   * own socket, and not only the one that waits for anybody.
   */
  readonly settled: Record<keyof Processes, boolean>;
  /** Nobody took the connection: who listens there later has nothing to do with it. */
  hasFailed: boolean;
}

/** An end of a connection that is of this machine. */
interface OwnEnd {
  entry: Entry;
  side: keyof Processes;
  local: SocketEnd;
  remote: SocketEnd;
}

interface Told extends OwnEnd {
  looks: number;
}

interface Pending extends OwnEnd {
  protocol: 6 | 17;
  tries: number;
  due: number;
}

/**
 * Finds the local processes of connections when they begin, so that those are known, too, that are gone when the
 * connection ends. What is asked for is what Linux shows this user: processes of its own (root: of all), sockets of
 * its own network namespace. Where the kernel tells who connects and who closes (root), short connections are known
 * of which nothing is left in /proc when their packets come.
 */
export class ProcessFinder implements LiveListener {
  /** Ends of connections that are of this machine, and those of them whose process was found. */
  local = 0;
  found = 0;
  readonly #tables = { 6: new SocketTable(6), 17: new SocketTable(17) };
  readonly #owners: SocketOwners;
  readonly #byStream = new Map<number, Entry>();
  readonly #trace: TraceLines | NoTrace;
  readonly #traced: TracedSockets | null;
  readonly #clock: () => number;
  readonly #looking: Budget;
  readonly #listening: Budget;
  #pending: Pending[] = [];
  /** Ends of which something happened that the kernel may have told of. */
  #told: Told[] = [];
  #source: RecordSource | null = null;
  #ownAddresses = new Set<string>();
  #addressesAt = Number.NEGATIVE_INFINITY;

  /** @param trace what the kernel tells, or why it does not @param clock milliseconds */
  constructor(trace: TraceLines | NoTrace = 'unsupported', clock: () => number = () => performance.now()) {
    this.#trace = trace;
    this.#owners = new SocketOwners('/proc', clock);
    this.#clock = clock;
    this.#looking = new Budget(SHARE, SAVED, clock);
    this.#listening = new Budget(SHARE, SAVED, clock);
    this.#traced = typeof trace === 'string' ? null : new TracedSockets(new Tasks().processOf, connectingNow());
  }

  /** One that listens to the kernel, where this user may; to be closed. */
  static open(): ProcessFinder {
    return new ProcessFinder(KernelTrace.open());
  }

  close(): void {
    if (typeof this.#trace !== 'string') this.#trace.close();
  }

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
    const now = this.#clock();
    const { clientEndpoint } = sidesOf(ints, row);
    const entry: Entry = {
      processes: { client: null, server: null },
      settled: { client: true, server: true },
      hasFailed: false,
    };
    for (const endpoint of [0, 1]) {
      if (!this.#isOwn(endpointOf(source, at, endpoint).address, now)) continue;
      this.local++;
      this.#byStream.set(ints[at + C_STREAM] * PROTOCOLS + protocol, entry);
      const side = endpoint === clientEndpoint ? 'client' : 'server';
      entry.settled[side] = false;
      if (this.#pending.length >= PENDING_KEPT) continue;
      const ends = { local: endOf(ints, at, endpoint), remote: endOf(ints, at, 1 - endpoint) };
      const pending: Pending = { entry, side, protocol, ...ends, tries: 0, due: now };
      this.#pending.push(pending);
      this.#guess(pending);
    }
  }

  event({ kind, row, connection: { protocol, stream } }: LiveEvent): void {
    if (protocol !== 'tcp') return;
    const entry = this.#byStream.get(stream * PROTOCOLS + PROTOCOL_NUMBERS[protocol]);
    if (entry === undefined) return;
    this.#wasTold(entry, row);
    if (kind !== 'failed') return;
    entry.hasFailed = true;
    const handshake = this.#source?.slab.ints[row * INT_STRIDE + C_HANDSHAKE] ?? 0;
    if (handshakeOutcome(handshake) === 'refused') this.#forgetServer(entry);
  }

  /** Nobody was there: it has no process that could be found. */
  #forgetServer({ processes, settled }: Entry): void {
    if (settled.server) return;
    settled.server = true;
    this.local--;
    if (processes.server !== null) this.found--;
    processes.server = null;
  }

  #wasTold(entry: Entry, row: number): void {
    const ints = this.#source?.slab.ints;
    if (ints === undefined || this.#traced === null) return;
    const { at, clientEndpoint } = sidesOf(ints, row);
    for (const [side, endpoint] of [
      ['client', clientEndpoint],
      ['server', 1 - clientEndpoint],
    ] as const) {
      if (entry.settled[side] || this.#told.length >= PENDING_KEPT) continue;
      const ends = { local: endOf(ints, at, endpoint), remote: endOf(ints, at, 1 - endpoint) };
      this.#told.push({ entry, side, ...ends, looks: 0 });
    }
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
    if (this.#traced !== null) this.#listening.spend(() => this.#listen());
    if (this.#pending.length > 0) this.#looking.spend(() => this.#lookInProc());
  }

  #lookInProc(): void {
    const now = this.#clock();
    const due = this.#pending.filter(({ due, entry, side }) => due <= now && !entry.settled[side]);
    for (const protocol of [6, 17] as const) {
      const wanted = due.filter((each) => each.protocol === protocol);
      if (wanted.length > 0) this.#lookFor(wanted, protocol);
    }
    this.#pending = this.#pending.filter(
      ({ entry, side, tries }) => !entry.settled[side] && tries < AGAIN_AFTER.length,
    );
  }

  /** What the kernel has told since the last time. */
  #listen(): void {
    if (typeof this.#trace === 'string' || this.#traced === null) return;
    this.#traced.read(this.#trace.read());
    const begun = this.#pending.filter(({ protocol }) => protocol === 6);
    for (const end of [...begun, ...this.#told]) {
      if (end.entry.settled[end.side]) continue;
      const owner = this.#traced.take(connectionText(end.local, end.remote));
      if (owner === null) continue;
      // What has ended may have been a thread of the one that listens, with a number of its own.
      if (end.entry.processes[end.side] !== null && !isRunning(owner.pid)) continue;
      this.#note(end, owner, true);
    }
    for (const told of this.#told) told.looks++;
    this.#told = this.#told.filter(({ entry, side, looks }) => !entry.settled[side] && looks < LOOKS_AFTER);
  }

  /** What could not be seen, and why, one line; null where nothing is missing. */
  lacks(): string | null {
    const missing = this.local - this.found;
    if (missing === 0) return null;
    return unknownText({
      local: this.local,
      missing,
      isRoot: process.getuid?.() === 0,
      hidden: this.#owners.countHidden(),
      noTrace: typeof this.#trace === 'string' ? this.#trace : null,
    });
  }

  /**
   * Who listens takes the connection, as far as is known by now: there may be no time to look before a short one is
   * over. What is found later counts.
   */
  #guess(pending: Pending): void {
    if (!mayWait(pending)) return;
    const inode = this.#tables[pending.protocol].waiting(pending.local);
    const process = inode === 0 ? null : this.#owners.known(inode);
    if (process != null) this.#note(pending, process, false);
  }

  #lookFor(wanted: Pending[], protocol: 6 | 17): void {
    this.#tables[protocol].read();
    const inodes = wanted.map((each) => this.#inodeOf(each));
    const unknown = inodes
      .map(({ inode }) => inode)
      .filter((inode) => inode !== 0 && this.#owners.known(inode) === undefined);
    if (unknown.length > 0) this.#owners.look(unknown, LONGEST_LOOK);
    const now = this.#clock();
    wanted.forEach((each, i) => {
      const { inode, isOwn } = inodes[i];
      const process = inode === 0 ? null : this.#owners.known(inode);
      if (process != null) this.#note(each, process, isOwn);
      if (process === undefined) return; // there was no time to look into all processes
      // Who listens may hand the connection to another process.
      each.tries++;
      each.due = now + (AGAIN_AFTER[each.tries] ?? 0);
    });
  }

  #note({ entry: { processes, settled }, side }: OwnEnd, process: Process, isSure: boolean): void {
    if (processes[side] === null) this.found++;
    processes[side] = process;
    settled[side] = isSure;
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

/** Connections whose connect() is not over. */
function connectingNow(): string[] {
  const table = new SocketTable(6);
  table.read();
  return table.connecting();
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
