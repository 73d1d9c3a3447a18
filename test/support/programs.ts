import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND } from './command.ts';

/** Whether a program is installed here. */
export function has(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' }).status === 0;
}

/**
 * Makes `sockscope` a program that every shell finds, as an installation does.
 * @returns the environment's PATH with it
 */
export function installIn(folder: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'sockscope'), `#!/bin/sh\nexec '${COMMAND.join("' '")}' "$@"\n`);
  chmodSync(join(bin, 'sockscope'), 0o755);
  return `${bin}:${process.env.PATH}`;
}
