import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Program and first argument of the command line, as users start it; build.js has built it from the sources. */
export const COMMAND: readonly [string, string] = [process.execPath, join(ROOT, 'bin/sockscope.js')];

/** Runs the command line at the top of the project, without a terminal; nothing is piped into it but `input`. */
export function sockscope(
  args: string[],
  { input, env = {} }: { input?: Uint8Array; env?: Record<string, string> } = {},
): SpawnSyncReturns<string> {
  return spawnSync(COMMAND[0], [COMMAND[1], ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...cleanEnvironment(), ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(input === undefined ? {} : { input }),
  });
}

/** The same in a shell, where `sockscope` is the command: for pipes and redirections. */
export function shell(script: string, env: Record<string, string> = {}): SpawnSyncReturns<string> {
  const command = `sockscope() { '${COMMAND.join("' '")}' "$@"; }`;
  return spawnSync('bash', ['-o', 'pipefail', '-c', `${command}\n${script}`], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...cleanEnvironment(), ...env },
  });
}

/** Ours without what would change the output or run the sources as tests; everywhere with UTF-8. */
export function cleanEnvironment(): Record<string, string | undefined> {
  const { COLUMNS, NO_COLOR, FORCE_COLOR, NODE_OPTIONS, ...rest } = process.env;
  return { ...rest, LC_ALL: 'C.UTF-8' };
}
