import { type ChildProcess, spawn } from 'node:child_process';
import { COMMAND, cleanEnvironment, ROOT } from '../support/command.ts';
import { play, type Step, type TimedPacket } from '../support/conversation.ts';
import { pcap } from '../support/packets.ts';
import { PATIENCE } from '../support/patience.ts';

const HEADER = 24;

/** `sockscope live -` that is fed with packets, one script after the other. */
export class Stream {
  stdout = '';
  stderr = '';
  readonly process: ChildProcess;
  readonly #ended: Promise<number | null>;
  #isBegun = false;

  /** @param pipe a shell pipeline behind it: '| jq .event' @param reads whether its output is read at once */
  constructor(args: string[], { pipe = '', reads = true } = {}) {
    const command = [...COMMAND, 'live', '-', ...args];
    const script = `set -o pipefail; ${pipe === '' ? 'exec ' : ''}"$@" ${pipe}`;
    this.process = spawn('bash', ['-c', script, 'bash', ...command], {
      cwd: ROOT,
      env: cleanEnvironment(),
      stdio: 'pipe',
    });
    this.process.stderr?.on('data', (chunk) => {
      this.stderr += chunk;
    });
    this.process.stdin?.on('error', () => {});
    if (reads) this.read();
    this.#ended = new Promise((resolve) => this.process.on('close', resolve));
  }

  /** Reads its output from now on. */
  read(): void {
    this.process.stdout?.on('data', (chunk) => {
      this.stdout += chunk;
    });
  }

  /** @returns false where there is no more room in the pipe for now */
  send(...steps: Step[]): boolean {
    return this.sendPackets(play(steps));
  }

  sendPackets(packets: TimedPacket[]): boolean {
    const timed = packets.map(({ seconds, nanoseconds, bytes }) => ({
      time: `${seconds}.${String(nanoseconds).padStart(9, '0')}`,
      bytes,
    }));
    const bytes = pcap(timed);
    const fresh = this.#isBegun ? bytes.subarray(HEADER) : bytes;
    this.#isBegun = true;
    return this.process.stdin?.write(fresh) ?? false;
  }

  end(): void {
    this.process.stdin?.end();
  }

  /** Waits until it has printed the words. */
  async said(words: string | RegExp, where: 'stdout' | 'stderr' = 'stdout'): Promise<void> {
    await this.until(() => this[where].match(words) !== null, `never said ${words}`);
  }

  async until(holds: () => boolean, otherwise: string): Promise<void> {
    for (const late = Date.now() + PATIENCE; !holds(); ) {
      if (Date.now() > late) throw new Error(`${otherwise}: ${this.stdout.slice(-2000)} ${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Waits for the end. @returns the exit code */
  async ended(): Promise<number | null> {
    const late = new Promise<'late'>((resolve) => setTimeout(resolve, PATIENCE, 'late').unref());
    const code = await Promise.race([this.#ended, late]);
    if (code !== 'late') return code;
    this.process.kill('SIGKILL');
    throw new Error(`did not end: ${this.stdout.slice(-2000)} ${this.stderr}`);
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.#ended;
  }

  /** The lines of JSON that it printed. */
  lines<T>(): T[] {
    return this.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T);
  }
}
