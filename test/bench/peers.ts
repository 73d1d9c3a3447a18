import { fileURLToPath } from 'node:url';
import type { Command } from './measure.ts';

const SOCKSCOPE = fileURLToPath(new URL('../../bin/sockscope.js', import.meta.url));

/** What every ratio is told against: reads each packet record and does nothing with it. */
export const BASELINE = 'capinfos -c';

export function sockscope(capture: string): Command[] {
  const run = (name: string, ...options: string[]) => ({
    name,
    program: process.execPath,
    arguments: [SOCKSCOPE, capture, ...options],
  });
  return [run('sockscope'), run('sockscope --ndjson', '--ndjson')];
}

/** Programs that do part of the same work; `slow` ones only where asked for. */
export function peers(capture: string, slow: boolean): Command[] {
  const quick: Command[] = [
    { name: 'wc -l', program: 'wc', arguments: ['-l', capture] },
    { name: BASELINE, program: 'capinfos', arguments: ['-c', capture] },
    { name: 'tcpdump -w', program: 'tcpdump', arguments: ['-r', capture, '-w', '/dev/null'] },
    { name: 'nfpcapd', program: 'nfpcapd', arguments: ['-r', capture, '-w', '.'] },
    { name: 'argus', program: 'argus', arguments: ['-r', capture, '-w', '/dev/null'] },
    { name: 'softflowd', program: 'softflowd', arguments: ['-r', capture, '-n', '127.0.0.1:9', '-d'] },
  ];
  const patient: Command[] = [
    { name: 'tcptrace -q', program: 'tcptrace', arguments: ['-n', '-q', capture] },
    { name: 'tshark -z conv,tcp', program: 'tshark', arguments: ['-q', '-n', '-r', capture, '-z', 'conv,tcp'] },
  ];
  return slow ? [...quick, ...patient] : quick;
}
