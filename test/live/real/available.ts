import { execFileSync } from 'node:child_process';
import { describe, test } from '@jest/globals';
import { ROOT } from '../../support/command.ts';

const PROGRAMS = ['ip', 'ethtool', 'tcpdump', 'dumpcap', 'python3', 'cc', 'mount', 'jq'];

/** Why nothing can be captured live between namespaces here; null where it can. */
function unavailable(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux';
  const absent = PROGRAMS.filter((program) => !succeeds('sh', '-c', 'command -v "$1"', 'sh', program));
  if (absent.length > 0) return `needs ${absent.join(', ')}`;
  if (!canLoadCap()) return 'needs the npm package cap, which npm builds where the headers of libpcap are';
  const name = `sockscope-try-${process.pid}`;
  if (!succeeds('ip', 'netns', 'add', name)) return 'needs the right to make network namespaces';
  succeeds('ip', 'netns', 'del', name);
  return null;
}

/** Another version of Node cannot load what npm built for this one, so it is tried as it will be used. */
function canLoadCap(): boolean {
  return succeeds(process.execPath, '-e', 'require(process.argv[1])', `${ROOT}/node_modules/cap`);
}

function succeeds(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const reason = unavailable();

/** Tests of real capture: left out, with a word why, where they cannot run; in continuous integration they must. */
export function onRealInterfaces(name: string, tests: () => void): void {
  if (reason === null) {
    describe(name, tests);
  } else if (process.env.CI) {
    test(name, () => {
      throw new Error(reason);
    });
  } else {
    process.stderr.write(`tests of live capture are skipped: ${reason}\n`);
    describe.skip(name, tests);
  }
}
