import { describe, expect, test } from '@jest/globals';
import { parseCommandLine } from '../../src/cli/commands.ts';
import { ANALYZE_OPTIONS } from '../../src/cli/options.ts';
import { quickArguments } from '../../src/cli/quick.ts';
import { DEFAULT_THRESHOLDS } from '../../src/track/thresholds.ts';

const defaults = {
  captures: ['a.pcap'],
  report: 'terminal',
  calls: false,
  where: null,
  sort: null,
  top: null,
  all: false,
  thresholds: {},
  mostConnections: null,
  utc: false,
  noColor: false,
  quiet: false,
};

describe('the quick parser and yargs understand the same', () => {
  test.each<[args: string, expected: object]>([
    ['a.pcap', {}],
    ['analyze a.pcap', {}],
    ['-', { captures: ['-'] }],
    ['a.pcap b.pcap -', { captures: ['a.pcap', 'b.pcap', '-'] }],
    ['--ndjson a.pcap', { report: 'ndjson' }],
    ['a.pcap --json', { report: 'json' }],
    ['a.pcap --json --calls', { report: 'json', calls: true }],
    ['a.pcap --csv --quiet', { report: 'csv', quiet: true }],
    ['a.pcap --zeek --utc', { report: 'zeek', utc: true }],
    ['a.pcap --no-color --all', { noColor: true, all: true }],
    ['a.pcap --where duration>1', { where: 'duration>1' }],
    ['a.pcap --where=duration>1', { where: 'duration>1' }],
    ['a.pcap --sort duration', { sort: { key: 'duration', descending: true } }],
    ['a.pcap --sort start', { sort: { key: 'start', descending: false } }],
    ['a.pcap --sort rtt:asc --top 5', { sort: { key: 'rtt', descending: false }, top: 5 }],
    ['a.pcap --sort start:desc --top=0', { sort: { key: 'start', descending: true }, top: 0 }],
    ['a.pcap --slow-handshake 0.05', { thresholds: { slowHandshake: 0.05 } }],
    ['a.pcap --heavy-retransmission=.1', { thresholds: { retransmissionShare: 0.1 } }],
    ['a.pcap --zero-window 0 --close-wait 60', { thresholds: { zeroWindow: 0, closeWait: 60 } }],
    ['a.pcap --max-connections 5000', { mostConnections: 5000 }],
    ['--json -- --odd.pcap', { captures: ['--odd.pcap'], report: 'json' }],
  ])('%s', async (line, expected) => {
    const args = line.split(' ');
    const analyze = { ...defaults, ...expected };
    expect(quickArguments(args)).toEqual(analyze);
    expect(await parseCommandLine(args, '1.2.3')).toEqual({ analyze });
  });
});

describe('wrong usage is one line that says what', () => {
  test.each<[args: string[], message: RegExp]>([
    [['a.pcap', '--json', '--csv'], /--json and --csv exclude each other/],
    [['a.pcap', '--top', '5', '--all'], /--top and --all exclude each other/],
    [['a.pcap', '--ndjson', '--top', '5'], /--ndjson .* takes no --sort and no --top: use --json/],
    [['a.pcap', '--csv', '--calls'], /--calls is for records: give --json or --ndjson/],
    [['a.pcap', '--sort', 'size'], /--sort size: not a sort key; one of start, /],
    [['a.pcap', '--sort', 'start:up'], /--sort start:up: not a sort key/],
    [['a.pcap', '--top', 'ten'], /--top ten: not a number of connections/],
    [['a.pcap', '--top', '-5'], /-?5/],
    [['a.pcap', '--top'], /Not enough arguments following: top/],
    [['a.pcap', '--slow-handshake', '50ms'], /--slow-handshake 50ms: not a number of seconds; example: --slow-/],
    [['a.pcap', '--zero-window', ''], /--zero-window : not a number of seconds/],
    [['a.pcap', '--close-wait', '-1'], /--close-wait -1: not a number of seconds/],
    [['a.pcap', '--heavy-retransmission', '2'], /--heavy-retransmission 2: not a share between 0 and 1/],
    [['a.pcap', '--heavy-retransmission', '2%'], /--heavy-retransmission 2%: not a share between 0 and 1/],
    [['a.pcap', '--max-connections', '0'], /--max-connections 0: not a number of connections from 1 on/],
    [['a.pcap', '--max-connections', '1e6'], /--max-connections 1e6: not a number of connections from 1 on/],
    [['a.pcap', '--josn'], /Unknown argument: josn/],
    [['-', '-'], /standard input \(-\) can be read only once/],
  ])('%j', async (args, message) => {
    const understand = async () => quickArguments(args) ?? (await parseCommandLine(args, '1.2.3'));
    await expect(understand()).rejects.toMatchObject({ name: 'UsageError', message: expect.stringMatching(message) });
    await expect(understand()).rejects.toThrow(/^[^\n]+$/);
  });
});

test('help names every option and where the limits are', async () => {
  const { print } = (await parseCommandLine(['--help'], '1.2.3')) as { print: string };
  for (const option of Object.keys(ANALYZE_OPTIONS)) expect(print).toContain(` --${option} `);
  const flat = print.replaceAll(/\s+/g, ' ');
  const { slowHandshake, retransmissionShare, zeroWindow, closeWait } = DEFAULT_THRESHOLDS;
  for (const limit of [slowHandshake, retransmissionShare, zeroWindow, closeWait]) {
    expect(flat).toContain(`(default ${limit})`);
  }
});
