import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pcapng } from '../capture/support/capture-files.ts';
import { COMMAND, shell, sockscope } from '../support/command.ts';
import { c, play, s } from '../support/conversation.ts';
import { bytes, ethernet, ipv4, pcap, tcp } from '../support/packets.ts';

const SYN = 0x02;
const ACK = 0x10;
const HTTP = 'fixtures/transfer/http.pcap';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
  writeFileSync(join(folder, 'text.txt'), 'this is no capture, whatever it is called\n'.repeat(10));
  writeFileSync(join(folder, 'empty.pcap'), '');
  writeFileSync(join(folder, 'no-packets.pcap'), pcap([]));
  writeFileSync(join(folder, 'cut.pcap'), pcap(syns(10)).subarray(0, -7));
  writeFileSync(join(folder, 'many.pcap'), pcap(syns(5000)));
  writeFileSync(join(folder, 'unanswered.pcap'), pcap([...syns(5000), ...answeredLater()]));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Connections that nobody answers, one packet each. */
function syns(count: number) {
  return Array.from({ length: count }, (_, i) => ({
    time: `1700000000.${String(i).padStart(9, '0')}`,
    bytes: ethernet({}, ipv4({}, tcp({ sourcePort: 10000 + i, destinationPort: 80, flags: SYN, sequence: i }))),
  }));
}

/** A handshake ten seconds later: the capture went on, and has both directions. */
function answeredLater() {
  const ends = { sourcePort: 9, destinationPort: 80, sequence: 1 };
  const client = { source: '10.0.0.1', destination: '10.0.0.2' };
  const server = { source: '10.0.0.2', destination: '10.0.0.1' };
  const synAck = { sourcePort: 80, destinationPort: 9, flags: SYN | ACK, sequence: 7, acknowledgment: 2 };
  return [
    { time: '1700000010.000000000', bytes: ethernet({}, ipv4(client, tcp({ ...ends, flags: SYN }))) },
    { time: '1700000010.000000001', bytes: ethernet({}, ipv4(server, tcp(synAck))) },
  ];
}

describe('what cannot be done is one line on stderr and exit code 2', () => {
  test.each([
    ['a missing file', 'missing.pcap', /missing\.pcap/],
    ['a file that is no capture', 'text.txt', /text\.txt/],
    ['an empty file', 'empty.pcap', /empty/],
  ])('%s', (_name, file, message) => {
    const { status, stdout, stderr } = sockscope([join(folder, file)]);
    expect(stderr).toMatch(/^sockscope: [^\n]+\n$/);
    expect(stderr).toMatch(message);
    expect([status, stdout]).toEqual([2, '']);
  });

  test.each([
    ['wrong usage', [HTTP, '--json', '--csv']],
    ['an unknown option', [HTTP, '--josn']],
    ['a wrong expression', [HTTP, '--where', 'closed.style == "reset"']],
  ])('%s', (_name, args) => {
    const { status, stdout, stderr } = sockscope(args);
    expect(stderr).toMatch(/^sockscope: [^\n]+\n$/);
    expect([status, stdout]).toEqual([2, '']);
  });
});

describe('a capture', () => {
  test('that was cut is analysed up to there, with a warning', () => {
    const { status, stdout, stderr } = sockscope([join(folder, 'cut.pcap'), '--ndjson']);
    expect(status).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(9);
    expect(stderr).toMatch(/^sockscope: .*cut\.pcap.*byte \d+.*\n$/);
    expect(sockscope([join(folder, 'cut.pcap'), '--ndjson', '--quiet'])).toMatchObject({
      status: 0,
      stdout,
      stderr: '',
    });
  });

  test('without packets gives an empty report', () => {
    const { status, stdout } = sockscope([join(folder, 'no-packets.pcap')]);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/connections +none\n/)]);
  });

  test('comes from standard input as well', () => {
    const { status, stdout } = sockscope(['-', '--csv'], { input: readFileSync(join(folder, 'cut.pcap')) });
    expect([status, stdout.trimEnd().split('\r\n').length]).toEqual([0, 1 + 9]);
  });
});

