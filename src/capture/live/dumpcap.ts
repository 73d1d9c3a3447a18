import type { Backend, Problem } from './backend.ts';
import { libpcapProblem } from './libpcap-problem.ts';
import type { Drops } from './options.ts';

/** As in "Packets received/dropped on interface 'lo': 12/3 (pcap:2/dumpcap:1/flushed:0/ps_ifdrop:0) (80.0%)". */
const DROPS = /^Packets received\/dropped .*\(pcap:(\d+)\/dumpcap:(\d+)\/flushed:\d+\/ps_ifdrop:(\d+)\)/;

/** The capture program of Wireshark. */
export const dumpcap: Backend = {
  name: 'dumpcap',
  timestamps: 'kernel',
  askForDrops: null,

  command({ device, filter, snapLength, buffer, promiscuous }) {
    // pcapng (-n): with pcap it takes microseconds only.
    const args = ['-q', '-n', '-i', device, '-s', String(snapLength), '-B', String(buffer), '-w', '-'];
    if (!promiscuous) args.push('-p');
    if (filter !== '') args.push('-f', filter);
    return ['dumpcap', ...args];
  },

  hasBegun: (line) => line.startsWith('File: '),

  problem(lines, request): Problem | null {
    // After its name comes what is wrong, then libpcap's own words in parentheses, then advice in paragraphs.
    const first = lines.findIndex((line) => line.startsWith('dumpcap: '));
    if (first < 0) return null;
    const said = lines.slice(first).filter((line) => line !== '');
    const [summary] = said;
    const inParentheses = said.slice(1).find((line) => /\(.*\)\.?$/.test(line));
    const cause = /\((.*)\)\.?$/.exec(inParentheses ?? '')?.[1];
    if (summary.includes('Invalid capture filter')) return { kind: 'filter', text: cause ?? 'not understood' };
    const text = summary.replace(/^dumpcap: (\d+ packets captured)?/, '');
    const problem = libpcapProblem(text, request);
    return problem.kind === 'other' && cause !== undefined ? { ...problem, text: `${text} (${cause})` } : problem;
  },

  drops(line): Partial<Drops> | null {
    const [, kernel, program, byInterface] = DROPS.exec(line) ?? [];
    if (kernel === undefined) return null;
    return { kernel: Number(kernel), program: Number(program), interface: Number(byInterface) };
  },
};
