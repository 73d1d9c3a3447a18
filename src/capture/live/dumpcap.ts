import type { Backend, Problem } from './backend.ts';
import type { CaptureRequest, Drops } from './options.ts';

/** The capture program of Wireshark. */
export const dumpcap: Backend = {
  name: 'dumpcap',
  timestamps: 'kernel',
  program: 'dumpcap',
  askForDrops: null,

  arguments({ device, filter, snapLength, buffer, promiscuous }: CaptureRequest): string[] {
    // pcapng (-n): with pcap it takes microseconds only.
    const args = ['-q', '-n', '-i', device, '-s', String(snapLength), '-B', String(buffer), '-w', '-'];
    if (!promiscuous) args.push('-p');
    return filter === '' ? args : [...args, '-f', filter];
  },

  hasBegun: (line) => line.startsWith('File: '),

  problem(lines, { device }): Problem | null {
    const first = lines.findIndex((line) => line.startsWith('dumpcap: '));
    const said = first < 0 ? [] : lines.slice(first).filter((line) => line !== '');
    if (said.length === 0) return null;
    const all = said.join(' ');
    if (/permission|not permitted/i.test(all))
      return { kind: 'permission', text: `no permission to capture on ${device}` };
    if (/There is no device named|No such device/i.test(all)) {
      return { kind: 'interface', text: `there is no interface ${device}` };
    }
    if (/no longer|not up|Network is down|went down|disappeared|adapter on which/i.test(all)) {
      return { kind: 'interface', text: `the interface ${device} is down or gone` };
    }
    if (/Invalid capture filter/i.test(all)) {
      return { kind: 'filter', text: /\(([^()]+)\)\.?$/m.exec(said[1] ?? '')?.[1] ?? 'it is not understood' };
    }
    return { kind: 'other', text: said[0].replace('dumpcap: ', '') };
  },

  drops(line): Partial<Drops> | null {
    // "Packets received/dropped on interface 'lo': 12/3 (pcap:2/dumpcap:1/flushed:0/ps_ifdrop:0) (80.0%)"
    const [, total, byInterface] = /^Packets received\/dropped .*: \d+\/(\d+) \(.*ps_ifdrop:(\d+)\)/.exec(line) ?? [];
    return total === undefined ? null : { kernel: Number(total), interface: Number(byInterface) };
  },
};
