import { describe, expect, test } from '@jest/globals';
import { liveCommand } from '../../src/cli/live-command.ts';

describe('what makes no sense is said in one line', () => {
  test.each<[Record<string, unknown>, RegExp]>([
    [{ interface: 'lo', filter: 'udp', words: ['tcp'] }, /filter is given twice/],
    [{ interface: '-', words: ['tcp'] }, /standard input is not filtered here/],
    [{ backend: 'wireshark' }, /--backend wireshark: .*tcpdump, dumpcap, cap/],
    [{ snaplen: '0' }, /--snaplen 0: /],
    [{ snaplen: 'all' }, /--snaplen all: /],
    [{ buffer: '4096' }, /--buffer 4096: .*2047/],
    [{ packets: '-1' }, /--packets -1: /],
    [{ packets: ['1', '2'] }, /--packets is given 2 times/],
    [{ duration: 'long' }, /--duration long: .*--duration 60/],
    [{ duration: '0' }, /--duration 0: /],
    [{ write: 'a.txt' }, /--write a\.txt: .*\.pcapng or \.pcap/],
    [{ 'rotate-size': '10M' }, /for --write/],
    [{ write: 'a.pcap', keep: '3' }, /--keep needs --rotate-size/],
    [{ write: 'a.pcap', 'rotate-size': '10' }, /--rotate-size 10: .*100M/],
    [{ write: 'a.pcap', 'rotate-size': '10X' }, /--rotate-size 10X: .*100M/],
  ])('%j', (values, message) => {
    expect(() => liveCommand.understand(values)).toThrow(message);
    expect(() => liveCommand.understand(values)).not.toThrow(/\n/);
  });

  test.each<Record<string, unknown>>([
    {},
    { interface: 'lo', words: ['tcp', 'port', '80'] },
    { interface: '-' },
    { backend: 'cap', snaplen: '262144', buffer: '1', packets: '1', duration: '0.5' },
    { write: 'a.pcapng', 'rotate-size': '100M', keep: '10' },
    { write: 'a.pcap', 'rotate-size': '20kB' },
  ])('%j does', (values) => {
    expect(() => liveCommand.understand(values)).not.toThrow();
  });
});