describe('formats', () => {
  test('--ndjson and --json hold the same records', () => {
    const lines = sockscope([HTTP, '--ndjson']).stdout.trimEnd().split('\n');
    const document = JSON.parse(sockscope([HTTP, '--json']).stdout);
    expect(Object.keys(document).sort()).toEqual(['captures', 'connections', 'schema', 'summary']);
    expect(document.schema).toBe(1);
    const firstFrame = (record: { firstFrame: number }) => record.firstFrame;
    const records = lines.map((line) => JSON.parse(line));
    expect(records.sort((a, b) => firstFrame(a) - firstFrame(b))).toEqual(document.connections);
  });

  test('--where selects in the records and in the summary', () => {
    const { stdout } = sockscope([join(folder, 'many.pcap'), '--json', '--where', 'client.port < 10010']);
    const { connections, summary } = JSON.parse(stdout);
    expect([connections.length, summary.connections.tcp]).toEqual([10, 10]);
  });

  test('limits decide what is a problem, and how much is kept', () => {
    const problems = (...args: string[]) => JSON.parse(sockscope([HTTP, '--json', ...args]).stdout).summary.problems;
    expect(problems()).toEqual([]);
    expect(problems('--slow-handshake', '0')).toMatchObject([{ code: 'slow-handshake', count: 1 }]);
    const { stdout, stderr } = sockscope([join(folder, 'many.pcap'), '--json', '--max-connections', '100']);
    const { summary } = JSON.parse(stdout);
    expect(summary.connections.tcp).toBe(5000);
    expect(summary.evicted).toBeGreaterThan(0);
    expect(stderr).toMatch(/^sockscope: [\d,]+ connections given up while open, [^\n]+--max-connections\n$/);
  });

  test('the report has no colours where there is no terminal, and fits COLUMNS', () => {
    const { stdout } = sockscope([join(folder, 'unanswered.pcap')], { env: { COLUMNS: '90' } });
    expect(stdout).not.toContain('\u001b');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(90);
    expect(stdout).toContain('\nConnections with problems (20 of 5,000; --all)\n');
  });
});

describe('the report', () => {
  test.each(['-rf.pcapng', '--write=x', "it's a web.pcap", '=ls', 'line\nbreak.pcap', '$(id)\\\u001b[2J.pcap'])(
    'ends with a command that runs as it stands: %j',
    (name) => {
      writeFileSync(join(folder, name), pcap(syns(3)));
      const file = `./${name}`;
      const { stdout } = shell(`cd '${folder}' && sockscope "$FILE"`, { FILE: file });
      const next = stdout.match(/^next: sockscope (explain .* --stream 0)\n$/m)?.[1] ?? '';
      const explained = shell(`cd '${folder}' && sockscope ${next}`);
      expect(explained.stderr).toBe('');
      expect(explained.stdout).toMatch(/^tcp 0: client /m);
    },
  );

  test('says no more digits than the clock of the capture has', () => {
    const file = join(folder, 'milliseconds.pcapng');
    const packets = play([
      c.syn({ at: 0.0012 }),
      s.synAck({ at: 0.0031 }),
      c.ack({ at: 0.0047 }),
      c.data(9, { at: 1.2345 }),
    ]);
    const ng = pcapng();
    const blocks = packets.map((packet) =>
      ng.enhanced(0, BigInt(packet.seconds) * 1000n + BigInt(Math.floor(packet.nanoseconds / 1e6)), packet.bytes),
    );
    writeFileSync(file, bytes(ng.section(), ng.interface(1, ng.option(9, Uint8Array.of(3))), ...blocks));
    const { stdout } = sockscope([file], { env: { COLUMNS: '200' } });
    expect(stdout).toMatch(/^packets +4, .*, 1\.23 s from 2023-11-14 22:13:20\.001 UTC$/m);
    expect(stdout).toMatch(/; connect 2 ms$/m);
    expect(sockscope(['diff', file, file]).stdout).toMatch(/^connect p50 +2 ms +2 ms /m);
    expect(stdout).toMatch(/^tcp 0 .* 0\.000 s +1\.23 s .* 2 ms +open/m);
  });
});

describe('a closed pipe ends the program quietly', () => {
  test.each(['--ndjson', '--all'])('%s', (format) => {
    const { status, stdout, stderr } = shell(`sockscope '${folder}/many.pcap' ${format} | head -n 1`);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout.length).toBeGreaterThan(10);
  });
});

test('a reader that is slow gets everything', () => {
  const { stdout } = shell(`sockscope '${folder}/many.pcap' --ndjson | (sleep 1; wc -l)`);
  expect(stdout.trim()).toBe('5000');
});

test('on a terminal the report has colours unless NO_COLOR says no', () => {
  const onTerminal = (environment: string) =>
    shell(`${environment} script -qec "${COMMAND.join(' ')} ${HTTP}" /dev/null`).stdout;
  expect(onTerminal('TERM=xterm')).toContain('\u001b[');
  expect(onTerminal('TERM=xterm NO_COLOR=1')).not.toContain('\u001b[');
});

test('--version and --help answer on stdout', () => {
  expect(sockscope(['--version'])).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  expect(sockscope(['--help'])).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('--ndjson') });
});
