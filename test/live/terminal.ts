import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { COMMAND, cleanEnvironment, ROOT } from '../support/command.ts';

const PTY = fileURLToPath(new URL('./at_terminal.py', import.meta.url));

const SIZE = ['100', '30'];

export type Action =
  | ['wait', string]
  | ['type', string]
  | ['resize', columns: number, rows: number]
  | ['signal', string]
  | ['hang up']
  | ['end'];

/** What a terminal has seen of a program. */
export interface Seen {
  output: string;
  status: number;
  /** The terminal's settings are as they were before the program began. */
  restored: boolean;
}

/** Runs sockscope at a terminal and does one thing after the other there. @param pipe what its standard input reads */
export async function atTerminal(
  args: string[],
  actions: Action[],
  pipe?: string,
  env: Record<string, string> = {},
): Promise<Seen> {
  return programAtTerminal([...COMMAND, ...args], actions, pipe, env);
}

/** The same with any program. */
export async function programAtTerminal(
  command: string[],
  actions: Action[],
  pipe?: string,
  env: Record<string, string> = {},
): Promise<Seen> {
  const child = spawn('python3', [PTY, ...SIZE, ...(pipe === undefined ? [] : ['--pipe', pipe]), ...command], {
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd: ROOT,
    env: { ...cleanEnvironment(), TERM: 'xterm-256color', ...env },
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  child.stdin.end(actions.map((action) => `${JSON.stringify(action)}\n`).join(''));
  await new Promise((resolve) => child.on('close', resolve));
  if (errors !== '') throw new Error(errors);
  return JSON.parse(output);
}

/** What is left on the terminal's own screen when the program has ended. */
export function afterwards({ output }: Seen): string {
  return output.slice(output.lastIndexOf('\x1b[?1049l') + '\x1b[?1049l'.length);
}
