import type { Process } from './process.ts';
import { endText } from './socket-end.ts';

/** Owners that are remembered until somebody asks for them. */
const OWNERS_KEPT = 16_384;
/** Destinations that connect() is on its way to. */
const CONNECTING_KEPT = 4096;
/** Milliseconds after which a connect() is over, if it was not answered: tcp_syn_retries 6 takes 127 s. */
const LONGEST_CONNECT = 130_000;

/** A task as the kernel's trace names it: each thread is one. */
export interface Task {
  id: number;
  name: string;
}

/** A change of a TCP socket's state. */
export interface StateChange {
  /** The task that ran when it happened. */
  task: Task;
  /** True where the task did it; false where a packet did, which came while the task ran. */
  isDoing: boolean;
  /** Local address; address and port of the peer, as endText() writes them. */
  address: string;
  /** 0: not chosen yet. */
  port: number;
  peer: string;
  from: string;
  to: string;
}

/** "curl-11393   [001] ..s..   625.446239: inet_sock_set_state: …"; where thread groups are recorded, "(11393)" after the number. */
const LINE = /^ *(.*)-(\d+) +(?:\([ \d-]+\) +)?\[\d+\] +(\S+) +[\d.]+: inet_sock_set_state: (.*)$/;
const FIELDS =
  /\bsport=(\d+) dport=(\d+) .*\bsaddrv6=(\S+) daddrv6=(\S+) oldstate=(?:TCP_)?(\w+) newstate=(?:TCP_)?(\w+)/;
/** Third of the flags: s in a software interrupt, h, H and Z in others; there packets are received. */
const INTERRUPTS = /[sShHzZ]/;

/** Reads a line of the trace; null where it is something else. */
export function stateChange(line: string): StateChange | null {
  const [, name, id, flags, text] = LINE.exec(line) ?? [];
  const [, port, peerPort, address, peerAddress, from, to] = FIELDS.exec(text ?? '') ?? [];
  if (to === undefined) return null;
  return {
    task: { id: Number(id), name },
    isDoing: !INTERRUPTS.test(flags[2] ?? ''),
    address,
    port: Number(port),
    peer: endText(peerAddress, Number(peerPort)),
    from,
    to,
  };
}

interface Owner {
  process: Process;
  /** Who called connect() owns the socket; who closes it may have got it from another. */
  isConnector: boolean;
}

/** connect() calls to one destination that are not over. */
interface Connecting {
  outstanding: number;
  /** Who made them, by number; null where that is none that can be named. */
  processes: Map<number, Process | null>;
}

/**
 * Which process owns a TCP socket, as the kernel's trace of socket states tells.
 *
 * connect() is traced before the local port is chosen. So the port comes with the next change of the socket's state,
 * which the answer from the network brings about: then the owner is known where the task itself took that answer, or
 * where all connect() calls to that destination are of one process. Other owners are known when they close.
 */
export class TracedSockets {
  readonly #processOf: (task: Task) => Process | null;
  readonly #clock: () => number;
  readonly #before: Set<string>;
  readonly #owners = new Map<string, Owner>();
  readonly #connecting = new Map<string, Connecting>();
  /** Before that a connect() may be answered of which nothing is known here. */
  #completeFrom = Number.NEGATIVE_INFINITY;

  /**
   * @param processOf the process of a task; null where it is none that owns sockets of this machine's own network
   * @param before connections whose connect() began before the trace
   * @param clock milliseconds
   */
  constructor(
    processOf: (task: Task) => Process | null,
    before: Iterable<string> = [],
    clock: () => number = () => performance.now(),
  ) {
    this.#processOf = processOf;
    this.#before = new Set(before);
    this.#clock = clock;
  }

  /** Takes lines of the trace in their order. */
  read(lines: Iterable<string>): void {
    for (const line of lines) {
      const change = stateChange(line);
      if (change !== null) this.#changed(change);
      else if (line.includes('LOST')) this.#lost();
    }
  }

  /** The owner of a socket, which is forgotten here from now on; null where it is not known. @param connection as connectionText() writes it */
  take(connection: string): Process | null {
    const owner = this.#owners.get(connection);
    if (owner === undefined) return null;
    this.#owners.delete(connection);
    return owner.process;
  }

  #changed(change: StateChange): void {
    if (change.from === 'SYN_SENT') this.#connected(change);
    else if (change.to === 'SYN_SENT') this.#connects(change);
    else if (change.isDoing) this.#note(change, this.#processOf(change.task), false);
  }

  #connects(change: StateChange): void {
    const process = this.#processOf(change.task);
    if (change.port !== 0) this.#note(change, process, true); // bound before
    const key = destination(change);
    let calls = this.#connecting.get(key);
    if (calls === undefined) {
      if (this.#connecting.size >= CONNECTING_KEPT) this.#lost();
      calls = { outstanding: 0, processes: new Map() };
      this.#connecting.set(key, calls);
    }
    calls.outstanding++;
    calls.processes.set(process?.pid ?? change.task.id, process);
  }

  #connected(change: StateChange): void {
    if (this.#before.delete(keyOf(change))) return;
    const key = destination(change);
    const calls = this.#connecting.get(key);
    const isOnly = calls?.processes.size === 1 && this.#clock() >= this.#completeFrom;
    const only = isOnly ? ([...calls.processes.values()][0] ?? null) : null;
    const process = (change.isDoing ? this.#processOf(change.task) : null) ?? only;
    if (change.port !== 0) this.#note(change, process, true);
    if (calls === undefined) return;
    calls.outstanding--;
    if (calls.outstanding === 0) this.#connecting.delete(key);
  }

  /** connect() calls may be under way of which nothing is known here. */
  #lost(): void {
    this.#connecting.clear();
    this.#completeFrom = this.#clock() + LONGEST_CONNECT;
  }

  #note(change: StateChange, process: Process | null, isConnector: boolean): void {
    if (process === null) return;
    const key = keyOf(change);
    if (!isConnector && this.#owners.get(key)?.isConnector === true) return;
    this.#owners.delete(key);
    this.#owners.set(key, { process, isConnector });
    if (this.#owners.size <= OWNERS_KEPT) return;
    for (const oldest of this.#owners.keys()) {
      this.#owners.delete(oldest);
      break;
    }
  }
}

function keyOf({ address, port, peer }: StateChange): string {
  return `${endText(address, port)} ${peer}`;
}

function destination({ address, peer }: StateChange): string {
  return `${address} ${peer}`;
}
