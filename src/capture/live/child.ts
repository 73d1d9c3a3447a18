import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { delimiter } from 'node:path';
import { Readable } from 'node:stream';
import type { ByteSource } from '../byte-source.ts';
import { StreamSource } from '../stream-source.ts';
import type { Backend, Problem } from './backend.ts';
import { type CaptureRequest, type Drops, UNKNOWN_DROPS } from './options.ts';
import { makePipe, type Pipe } from './pipe.ts';

/** A capture program says within this time that it runs, or why it cannot. */
const PATIENCE = 10_000;
/** One that was asked to end and neither ends nor sends anything for so long is killed. */
const GRACE = 3000;
/** Lines of stderr that are kept to tell why it ended. */
const LINES_KEPT = 40;

/** Reads what the analyzer never says; where the analyzer is gone, also by SIGKILL, it ends the capture. */
const GUARD = 'read -r never; kill "$1" 2>/dev/null';

/** A capture program that could not begin. */
export class BackendProblem extends Error {
  override name = 'BackendProblem';
  readonly kind: Problem['kind'];

  constructor({ kind, text }: Problem) {
    super(text);
    this.kind = kind;
  }
}

/** A running capture program: its stream, and what it says. */
export class CaptureChild {
  /** What it captures. */
  readonly source: ByteSource;
  drops: Drops;
  /** Why it ended early, one line; null while it runs and after an end that was asked for. */
  failure: string | null = null;
  /** Resolves when the program is gone and all it said was read. */
  readonly ended: Promise<void>;
  readonly #backend: Backend;
  readonly #request: CaptureRequest;
  readonly #process: ChildProcess;
  readonly #lines: string[] = [];
  readonly #begun: Promise<void>;
  #guard: ChildProcess | null = null;
  #stopping = false;
  #killTimer: NodeJS.Timeout | undefined;

  private constructor(backend: Backend, request: CaptureRequest, pipe: Pipe | null) {
    this.#backend = backend;
    this.#request = request;
    // Who can be asked has dropped nothing yet; the others say it at their end, if at all.
    this.drops = backend.askForDrops === null ? UNKNOWN_DROPS : { ...UNKNOWN_DROPS, kernel: 0 };
    // Detached: Ctrl-C in the terminal is for us, who then ask it to end.
    const [program, ...args] = backend.command(request);
    const child: ChildProcess = spawn(program, args, {
      stdio: ['ignore', pipe?.writeEnd ?? 'pipe', 'pipe'],
      detached: true,
      env: environment(),
    });
    if (pipe !== null) closeSync(pipe.writeEnd);
    this.#process = child;
    this.source = pipe?.source ?? new StreamSource(child.stdout ?? Readable.from([]));
    this.#begun = new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new BackendProblem({ kind: 'other', text: 'it says nothing' })), PATIENCE);
      this.#readLines(child, () => {
        clearTimeout(late);
        resolve();
      });
      child.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(late);
        reject(new BackendProblem(spawnProblem(error)));
      });
      child.on('close', () => {
        clearTimeout(late);
        const problem = backend.problem(this.#lines, request);
        reject(new BackendProblem(problem ?? { kind: 'other', text: 'it ended at once' }));
      });
    });
    this.ended = new Promise((resolve) => {
      child.on('error', () => resolve());
      child.on('close', (code, signal) => {
        this.#close(code, signal);
        resolve();
      });
    });
  }

  /**
   * Starts the program and waits until it captures.
   * @throws BackendProblem
   */
  static async start(backend: Backend, request: CaptureRequest): Promise<CaptureChild> {
    const pipe = makePipe();
    let child = await CaptureChild.#begin(backend, request, pipe);
    if (pipe !== null && !(await pipe.source.hasWriter())) {
      // A security module of the kernel has closed the pipe to the program.
      child.kill();
      await child.source.close();
      child = await CaptureChild.#begin(backend, request, null);
    }
    child.#guard = startGuard(child.#process.pid);
    return child;
  }

  static async #begin(backend: Backend, request: CaptureRequest, pipe: Pipe | null): Promise<CaptureChild> {
    const child = new CaptureChild(backend, request, pipe);
    try {
      await child.#begun;
      return child;
    } catch (error) {
      child.kill();
      await child.source.close();
      throw error;
    } finally {
      pipe?.forget();
    }
  }

  /** Asks the program to end; what it captured until then still comes. */
  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#signal('SIGINT');
    this.stillThere();
  }

  /** Bytes came: a program that is ending is given time. */
  stillThere(): void {
    if (!this.#stopping) return;
    clearTimeout(this.#killTimer);
    // The last bytes may be read when it has ended; until then it keeps this process waiting by itself.
    this.#killTimer = setTimeout(() => this.kill(), GRACE).unref();
  }

  kill(): void {
    this.#stopping = true;
    this.#signal('SIGKILL');
  }

  /** Has the program say its drop counts, where it can. */
  askForDrops(): void {
    const signal = this.#backend.askForDrops;
    if (signal !== null && !this.#stopping) this.#signal(signal);
  }

  #signal(signal: NodeJS.Signals): void {
    const { exitCode, signalCode } = this.#process;
    if (exitCode === null && signalCode === null) this.#process.kill(signal);
  }

  #readLines({ stderr }: ChildProcess, begun: () => void): void {
    let partial = '';
    stderr?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (partial + text).split(/[\r\n]/);
      partial = lines.pop() ?? '';
      for (const line of lines) this.#heard(line, begun);
    });
    stderr?.on('end', () => this.#heard(partial, begun));
  }

  #heard(line: string, begun: () => void): void {
    const drops = this.#backend.drops(line);
    if (drops !== null) {
      this.drops = { ...this.drops, ...drops };
      return;
    }
    if (this.#backend.hasBegun(line)) begun();
    this.#lines.push(line);
    if (this.#lines.length > LINES_KEPT) this.#lines.shift();
  }

  #close(code: number | null, signal: NodeJS.Signals | null): void {
    clearTimeout(this.#killTimer);
    this.#guard?.kill('SIGKILL');
    if (this.#stopping) return;
    const { name } = this.#backend;
    const problem = this.#backend.problem(this.#lines, this.#request);
    if (problem !== null) this.failure = `${name} ended: ${problem.text}`;
    else if (signal !== null) this.failure = `${name} was killed (${signal})`;
    else this.failure = `${name} ended by itself, with exit code ${code}`;
  }
}

/** Messages in English; programs for administrators are found, which are not on every user's PATH. */
function environment(): NodeJS.ProcessEnv {
  const path = [process.env.PATH ?? '', '/usr/sbin', '/sbin'].join(delimiter);
  return { ...process.env, PATH: path, LC_ALL: 'C' };
}

/** @returns null where there is nothing to guard: the program is gone already */
function startGuard(pid: number | undefined): ChildProcess | null {
  if (pid === undefined) return null;
  const guard = spawn('sh', ['-c', GUARD, 'sh', String(pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  guard.on('error', () => {});
  guard.stdin.on('error', () => {});
  guard.unref();
  return guard;
}

function spawnProblem({ code, message }: NodeJS.ErrnoException): Problem {
  if (code === 'ENOENT') return { kind: 'missing', text: 'it is not installed' };
  if (code === 'EACCES' || code === 'EPERM') return { kind: 'permission', text: 'this user may not run it' };
  return { kind: 'other', text: message };
}
