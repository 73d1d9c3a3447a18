import type { Backend, Problem } from './backend.ts';
import { libpcapProblem } from './libpcap-problem.ts';
import type { Drops } from './options.ts';

/** What it says when all is well, or nearly. */
const IN_ORDER = /^tcpdump: (listening on |verbose output |warning: |WARNING: )/;

/** tcpdump, of every version since 4.9 (2017). */
export const tcpdump: Backend = {
  name: 'tcpdump',
  timestamps: 'kernel',
  askForDrops: 'SIGUSR1',

  command({ device, filter, snapLength, buffer, promiscuous }) {
    const args = ['-i', device, '-s', String(snapLength), '-B', String(buffer * 1024), '--time-stamp-precision=nano'];
    // -n: no look-ups of its own; -U with --immediate-mode: each packet comes at once.
    args.push('-n', '-U', '--immediate-mode', '-w', '-');
    if (!promiscuous) args.push('-p');
    if (filter !== '') args.push('--', filter);
    return ['tcpdump', ...args];
  },

  hasBegun: (line) => line.includes('listening on '),

  problem(lines, request): Problem | null {
    const said = lines.filter((line) => line.startsWith('tcpdump: ') && !IN_ORDER.test(line));
    if (said.length === 0) return null;
    return libpcapProblem(said.join(' ').replaceAll('tcpdump: ', ''), request);
  },

  /** One count a line at its end; all in one line when it is asked while it runs. */
  drops(line): Partial<Drops> | null {
    const counts = [...line.matchAll(/\b(\d+) packets? dropped by (kernel|interface)/g)];
    return counts.length === 0 ? null : Object.fromEntries(counts.map(([, count, by]) => [by, Number(count)]));
  },
};
