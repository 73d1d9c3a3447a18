import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { PATIENCE } from '../support/patience.ts';

export function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: PATIENCE });
}

/** A program of the lab whose words on stdout and stderr are waited for. */
export class LabProcess {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #ended: Promise<number | null>;
  #output = '';
  #wake: () => void = () => {};

  constructor(
    name: string,
    program: string,
    args: string[],
    onLine: (line: string, self: LabProcess) => void = () => {},
    environment: Record<string, string> = {},
  ) {
    this.#name = name;
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
    this.#child = child;
    let partial = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (partial + chunk).split('\n');
      partial = lines.pop() ?? '';
      for (const line of lines) onLine(line, this);
      this.#heard(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => this.#heard(chunk));
    child.stdin.on('error', () => {});
    this.#ended = new Promise((resolve) => child.on('close', resolve));
    void this.#ended.then(() => this.#wake());
  }

  #heard(chunk: Buffer): void {
    this.#output += chunk;
    this.#wake();
  }

  /** Waits until the program has said the words. */
  async said(words: string): Promise<void> {
    const late = AbortSignal.timeout(PATIENCE);
    while (!this.#output.includes(words)) {
      if (late.aborted || this.#child.exitCode !== null)
        throw new Error(`${this.#name}: no '${words}': ${this.#output}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        late.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  answer(): void {
    this.#child.stdin?.write('\n');
  }

  /** Waits some seconds for its end, which must be a good one, or the violent one that was announced. */
  async finished(patience: number, killed: boolean): Promise<void> {
    const code = await Promise.race([this.#ended, pause(patience * 1000, 'late' as const)]);
    if (killed ? this.#child.signalCode !== 'SIGKILL' : code !== 0)
      throw new Error(`${this.#name} ended with ${code}: ${this.#output}`);
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
    await Promise.race([this.#ended, pause(3000, null)]);
  }
}

export function pause<T>(milliseconds: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds, value).unref());
}
