import { spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isRunning } from './process.ts';

/** The first process-number namespace (PROC_PID_INIT_INO of linux/proc_ns.h): the kernel's traces count in it. */
const FIRST_PID_NAMESPACE = 'pid:[4026531836]';
/** Folders of ours are called so, with the number of the process that made them behind. */
const PREFIX = 'sockscope-';
const EVENT = 'events/sock/inet_sock_set_state';
/**
 * TCP states as tcp_states.h counts them: connect() begins (2) and comes to its end; a program closes while the
 * connection is open (4, 9), or with data unread (7).
 */
const FILTER =
  'protocol == 6 && (newstate == 2 || oldstate == 2 || newstate == 4 || newstate == 9 || (newstate == 7 && (oldstate == 1 || oldstate == 8)))';
/** Of each processor: some 3,000 events, which wait there between two looks. */
const BUFFER_KILOBYTES = 256;
const READ_SIZE = 64 * 1024;
/** The kernel gives 8 kB, some 35 events, at a time; so many take 10 ms. */
const MOST_READS = 100;

/** Waits until sockscope is gone, also by SIGKILL, and removes what it left; its files may be open a moment longer. */
const GUARD =
  'read -r never; for i in 1 2 3 4 5 6 7 8 9 10; do rmdir "$1" 2>/dev/null && break; [ -d "$1" ] || break; sleep 0.2; done';

/** Why the kernel's trace cannot be had. */
export type NoTrace = 'permission' | 'not mounted' | 'container' | 'unsupported';

/** Lines of the trace, as they come. */
export interface TraceLines {
  /** Those that have come since the last time; where there are very many, the first of them. */
  read(): string[];
  close(): void;
}

/**
 * The kernel says of each TCP socket when its state changes, and who did it (tracepoint sock:inet_sock_set_state, Linux
 * 4.16 and later): so the program behind a connection is known that is gone before it could be looked for in /proc.
 * The tracepoint is read as text from tracefs, in a buffer of our own that takes nothing away from other tracers and
 * goes when we end. That takes root.
 */
export class KernelTrace implements TraceLines {
  readonly #folder: string;
  readonly #buffer = Buffer.allocUnsafeSlow(READ_SIZE);
  readonly #guard: ReturnType<typeof spawn>;
  #pipe: number;
  #partial = '';

  private constructor(folder: string, pipe: number) {
    this.#folder = folder;
    this.#pipe = pipe;
    this.#guard = spawn('sh', ['-c', GUARD, 'sh', folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    this.#guard.on('error', () => {});
    this.#guard.stdin?.on('error', () => {});
    this.#guard.unref();
    process.on('exit', this.close);
  }

  /** Begins to listen. @param mounts what is mounted: lines as in /proc/mounts */
  static open(mounts = '/proc/self/mounts'): KernelTrace | NoTrace {
    let folder: string | null = null;
    try {
      if (readlinkSync('/proc/self/ns/pid') !== FIRST_PID_NAMESPACE) return 'container';
      // There packets are received in the name of any task, and the trace does not tell.
      if (existsSync('/sys/kernel/realtime')) return 'unsupported';
      const root = tracefs(readFileSync(mounts, 'utf8'));
      if (root === null) return process.getuid?.() === 0 ? 'not mounted' : 'permission';
      const instances = join(root, 'instances');
      removeLeft(instances);
      const own = join(instances, `${PREFIX}${process.pid}`);
      mkdirSync(own);
      folder = own;
      writeFileSync(join(folder, 'buffer_size_kb'), String(BUFFER_KILOBYTES));
      writeFileSync(join(folder, EVENT, 'filter'), FILTER);
      writeFileSync(join(folder, EVENT, 'enable'), '1');
      return new KernelTrace(folder, openSync(join(folder, 'trace_pipe'), constants.O_RDONLY | constants.O_NONBLOCK));
    } catch (error) {
      if (folder !== null) remove(folder);
      const { code } = error as NodeJS.ErrnoException;
      return code === 'EACCES' || code === 'EPERM' ? 'permission' : 'unsupported';
    }
  }

  read(): string[] {
    const lines: string[] = [];
    for (let i = 0; i < MOST_READS; i++) {
      const length = this.#readSome();
      if (length <= 0) break;
      const text = this.#partial + this.#buffer.toString('utf8', 0, length);
      const whole = text.lastIndexOf('\n') + 1;
      this.#partial = text.slice(whole);
      lines.push(...text.slice(0, whole).split('\n'));
    }
    return lines;
  }

  /** May be called more than once. */
  readonly close = (): void => {
    if (this.#pipe < 0) return;
    process.off('exit', this.close);
    closeSync(this.#pipe);
    this.#pipe = -1;
    remove(this.#folder);
    this.#guard.kill('SIGKILL');
  };

  #readSome(): number {
    if (this.#pipe < 0) return 0;
    try {
      return readSync(this.#pipe, this.#buffer);
    } catch {
      return 0; // EAGAIN: nothing has come
    }
  }
}

/** Where tracefs is mounted; null where it is not. */
function tracefs(mounts: string): string | null {
  const found = mounts.split('\n').find((line) => line.split(' ')[2] === 'tracefs');
  return found?.split(' ')[1] ?? null;
}

/** Of sessions that were killed together with their guard. */
function removeLeft(instances: string): void {
  for (const name of readdirSync(instances)) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : 0;
    if (pid > 0 && !isRunning(pid)) remove(join(instances, name));
  }
}

function remove(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Gone, or still open elsewhere: the guard, or the next session, removes it.
  }
}
