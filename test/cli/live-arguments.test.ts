import { describe, expect, test } from '@jest/globals';
import { understand } from '../../src/cli/commands.ts';

const live = (line: string) => understand(['live', ...line.split(' ').filter((word) => word !== '')]);

describe('what makes no sense is said in one line', () => {
  test.each<[string, RegExp]>([
    ['lo --filter udp tcp', /filter is given twice/],
    ['lo -f udp -- not tcp', /filter is given twice/],
    ['- tcp', /standard input is not filtered here/],
    ['- -- tcp', /standard input is not filtered here/],
    ['--backend wireshark', /--backend wireshark: not one of auto, tcpdump, dumpcap, cap$/],
    ['--backend dumpcpa', /--backend dumpcpa: .* \(did you mean "dumpcap"\?\)/],
    ['--snaplen 0', /--snaplen 0: /],
    ['--snaplen all', /--snaplen all: /],
    ['--buffer 4096', /--buffer 4096: .*2047/],
    ['--packets -1', /--packets -1: /],
    ['--packets 1 --packets 2', /--packets is given 2 times/],
    ['--duration long', /--duration long: .*--duration 60/],
    ['--duration 0', /--duration 0: /],
    ['--write a.txt', /--write a\.txt: .*\.pcapng or \.pcap/],
    ['--rotate-size 10M', /for --write/],
    ['--write a.pcap --keep 3', /--keep needs --rotate-size/],
    ['--write a.pcap --rotate-size 10', /--rotate-size 10: .*100M/],
    ['--write a.pcap --rotate-size 10X', /--rotate-size 10X: .*100M/],
    ['--events faild', /--events faild: .* \(did you mean "failed"\?\)/],
    ['--events failed,opne', /--events opne: .* \(did you mean "open"\?\)/],
    ['--metrics 1.2.3.4', /--metrics 1\.2\.3\.4: not \[HOST:\]PORT/],
    ['-f', /--filter needs a value; example: --filter 'tcp port 443'$/],
    ['-f -- lo', /--filter needs a value/],
    ['lo -filter tcp', /unknown option -filter \(did you mean --filter\?\)/],
  ])('live %s', async (line, message) => {
    await expect(live(line)).rejects.toThrow(message);
    await expect(live(line)).rejects.not.toThrow(/\n/);
  });

  test.each([
    '',
    'lo tcp port 80',
    'lo -- not port 22',
    '-',
    '--backend cap --snaplen 262144 --buffer 1 --packets 1 --duration 0.5',
    '--write a.pcapng --rotate-size 100M --keep 10',
    '--write a.pcap --rotate-size 20kB',
    '--metrics lo',
    '--metrics',
  ])('live %s does', async (line) => {
    await expect(live(line)).resolves.toMatchObject({ what: 'run', command: { name: 'live' } });
  });
});
