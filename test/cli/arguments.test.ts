import { describe, expect, test } from '@jest/globals';
import { readCommandLine } from '../../src/cli/command-line.ts';
import { understand } from '../../src/cli/commands.ts';
import { ANALYZE_OPTIONS, analyzeArguments } from '../../src/cli/options.ts';

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
  color: 'auto',
  quiet: false,
};

describe('an analysis is asked for by', () => {
  test.each<[args: string, expected: object]>([
    ['a.pcap', {}],
    ['-', { captures: ['-'] }],
    ['a.pcap b.pcap -', { captures: ['a.pcap', 'b.pcap', '-'] }],
    ['--ndjson a.pcap', { report: 'ndjson' }],
    ['a.pcap --json', { report: 'json' }],
    ['a.pcap --json --json', { report: 'json' }],
    ['a.pcap --json --calls', { report: 'json', calls: true }],
    ['a.pcap --csv --quiet', { report: 'csv', quiet: true }],
    ['a.pcap --zeek --utc', { report: 'zeek', utc: true }],
    ['a.pcap --no-color --all', { color: 'never', all: true }],
    ['a.pcap --color=never', { color: 'never' }],
    ['a.pcap --color never', { color: 'never' }],
    ['a.pcap --color', { color: 'always' }],
    ['--color a.pcap', { color: 'always' }],
    ['--color -- a.pcap', { color: 'always' }],
    ['a.pcap --color=always --no-color', { color: 'never' }],
    ['a.pcap --where duration>1', { where: 'duration>1' }],
    ['a.pcap --where=duration>1', { where: 'duration>1' }],
    ['a.pcap --where=-duration<1', { where: '-duration<1' }],
    ['a.pcap --sort duration', { sort: { key: 'duration', descending: true } }],
    ['a.pcap --sort start', { sort: { key: 'start', descending: false } }],
    ['a.pcap --sort rtt:asc --top 5', { sort: { key: 'rtt', descending: false }, top: 5 }],
    ['a.pcap --sort start:desc --top=0', { sort: { key: 'start', descending: true }, top: 0 }],
    ['a.pcap --slow-handshake 0.05', { thresholds: { slowHandshake: 0.05 } }],
    ['a.pcap --heavy-retransmission=.1', { thresholds: { retransmissionShare: 0.1 } }],
    ['a.pcap --zero-window 0 --close-wait 60', { thresholds: { zeroWindow: 0, closeWait: 60 } }],
    ['a.pcap --max-connections 5000', { mostConnections: 5000 }],
    ['--json -- --odd.pcap', { captures: ['--odd.pcap'], report: 'json' }],
    ['a.pcap -- --color', { captures: ['a.pcap', '--color'] }],
  ])('%s', (line, expected) => {
    const { words, values, unknown, problems } = readCommandLine(line.split(' '), ANALYZE_OPTIONS);
    expect([unknown, problems]).toEqual([[], []]);
    expect(analyzeArguments(words, values)).toEqual({ ...defaults, ...expected });
  });
});

describe('the command is', () => {
  test.each([
    ['the default one where no command is named', 'a.pcap', 'analyze'],
    ['named first', 'explain a.pcap', 'explain'],
    ['named after options', '--json explain a.pcap', 'explain'],
    ['named after an option with a value', '--format json check a.pcap', 'check'],
    ['not the value of an option', '--where explain a.pcap', 'analyze'],
    ['not the value of an option of another command', '--assert explain check a.pcap', 'check'],
    ['not what follows --', '-- explain', 'analyze'],
    ['not the second word', 'a.pcap explain', 'analyze'],
  ])('%s: %s', async (_what, line, name) => {
    expect(await understand(line.split(' '))).toMatchObject({ what: 'run', command: { name } });
  });
});

describe('wrong usage is one line that says what', () => {
  test.each<[args: string[], message: RegExp]>([
    [['a.pcap', '--json', '--csv'], /--json and --csv exclude each other/],
    [['a.pcap', '--json=no'], /--json takes no value: leave out =no/],
    [['a.pcap', '--top', '5', '--all'], /--top and --all exclude each other/],
    [['a.pcap', '--top', '5', '--top', '6'], /--top is given 2 times: give it once/],
    [['a.pcap', '--where', 'true', '--where=false'], /--where is given 2 times/],
    [['a.pcap', '--ndjson', '--top', '5'], /--ndjson .* takes no --sort and no --top: use --json/],
    [['a.pcap', '--csv', '--calls'], /--calls is for records: give --json or --ndjson/],
    [['a.pcap', '--sort', 'size'], /--sort size: not a sort key; one of start, /],
    [['a.pcap', '--sort', 'start:up'], /--sort start:up: not a sort key/],
    [['a.pcap', '--sort', 'duratoin:asc'], /--sort duratoin:asc: .* \(did you mean "duration"\?\)/],
    [['a.pcap', '--top', 'ten'], /--top ten: not a number of connections/],
    [['a.pcap', '--top', '-5'], /--top -5: not a number of connections/],
    [['a.pcap', '--top'], /--top needs a value; example: --top 50/],
    [['a.pcap', '--where', '--all'], /--where needs a value; example: --where 'close\.style == "reset"'/],
    [['a.pcap', '--slow-handshake', '50ms'], /--slow-handshake 50ms: not a number of seconds; example: --slow-/],
    [['a.pcap', '--zero-window', ''], /--zero-window : not a number of seconds/],
    [['a.pcap', '--close-wait', '-1'], /--close-wait -1: not a number of seconds/],
    [['a.pcap', '--heavy-retransmission', '2'], /--heavy-retransmission 2: not a share between 0 and 1/],
    [['a.pcap', '--heavy-retransmission', '2%'], /--heavy-retransmission 2%: not a share between 0 and 1/],
    [['a.pcap', '--max-connections', '0'], /--max-connections 0: not a number of connections from 1 on/],
    [['a.pcap', '--max-connections', '1e6'], /--max-connections 1e6: not a number of connections from 1 on/],
    [['a.pcap', '--color=blue'], /--color blue: not one of auto, always, never/],
    [['a.pcap', '--color=alway'], /--color alway: .* \(did you mean "always"\?\)/],
    [['-', '-'], /standard input \(-\) can be read only once/],
  ])('%j', async (args, message) => {
    await expect(understand(args)).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(message),
    });
    await expect(understand(args)).rejects.toThrow(/^[^\n]+$/);
  });
});
