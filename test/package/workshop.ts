import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** No step takes longer, in milliseconds, also where a registry is slow. */
const PATIENCE = 240_000;

/** How a program ended. */
export interface Ran {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Where and how a program runs. */
export interface Place {
  cwd: string;
  env?: Record<string, string>;
}

/** A folder outside of the checkout, where the package is used as users use it; it is removed in the end. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'sockscope-package-'));
  /** What did not hold, by name. */
  readonly failures: string[] = [];
  #proofs = 0;

  constructor() {
    process.on('exit', () => rmSync(this.folder, { recursive: true, force: true }));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));
  }

  get proofs(): number {
    return this.#proofs;
  }

  /** A project that is empty but for its package.json. @returns its folder */
  project(name: string, content: object = {}): string {
    const folder = join(this.folder, name);
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, ...content }, null, 2));
    return folder;
  }

  /** Does one step and prints a line on whether it holds; the others go on. */
  async prove(what: string, step: () => Promise<unknown>): Promise<void> {
    try {
      await step();
      this.#proofs++;
      console.log(`ok      ${what}`);
    } catch (error) {
      this.failures.push(what);
      console.log(
        `FAILED  ${what}\n${String(error instanceof Error ? error.message : error).replaceAll(/^/gm, '        ')}`,
      );
    }
  }
}

const running = new Set<number>();
process.on('exit', () => {
  for (const pid of running) killGroup(pid);
});

/** Runs a program to its end, or to the end of patience, with all that it starts. */
export function run([program, ...args]: string[], { cwd, env = {} }: Place): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...cleanEnvironment(), ...env },
    });
    const pid = child.pid ?? 0;
    running.add(pid);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    const late = setTimeout(() => {
      stderr += `\n(ended after ${PATIENCE / 1000} s)`;
      killGroup(pid);
    }, PATIENCE);
    child.on('error', reject);
    child.on('close', (status) => {
      clearTimeout(late);
      running.delete(pid);
      resolve({ status, stdout, stderr });
    });
  });
}

/** The same with a program that must end well. @throws an Error with what it said where it does not */
export async function must(command: string[], place: Place): Promise<Ran> {
  const ran = await run(command, place);
  if (ran.status !== 0)
    throw new Error(`${command.join(' ')} ended with ${ran.status}:\n${lastLines(ran.stdout + ran.stderr)}`);
  return ran;
}

/** An environment in which `node` is this one. */
export function withNode(node: string): { PATH: string } {
  return { PATH: [join(node, '..'), process.env.PATH ?? ''].join(delimiter) };
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-40).join('\n');
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** Without what npm, a terminal or a test runner sets for the programs that they start. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(?!config_cache|config_registry)|NODE_OPTIONS$|COLUMNS$|NO_COLOR$|FORCE_COLOR$|CI$)/i.test(name),
  );
  return Object.fromEntries(ours);
}
