import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { builtFile } from '../built-file.ts';
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
  if (source === null) return null;
  const inputs = 'inputs' in source ? source.inputs : ['-'];
  // Standard input can be read once, and the analysis has.
  if ('inputs' in source && source.inputs.includes('-')) return null;
  const { stream, protocol } = connection;
  const choice = ['--stream', String(stream), '--protocol', protocol];
  const { status, stdout } = spawnSync(
    process.execPath,
    // A file may be called like an option.
    [...commandLine(), 'explain', ...inputs.map((input) => input.replace(/^-(?=.)/, './-')), ...choice, ...PLAIN],
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
function commandLine(): string[] {
  const built = builtFile('cli/main.cjs');
  return built === null ? ['--import', 'tsx', fileURLToPath(new URL('../cli/main.ts', import.meta.url))] : [built];
}
