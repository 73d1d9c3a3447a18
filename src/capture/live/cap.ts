import { fileURLToPath } from 'node:url';
import { builtFile } from '../../built-file.ts';
import type { Backend, Problem } from './backend.ts';
import { libpcapProblem } from './libpcap-problem.ts';
import type { Drops } from './options.ts';

/** What the child says on stderr, one object a line. */
export type Words = { begun: true } | { problem: string } | { missing: 'absent' | 'unusable' } | { dropped: number };

/** The npm package `cap` in a process of ours: needs no capture program, and has no times and no counts of the kernel. */
export const cap: Backend = {
  name: 'cap',
  timestamps: 'delivery',
  askForDrops: null,

  command: (request) => [process.execPath, ...childFile(), JSON.stringify(request)],

  hasBegun: (line) => 'begun' in wordsOf(line),

  problem(lines, request): Problem | null {
    // cap.node asserts that its interface is there.
    if (lines.some((line) => line.includes('Assertion `status == 0'))) {
      return { kind: 'interface', text: `the interface ${request.device} went down or is gone` };
    }
    for (const line of lines) {
      const words = wordsOf(line);
      if ('missing' in words) return missing(words.missing);
      if ('problem' in words) return libpcapProblem(words.problem, request);
    }
    return null;
  },

  drops(line): Partial<Drops> | null {
    const words = wordsOf(line);
    return 'dropped' in words ? { program: words.dropped } : null;
  },
};

/** Its program, built or from the sources. */
function childFile(): string[] {
  const built = builtFile('capture/live/cap-child.js');
  return built === null ? ['--import', 'tsx', fileURLToPath(new URL('./cap-child.ts', import.meta.url))] : [built];
}

function wordsOf(line: string): Words | Record<string, never> {
  if (!line.startsWith('{')) return {};
  try {
    return JSON.parse(line) as Words;
  } catch {
    return {};
  }
}

function missing(how: 'absent' | 'unusable'): Problem {
  const text = how === 'absent' ? 'it is not installed' : 'it is installed but was not built';
  return { kind: 'missing', text };
}
