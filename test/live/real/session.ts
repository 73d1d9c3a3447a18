import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { COMMAND, cleanEnvironment, ROOT } from '../../support/command.ts';
import { PATIENCE } from '../../support/patience.ts';

/** How standard output is read. */
export interface Reading {
  /** False: it is not read at all. */
  reads?: boolean;
  /** Takes each line; nothing is kept. */
  onLine?: (line: string) => void;
}

/** A program that runs beside a test: what it says, and how it ends. */
export class Session {
  stdout = '';
  stderr = '';
  readonly process: ChildProcess;
  readonly #ended: Promise<number | null>;
  #heard: () => void = () => {};

  constructor([program, ...args]: string[], { reads = true, onLine }: Reading = {}) {
    const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env: cleanEnvironment() });
    this.process = child;
    if (onLine !== undefined) {
      createInterface({ input: child.stdout }).on('line', onLine);
    } else if (reads) {
      child.stdout.on('data', (chunk: Buffer) => {
        this.stdout += chunk;
        this.#heard();
      });
    }
    child.stderr.on('data', (chunk: Buffer) => {
      this.stderr += chunk;
      this.#heard();
    });
    this.#ended = new Promise((resolve) => {
      child.on('close', (code) => {
        resolve(code);
        this.#heard();
      });
    });
  }

  /** Waits until the program has said the words. */
  async said(words: string | RegExp): Promise<void> {
    const found = () => this.stdout.match(words) ?? this.stderr.match(words);
    const late = AbortSignal.timeout(PATIENCE);
    while (!found()) {
      if (late.aborted || this.process.exitCode !== null) {
        throw new Error(`never said ${words}: ${this.stdout.slice(-2000)}${this.stderr}`);
      }
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
        late.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  /** Waits for the end. @returns the exit code; null where a signal ended it */
  async ended(patience = PATIENCE): Promise<number | null> {
    const late = new Promise<'late'>((resolve) => setTimeout(resolve, patience, 'late').unref());
    const code = await Promise.race([this.#ended, late]);
    if (code !== 'late') return code;
    this.process.kill('SIGKILL');
    throw new Error(`did not end: ${this.stdout.slice(-2000)}${this.stderr}`);
  }

  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    this.process.kill(signal);
    return this.ended();
  }

  /** What it printed as lines of JSON. */
  records<T>(): T[] {
    return this.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T);
  }
}

/** sockscope as the tests run it. */
export function sockscopeCommand(...args: string[]): string[] {
  return [...COMMAND, ...args];
}

/** Memory that a process has used at most so far, and uses, in megabytes; CPU time in seconds. */
export function usage(pid: number | undefined): { peak: number; now: number; cpu: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]);
  const ticks = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /s, '').split(' ');
  const cpu = (Number(ticks[11]) + Number(ticks[12])) / 100;
  return { peak: kilobytes('VmHWM') / 1024, now: kilobytes('VmRSS') / 1024, cpu };
}

/** The processes that a process has started and that run. */
export function childrenOf(pid: number | undefined): { pid: number; name: string }[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      const status = statusOf(Number(entry));
      if (status === null || status.parent !== pid || status.state === 'Z') return [];
      return [{ pid: Number(entry), name: status.name }];
    });
}

/** True while the process runs. */
export function isRunning(pid: number): boolean {
  const status = statusOf(pid);
  return status !== null && status.state !== 'Z';
}

function statusOf(pid: number): { name: string; state: string; parent: number } | null {
  try {
    const [, name, rest] = /\((.*)\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    const [state, parent] = rest.split(' ');
    return { name, state, parent: Number(parent) };
  } catch {
    return null;
  }
}
