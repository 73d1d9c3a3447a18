import type { Backend, Problem } from './backend.ts';
import type { CaptureRequest, Drops } from './options.ts';

/** tcpdump, of every version since 4.9 (2017). */
export const tcpdump: Backend = {
  name: 'tcpdump',
  timestamps: 'kernel',
  program: 'tcpdump',
  askForDrops: 'SIGUSR1',

  arguments({ device, filter, snapLength, buffer, promiscuous }: CaptureRequest): string[] {
    const args = ['-i', device, '-s', String(snapLength), '-B', String(buffer * 1024), '--time-stamp-precision=nano'];
    // -n: no look-ups of its own; -U with --immediate-mode: each packet comes at once.
    args.push('-n', '-U', '--immediate-mode', '-w', '-');
    if (!promiscuous) args.push('-p');
    return filter === '' ? args : [...args, '--', filter];
  },

  hasBegun: (line) => line.includes('listening on '),

  problem(lines, { device }): Problem | null {
    // A warning is a note on something that works nevertheless.
    const said = lines.filter((line) => !/\bwarning:|listening on |^\d+ packets?/i.test(line)).join(' ');
    if (/permission|not permitted/i.test(said))
      return { kind: 'permission', text: `no permission to capture on ${device}` };
    if (/No such device exists|SIOCGIFHWADDR: No such device|No such network/i.test(said)) {
      return { kind: 'interface', text: `there is no interface ${device}` };
    }
    if (/That device is not up|Network is down|interface disappeared|went down|not up/i.test(said)) {
      return { kind: 'interface', text: `the interface ${device} is down or gone` };
    }
    const text = said.replaceAll(/(^|\s)tcpdump: /g, ' ').trim();
    if (text === '') return null;
    return { kind: isAboutFilter(text) ? 'filter' : 'other', text };
  },

  drops(line): Partial<Drops> | null {
    const [, count, by] = /^(\d+) packets? dropped by (kernel|interface)/.exec(line) ?? [];
    return count === undefined ? null : { [by]: Number(count) };
  },
};

/** What libpcap's filter compiler says begins in one of these ways (gencode.c, grammar.y, scanner.l). */
function isAboutFilter(text: string): boolean {
  return /filter expression|syntax error|unknown (host|port|network|protocol|ether)|illegal (token|char)|parse error|invalid .*(address|qualifier|port|protocol)|expression rejects all|not supported on|aid supported only|qualifier applied/i.test(
    text,
  );
}
