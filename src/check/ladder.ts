import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sourceOf } from '../connection-source.ts';
import type { Connection } from '../record.ts';

/** Longer than this nobody waits for a message. */
const PATIENCE = 20_000;
/** What a terminal shows without a thought; a longer ladder is folded by `explain` itself. */
const WIDEST = 1 << 20;
const PLAIN = ['--no-color', '--quiet'];

/**
 * The ladder and the story of a connection as `sockscope explain` tells them; null where its packets are not at hand.
 *
 * Test runners ask for a message in a call that cannot wait, and a capture is read with waiting: so another process
 * reads it, once a message is really wanted.
 */
export function ladderOf(connection: Connection): string | null {
  const source = sourceOf(connection);
  const program = commandLine();
  if (source === null || program === null) return null;
  const inputs = 'inputs' in source ? source.inputs : ['-'];
  // Standard input can be read once, and the analysis has.
  if ('inputs' in source && source.inputs.includes('-')) return null;
  const { stream, protocol } = connection;
  const choice = ['--stream', String(stream), '--protocol', protocol];
  const { status, stdout } = spawnSync(
    process.execPath,
    // A file may be called like an option.
    [...program, 'explain', ...inputs.map((input) => input.replace(/^-(?=.)/, './-')), ...choice, ...PLAIN],
    {
      encoding: 'utf8',
      timeout: PATIENCE,
      maxBuffer: WIDEST,
      // Node options of the test runner (its module hooks, an inspector) are not for this process.
      env: { ...process.env, NODE_OPTIONS: '' },
      ...('capture' in source ? { input: source.capture } : { stdio: ['ignore', 'pipe', 'pipe'] }),
    },
  );
  return status === 0 ? stdout.trimEnd() : null;
}

/** How node runs the command line: as it is built, or from its sources where this runs from them. */
function commandLine(): string[] | null {
  const url = import.meta.url;
  if (url.endsWith('.ts')) return ['--import', 'tsx', fileURLToPath(new URL('../cli/main.ts', url))];
  // This code is in dist/ or in a folder of it.
  const built = ['./cli/start.cjs', '../cli/start.cjs'].map((path) => fileURLToPath(new URL(path, url)));
  const main = built.find((path) => existsSync(path));
  return main === undefined ? null : [main];
}
