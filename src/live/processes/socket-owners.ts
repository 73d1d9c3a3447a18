import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Process } from './process.ts';

interface Owner {
  process: Process;
  /** Where the process holds the socket: /proc/PID/fd/N. */
  link: string;
}

/** Owners and sockets without one that are remembered. */
const OWNERS_KEPT = 16_384;
/** Processes that had sockets lately, looked into first. */
const LIKELY_KEPT = 32;
/** Milliseconds for which a socket that nobody seems to hold is not looked for again. */
const NOT_FOUND_FOR = 5000;

/**
 * Which process holds a socket: found in /proc/PID/fd, where each is a link to `socket:[INODE]`. To look into all
 * processes takes long on a large machine, so those that had sockets lately come first, then the newest; each
 * turn has its time, and the next goes on where it stopped.
 */
export class SocketOwners {
  readonly #root: string;
  readonly #clock: () => number;
  readonly #owners = new Map<number, Owner>();
  readonly #notFound = new Map<number, number>();
  #likely: number[] = [];
  #remaining: number[] = [];
  #wanted = new Set<number>();

  /** @param root where /proc is @param clock milliseconds */
  constructor(root = '/proc', clock: () => number = () => performance.now()) {
    this.#root = root;
    this.#clock = clock;
  }

  /** The socket's owner as far as it is known now; undefined: not looked for yet. */
  known(inode: number): Process | null | undefined {
    const owner = this.#owners.get(inode);
    if (owner !== undefined) {
      if (this.#holds(owner.link, inode)) return owner.process;
      this.#owners.delete(inode); // another socket may have its number now
    }
    const since = this.#notFound.get(inode);
    if (since === undefined) return undefined;
    if (this.#clock() - since < NOT_FOUND_FOR) return null;
    this.#notFound.delete(inode);
    return undefined;
  }

  /** Looks for the owners of sockets, for so many milliseconds at the most. */
  look(inodes: Iterable<number>, milliseconds: number): void {
    const until = this.#clock() + milliseconds;
    this.#wanted = new Set(inodes);
    for (const pid of this.#likely) if (this.#wanted.size > 0) this.#lookInto(pid);
    // Taken from the end: the newest first.
    if (this.#remaining.length === 0) this.#remaining = this.#pids();
    while (this.#wanted.size > 0 && this.#remaining.length > 0 && this.#clock() < until) {
      this.#lookInto(this.#remaining.pop() ?? 0);
    }
    if (this.#remaining.length === 0) {
      for (const inode of this.#wanted) bound(this.#notFound).set(inode, this.#clock());
    } else if (this.#wanted.size === 0) {
      this.#remaining = []; // the next socket may be of a process that is newer than all of these
    }
  }

  /** Processes of other users, which cannot be looked into. */
  countHidden(): number {
    return this.#pids().filter((pid) => listOf(this.#folder(pid)) === 'hidden').length;
  }

  #pids(): number[] {
    const pids = readdirSync(this.#root).map(Number);
    return pids.filter((pid) => pid > 0).sort((a, b) => a - b);
  }

  #folder(pid: number): string {
    return `${this.#root}/${pid}/fd`;
  }

  #lookInto(pid: number): void {
    const folder = this.#folder(pid);
    const descriptors = listOf(folder);
    if (typeof descriptors === 'string') return;
    for (const descriptor of descriptors) {
      const link = `${folder}/${descriptor}`;
      const inode = socketOf(link);
      if (!this.#wanted.delete(inode)) continue;
      const name = nameOf(`${this.#root}/${pid}/comm`);
      if (name === null) return;
      bound(this.#owners).set(inode, { process: { pid, name }, link });
      this.#likely = [pid, ...this.#likely.filter((each) => each !== pid)].slice(0, LIKELY_KEPT);
    }
  }

  #holds(link: string, inode: number): boolean {
    return socketOf(link) === inode;
  }
}

/** A process's descriptors; or that it does not show them, or is no more. */
function listOf(folder: string): string[] | 'hidden' | 'gone' {
  try {
    const descriptors = readdirSync(folder);
    // A right to read every folder is enough to list them, but not to see where they lead (proc(5)).
    if (descriptors.length > 0 && linkOf(`${folder}/${descriptors[0]}`) === 'hidden') return 'hidden';
    return descriptors;
  } catch (error) {
    return isRefused(error) ? 'hidden' : 'gone';
  }
}

/** Inode of the socket that a descriptor is; -1 where it is something else, or gone. */
function socketOf(link: string): number {
  const target = linkOf(link);
  return target.startsWith('socket:[') ? Number(target.slice(8, -1)) : -1;
}

function linkOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch (error) {
    return isRefused(error) ? 'hidden' : 'gone';
  }
}

function isRefused(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EACCES';
}

function nameOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch {
    return null;
  }
}

/** Makes room for one more: the oldest goes. */
function bound<T>(map: Map<number, T>): Map<number, T> {
  for (const oldest of map.keys()) {
    if (map.size < OWNERS_KEPT) break;
    map.delete(oldest);
  }
  return map;
}
