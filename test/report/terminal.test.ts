import { describe, expect, test } from '@jest/globals';
import type { SortKey } from '../../src/analyze.ts';
import type { Connection } from '../../src/record.ts';
import type { ReportOptions } from '../../src/report/reporter.ts';
import { terminal } from '../../src/report/terminal.ts';
import { aCapture, aConnection, aDatagramExchange, aFinding, aGroup, aResult } from '../support/records.ts';
import { reported } from '../support/reports.ts';

/** 42 connections of which 3, the fourth, the eighth and the last, have problems, and one has a note. */
const connections: Connection[] = Array.from({ length: 42 }, (_, i) =>
  i % 21 === 20
    ? aDatagramExchange({ stream: i, firstFrame: i * 10 + 1 })
    : aConnection({ stream: i, firstFrame: i * 10 + 1, start: `17000000${String(i).padStart(2, '0')}.123456789` }),
);
connections[3] = aConnection({
  stream: 3,
  firstFrame: 31,
  handshake: { outcome: 'half-open', connectTime: null },
  close: { style: 'reset', firstCloser: 'server' },
  sockets: { client: { error: 'ECONNRESET' } },
  findings: [aFinding(), aFinding({ code: 'handshake-retransmitted' })],
});
connections[7] = aConnection({ stream: 7, firstFrame: 71, findings: [aFinding({ severity: 'error' })] });
connections[9] = aConnection({ stream: 9, firstFrame: 91, findings: [aFinding({ severity: 'note' })] });
connections[41] = aDatagramExchange({ stream: 41, firstFrame: 411, findings: [aFinding({ code: 'unreachable' })] });
const healthy = connections.filter(({ findings }) => findings.length === 0);
const noProblems = aResult({ problems: [], failed: 0, withProblems: 0 });

function rows(text: string): string[] {
  return text.split('\n').filter((line) => /^(tcp|udp|sctp) \d/.test(line));
}

const streams = (text: string) => rows(text).map((row) => Number(row.split(/ +/)[1]));

/** Where each of these stands in the text, -1 where it does not. */
const places = (text: string, ...parts: string[]) => parts.map((part) => text.indexOf(part));

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
const withoutColours = (text: string) => text.replaceAll(/\u001b\[\d+m/g, '');

describe('the report for people', () => {
  const text = reported(terminal, connections);

  test('is the head, the table, the problems, and last what to type next', () => {
    const order = places(text, 'capture ', '\n\nConnections', '\ntcp 3', '\n\nProblems', '\n2 ×', '\n1 ×', '\nnext: ');
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(text).toMatch(/\nnext: sockscope explain web\.pcap --stream 7\n$/);
  });

  test('begins with the capture as a whole', () => {
    expect(text.split('\n').slice(0, 8)).toEqual([
      'capture       web.pcap (pcap, Ethernet; read in 312 ms)',
      'packets       1,234, 987.7 kB, 12.3 s from 2023-11-14 22:13:20.123456 UTC',
      'connections   40 TCP, 2 UDP, 2 of them failed; 654.3 kB payload, 4 retransmissions',
      'handshakes    37 completed, 2 refused, 1 unanswered; connect p50 210 µs, p95 3.4 ms, p99 12.3 ms, max 1.02 s',
      'closes        3 open, 35 graceful, 2 reset',
      'resets        0 from clients, 2 from servers: 1 port-closed, 1 abortive-close',
      'other frames  12 ARP, 3 TIPC',
      '',
    ]);
  });

  test('says one connect time once', () => {
    const connectTime = { ...aResult().summary.connectTime, count: 1 };
    expect(reported(terminal, [], {}, aResult({ connectTime }))).toContain('unanswered; connect 1.02 s\n');
  });

  test('fits the columns of a terminal', () => {
    for (const width of [60, 80, 100, 120, 200]) {
      for (const options of [{}, { all: true }, { chosen: true, all: true }]) {
        const lines = reported(terminal, connections, { ...options, width }).split('\n');
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
      }
    }
  });

  test('colours add nothing that the words do not say', () => {
    const colored = reported(terminal, connections, { color: true });
    expect(colored).toContain('\u001b[31mconnection-refused\u001b[39m');
    expect(colored).toContain('\u001b[33mslow-handshake\u001b[39m');
    expect(withoutColours(colored)).toBe(text);
  });

  test('names every file that was cut or lost packets', () => {
    const captures = [
      aCapture({ file: '-', compression: 'gzip', drops: 7 }),
      aCapture({ cut: { offset: 4096, frame: 12, message: 'cut' } }),
    ];
    const lines = reported(terminal, [], {}, aResult({ problems: [] }, captures)).split('\n');
    expect(lines[0]).toContain('standard input (pcap in gzip, Ethernet, 1,234 packets, 7 dropped while capturing)');
    expect(lines[1]).toContain('web.pcap (pcap, Ethernet, 1,234 packets, cut at byte 4,096)');
    expect(lines[2]).toMatch(/^packets .* \(read in 312 ms\)$/);
  });

  test('says what the files lack that it does not name', () => {
    const cut = { offset: 4096, frame: 12, message: 'cut' };
    const captures = Array.from({ length: 5 }, () => aCapture());
    captures.push(aCapture({ drops: 7 }), aCapture({ drops: 0, cut }), aCapture({ drops: 1 }), aCapture({ cut }));
    const lines = reported(terminal, [], {}, aResult({ problems: [] }, captures)).split('\n');
    expect(lines[5].trim()).toBe('and 4 more files, 8 dropped while capturing, 2 cut');
  });

  test('shows what acts in the name of a file, and lets nothing act', () => {
    const named = reported(terminal, [], {}, aResult({}, [aCapture({ file: 'a\u001b[2J\n::error::b.pcap' })]));
    expect(named).toContain('capture       a\\x1b[2J\\n::error::b.pcap (pcap');
    expect(named).not.toContain('\u001b');
    expect(named).not.toContain('\n::');
  });

  test.each([
    ['TCP', { tcp: 40, udp: 2, sctp: 3 }, /connections +40 TCP, 2 UDP, 3 SCTP, .*; 9 given up while open, to bound/],
    ['none that --where chose', { tcp: 0, udp: 0, sctp: 0 }, /connections +none; 9 given up while open, to bound/],
  ])('says how many connections were given up: %s', (_name, counts, expected) => {
    expect(reported(terminal, [], {}, aResult({ connections: counts, evicted: 9 }))).toMatch(expected);
  });

  test('has no lines for what there is none of', () => {
    const nothing = { tcp: 0, udp: 0, sctp: 0 };
    const zeros = (of: object) => Object.fromEntries(Object.keys(of).map((key) => [key, 0]));
    const { handshakes, closes, resets } = aResult().summary;
    const none = { handshakes: zeros(handshakes), closes: zeros(closes), resets: zeros(resets), connectTime: null };
    const empty = { connections: nothing, problems: [], otherFrames: [], start: null, end: null };
    expect(reported(terminal, [], {}, aResult({ ...none, ...empty }))).toBe(
      'capture      web.pcap (pcap, Ethernet; read in 312 ms)\npackets      1,234, 987.7 kB\nconnections  none\n',
    );
  });
});

describe('the table', () => {
  const text = reported(terminal, connections);
  const heading = (shown: string) => shown.match(/^Connections.*$/m)?.[0];

  test('holds the connections with problems, and says so, where there are any: notes are no problems', () => {
    expect(streams(text)).toEqual([3, 7, 41]);
    expect(heading(text)).toBe('Connections with problems (3)');
  });

  test('has those with problems whatever comes first', () => {
    expect(streams(reported(terminal, connections.toReversed()))).toEqual([3, 7, 41]);
  });

  test('holds the first connections of the capture where none has a problem', () => {
    const first = reported(terminal, [connections[9], ...healthy], {}, noProblems);
    expect(streams(first)).toEqual([0, 1, 2, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21]);
    expect(heading(first)).toBe('Connections (20 of 42; --all)');
  });

  test.each([
    [{ chosen: true }, 'Connections that --where chose (20 of 42; --all)', [0, 1, 2, 3]],
    [{ sort: { key: 'start', descending: true } }, 'Connections by start, latest first (20 of 42; --all)', [41, 40]],
    [
      { sort: { key: 'start', descending: false } },
      'Connections by start, earliest first (20 of 42; --all)',
      [0, 1, 2],
    ],
    [
      { sort: { key: 'problems', descending: true } },
      'Connections by problems, largest first (20 of 42; --all)',
      [3, 7, 9],
    ],
    [
      { sort: { key: 'duration', descending: false }, chosen: true },
      'Connections that --where chose by duration, smallest first (20 of 42; --all)',
      [0, 1],
    ],
  ] as const)('holds what the user chose, in the order of the user: %j', (options, expected, first) => {
    const shown = reported(terminal, connections, options);
    expect(heading(shown)).toBe(expected);
    expect(streams(shown).slice(0, first.length)).toEqual(first);
  });

  test.each([
    [{ top: 2 }, [3, 7], 'Connections with problems (2 of 3; --all)'],
    [{ top: 0 }, [], undefined],
    [{ all: true }, [3, 7, 41], 'Connections with problems (3)'],
  ])('has as many rows as the user says: %j', (options, expected, title) => {
    const shown = reported(terminal, connections, options);
    expect(streams(shown)).toEqual(expected);
    expect(heading(shown)).toBe(title);
  });

  test('with --all it has all, and says how to see those without problems', () => {
    expect(rows(reported(terminal, connections, { all: true, chosen: true }))).toHaveLength(42);
    expect(rows(reported(terminal, healthy, { all: true }, noProblems))).toHaveLength(healthy.length);
    const shown = reported(terminal, connections, { all: true });
    expect(shown).toContain('\n… and 39 without problems: --sort start --all\n');
    expect(text).not.toContain('without problems');
  });

  test('says of each who, how long, how much, how it began and ended, and what the application saw', () => {
    expect(rows(text)[0].replaceAll(/ {2,}/g, '  ')).toBe(
      'tcp 3  10.0.0.1:40000  10.0.0.2:80  0.000000 s  20 ms  11  420 B  15.0 kB  half-open  reset, server  half-open, handshake-retransmitted  client ECONNRESET',
    );
  });

  test('has no column for what there is none of', () => {
    const shown = reported(terminal, healthy, {}, noProblems);
    expect(shown).toMatch(/ connect +close\n/);
    const datagrams = reported(terminal, [aDatagramExchange()], {}, noProblems);
    expect(datagrams).toMatch(/ sent +received\n/);
    expect(text).toMatch(/ close +problems +the application saw\n/);
  });

  test('keeps the column that it is sorted by longer than others', () => {
    const columns = (key: SortKey) =>
      reported(terminal, connections, { width: 90, sort: { key, descending: true } }).match(/^stream .*$/m)?.[0];
    expect(columns('resets')).not.toMatch(/lasted|packets|sent|received|start/);
    expect(columns('duration')).toContain(' lasted ');
    expect(columns('packets')).toContain(' packets ');
    expect(columns('bytes')).toMatch(/ sent +received /);
    expect(columns('start')).toContain(' start ');
  });

  test('keeps ports where addresses must be cut', () => {
    const shown = reported(terminal, connections, { all: true, chosen: true, width: 50 });
    expect(shown).toMatch(/^udp 41 .*…\S*:5353 .*…\S*:53 .*$/m);
  });

  test('of a live capture the head says how long it was captured, for nothing was read from a file', () => {
    const captures = [aCapture({ file: 'lo', live: { backend: 'tcpdump', timestamps: 'kernel' } })];
    const text = reported(terminal, [], {}, aResult({}, captures));
    expect(text).toContain(' lo (live, tcpdump, kernel timestamps, Ethernet; captured for 312 ms)\n');
  });

  test('how a connection closed goes before addresses are cut', () => {
    const client = { ...connections[0].client, address: '10.11.123.122', port: 32818 };
    const findings = [aFinding({ severity: 'error', code: 'reset' })];
    const text = reported(terminal, [aConnection({ client, server: client, findings })], { width: 80 });
    expect(text).toMatch(/^stream +client +server +connect +problems$/m);
    expect(text).toMatch(/^tcp 0 +10\.11\.123\.122:32818 +10\.11\.123\.122:32818 /m);
  });

  test('shows absolute times with --utc', () => {
    expect(rows(reported(terminal, healthy, { utc: true }))[1]).toContain(' 2023-11-14 22:13:21.123456 ');
  });
});

describe('problems', () => {
  const line = (text: string, code: string) => text.split('\n').find((each) => each.includes(code));
  const withGroups = (groups: ReturnType<typeof aGroup>[], options = {}) =>
    reported(terminal, [], options, aResult({ problems: groups }));

  test('say how often, what, between whom, when, what was seen, and an example', () => {
    const text = withGroups([aGroup()]);
    expect(line(text, '×')).toBe(
      '2 ×  connection-refused  2 clients → 10.0.0.2:81  client ECONNREFUSED; the SYN was answered with RST  3 s to 9 s  ▁▁▁█▁▁▁▁▁▁▁█▁▁▁▁  tcp 7',
    );
    expect(line(text, 'Problems')).toBe(`Problems${' '.repeat(106)}0 s ───── 12.3 s`);
  });

  test('take a second line where one is too short', () => {
    expect(withGroups([aGroup()], { width: 80 })).toContain(
      'tcp 7\n     client ECONNREFUSED; 3 s to 9 s; the SYN was answered with RST\n',
    );
  });

  test('stay on one line where only the end of the words is cut', () => {
    const message = 'word '.repeat(40);
    const text = withGroups([aGroup({ message })], { width: 160 });
    expect(line(text, '×')).toMatch(
      / {2}client ECONNREFUSED; (word )+(wor?|w)?… {1,5}3 s to 9 s {2}[▁█]{16} {2}tcp 7$/,
    );
    expect(line(text, '×')).toHaveLength(160);
    expect(text).toMatch(/tcp 7\nnext:/);
  });

  test('are one line each from 120 columns on: histogram and words go before an address is cut', () => {
    const server = { address: '192.168.100.200', port: 50443 };
    const client = '172.16.142.216';
    const of = { code: 'unanswered', sameAs: [], clients: 1, client, server, message: 'word '.repeat(20) };
    for (const width of [120, 130]) {
      const text = withGroups([aGroup(of), aGroup({ code: 'heavy-retransmission' })], { width });
      expect(text).toMatch(/^Problems$/m);
      expect(text.split('\n').filter((each) => each.includes('×') || each.includes('ECONNREFUSED'))).toHaveLength(2);
      expect(line(text, client)).toMatch(
        /^2 × {2}unanswered +172\.16\.142\.216 → 192\.168\.100\.200:50443 {2}client ECONNREFUSED; .*… {2}3 s to 9 s {2}tcp 7$/,
      );
      expect(line(text, client)).toHaveLength(width);
    }
    expect(line(withGroups([aGroup({ code: 'reset', message: 'reset' })], { width: 120 }), '×')).toMatch(
      /3 s to 9 s {2}[▁█]{16} {2}tcp 7$/,
    );
  });

  test('take no words of the example that name a side where it differs from connection to connection', () => {
    const mixed = { code: 'reset', side: null, message: 'reset by the client: closed without FIN' } as const;
    expect(withGroups([aGroup(mixed)])).not.toContain('by the client');
    expect(withGroups([aGroup({ ...mixed, count: 1 })])).toContain('; reset by the client');
    expect(withGroups([aGroup({ ...mixed, side: 'client' })])).toContain('; reset by the client');
    expect(withGroups([aGroup({ ...mixed, message: 'ICMP: host unreachable' })])).toContain('; ICMP: host unreachable');
  });

  test('name the two hosts of a port scan once, and no port', () => {
    const scan = aGroup({
      ...{ code: 'port-scan', severity: 'warning', side: 'client', client: '10.0.0.7', clients: 1, count: 128 },
      server: { address: '10.0.0.2', port: null },
      message: '10.0.0.7 asked for 128 ports of 10.0.0.2 within 1.4 s: 128 refused; a port scan, or something else',
    });
    expect(line(withGroups([scan]), '×')).toMatch(
      /^128 × {2}port-scan {2}10\.0\.0\.7 → 10\.0\.0\.2 {2}128 ports within 1\.4 s: 128 refused; a port scan, or something else {2}3 s to 9 s/,
    );
  });

  test('name the one client, count several, and round an estimate', () => {
    const who = (clients: number, client: string | null) => line(withGroups([aGroup({ clients, client })]), '×');
    expect(who(1, '10.0.0.7')).toContain('  10.0.0.7 → 10.0.0.2:81  ');
    expect(who(63, null)).toContain('  63 clients → ');
    expect(who(64, null)).toContain('  ≈64 clients → ');
    expect(who(1234, null)).toContain('  ≈1,200 clients → ');
  });

  test('say on how many connections an error was left, where it is not on all', () => {
    const errors = [
      { side: 'server' as const, error: 'ECONNRESET', count: 2 },
      { side: 'client' as const, error: 'EPIPE', count: 1 },
    ];
    expect(withGroups([aGroup({ errors })])).toContain('  server ECONNRESET, client EPIPE (1); the SYN');
    const same = [
      { side: 'server' as const, error: 'ECONNRESET', count: 26 },
      { side: 'client' as const, error: 'ECONNRESET', count: 15 },
    ];
    expect(withGroups([aGroup({ count: 41, errors: same })])).toContain('  ECONNRESET: 26 server, 15 client; the SYN');
  });

  test('say where the application saw an end of file and no error', () => {
    const text = withGroups([aGroup({ code: 'close-wait-leak', side: 'server', errors: [] })]);
    expect(text).toContain('  server end of file; the SYN');
    expect(withGroups([aGroup({ code: 'reset', side: 'server', errors: [] })])).not.toContain('end of file');
  });

  test('say when once, and with --utc by the clock', () => {
    expect(withGroups([aGroup({ lastTime: aGroup().firstTime })])).toContain('  at 3 s  ');
    expect(withGroups([aGroup()], { utc: true })).toContain('  2023-11-14 22:13:23.123456 to 22:13:29.123456  ');
    const nextDay = aGroup({ lastTime: '1700007200.000000000' });
    expect(withGroups([nextDay], { utc: true })).toContain(
      '  2023-11-14 22:13:23.123456 to 2023-11-15 00:13:20.000000  ',
    );
    expect(withGroups([aGroup()], { utc: true })).toMatch(/^Problems +22:13:20 ── 22:13:32$/m);
  });

  test('that are one event are one row, under the worst code with the others behind it', () => {
    const server = { address: '10.0.0.9', port: 81 };
    const text = withGroups([
      aGroup({ code: 'reset', count: 63, sameAs: ['capture-loss', 'port-reuse', 'unread-data'] }),
      aGroup({ code: 'reset', count: 63, sameAs: [], server }),
      aGroup({ code: 'unread-data', severity: 'warning', count: 63, sameAs: ['capture-loss', 'port-reuse', 'reset'] }),
      aGroup({ code: 'unread-data', severity: 'warning', count: 63, server }),
      aGroup({ code: 'capture-loss', severity: 'warning', count: 63, sameAs: ['port-reuse', 'reset', 'unread-data'] }),
      aGroup({ code: 'port-reuse', severity: 'note', count: 63, sameAs: ['capture-loss', 'reset', 'unread-data'] }),
    ]);
    expect(text.split('\n').flatMap((each) => each.match(/^63 × {2}(.*?) {2}.*→ (\S+)/)?.slice(1) ?? [])).toEqual([
      ...['reset, capture-loss, unread-data, port-reuse', '10.0.0.2:81'],
      ...['reset', '10.0.0.9:81'],
      ...['unread-data', '10.0.0.9:81'],
    ]);
  });

  test('are ten at most, but for --all, and more are counted', () => {
    const many = Array.from({ length: 13 }, (_, i) => aGroup({ server: { address: '10.0.0.2', port: i } }));
    const count = (text: string) => text.split('\n').filter((each) => each.includes('×')).length;
    expect([count(withGroups(many)), count(withGroups(many, { all: true }))]).toEqual([10, 13]);
    expect(withGroups(many)).toContain('\n… 3 more (6 connection-refused): --all\nnext: ');
    expect(withGroups(many, { all: true })).not.toMatch(/… .* more/);
  });

  test('that are hidden are named by kind, most connections first, as far as the width goes', () => {
    const shown = Array.from({ length: 10 }, () => aGroup({ code: 'reset', count: 41 }));
    const scan = Array.from({ length: 1300 }, (_, port) => aGroup({ server: { address: '10.0.0.2', port } }));
    const others = ['unanswered', 'half-open'].map((code, i) => aGroup({ code, count: i + 1 }));
    const unique = shown.map((group, port) => ({ ...group, server: { address: '10.0.0.9', port } }));
    const more = (width: number) => line(withGroups([...unique, ...others, ...scan], { width }), ' more');
    expect(more(120)).toBe('… 1,302 more (2,600 connection-refused, 2 half-open, 1 unanswered): --all');
    expect(more(60)).toBe('… 1,302 more (2,600 connection-refused, …): --all');
    expect(more(40)).toBe('… 1,302 more: --all');
  });

  test('that are not listed are counted', () => {
    const text = reported(terminal, [], { all: true }, aResult({ problemsNotListed: 1234 }));
    expect(text).toContain('\n… 1,234 more problems at servers that are not listed\nnext: ');
  });

  test('are called notes where there is nothing worse', () => {
    expect(withGroups([aGroup({ code: 'port-reuse', severity: 'note' })])).toMatch(/^Notes +0 s/m);
  });
});

describe('what to type next', () => {
  const next = (files: string[], changes: Parameters<typeof aResult>[0] = {}, records: Connection[] = []) => {
    const captures = files.map((file) => aCapture({ file }));
    return reported(terminal, records, {}, aResult(changes, captures)).match(/^next: (.*)\n$/m)?.[1];
  };
  const [problem] = aResult().summary.problems;

  test('is the command that explains the example of the worst problem', () => {
    expect(next(['web.pcap'])).toBe('sockscope explain web.pcap --stream 7');
    const udp = { problems: [{ ...problem, protocol: 'udp' as const }] };
    expect(next(['a.pcap'], udp)).toBe('sockscope explain a.pcap --stream 7 --protocol udp');
  });

  test('is the first connection of the table where there is no problem, and nothing where there is none', () => {
    expect(next(['web.pcap'], noProblems.summary, healthy.slice(2))).toBe('sockscope explain web.pcap --stream 2');
    expect(next(['web.pcap'], noProblems.summary)).toBeUndefined();
  });

  test('names the files as a shell reads them, and no file is an option', () => {
    expect(next(['a.pcap', "it's b.pcap"])).toBe("sockscope explain a.pcap 'it'\\''s b.pcap' --stream 7");
    expect(next(['-rf.pcapng', '--write=x'])).toBe('sockscope explain ./-rf.pcapng ./--write=x --stream 7');
    const words = 'sockscope explain with the same captures and --stream 7';
    expect(next(['line\n'])).toBe("sockscope explain $'line\\012' --stream 7");
    expect(next(['a', 'b', 'c', 'd'])).toBe(words);
  });

  test('says of standard input that it must be given again', () => {
    expect(next(['-'])).toBe('with the same input, sockscope explain - --stream 7');
    expect(next(['standard input'])).toBe('with the same input, sockscope explain - --stream 7');
  });

  test('is nothing where the packets are gone', () => {
    const live = aCapture({ file: 'eth0', live: { backend: 'tcpdump', timestamps: 'kernel' } });
    expect(reported(terminal, connections, {}, aResult({}, [live]))).not.toContain('next:');
  });

  test('is about the file that a live capture was written to', () => {
    const live = aCapture({ file: 'eth0', live: { backend: 'tcpdump', timestamps: 'kernel' } });
    const text = reported(terminal, [], { named: ['-kept.pcapng'] }, aResult({}, [live]));
    expect(text).toMatch(/\nnext: sockscope explain \.\/-kept\.pcapng --stream 7\n$/);
  });

  test('stays one line however narrow the terminal is, for it is copied', () => {
    expect(reported(terminal, connections, { width: 20 })).toMatch(/\nnext: sockscope explain web\.pcap --stream 7\n$/);
  });
});

describe('digits', () => {
  const shown = (timeResolution: number, options = {}) => {
    const connectTime = { count: 9, min: 0, mean: 0.001, p50: 0, p95: 0.00102449, p99: 0.0143212, max: 1.0245678 };
    const captures = [aCapture({ timeResolution }), aCapture({ timeResolution: 1e-9 })];
    const record = aConnection({ handshake: { connectTime: 0.000142857 }, duration: 0.0214567 });
    return reported(
      terminal,
      [record],
      options,
      aResult({ connectTime, duration: 12.3456789, problems: [] }, captures),
    );
  };

  test.each([
    ['seconds', 1, 'p50 <1 s, p95 <1 s, p99 <1 s, max 1 s', '0 s', '<1 s'],
    ['milliseconds', 1e-3, 'p50 <1 ms, p95 1 ms, p99 14 ms, max 1.02 s', '21 ms', '<1 ms'],
    ['1/1024 of a second', 2 ** -10, 'p50 <1 ms, p95 1 ms, p99 14 ms, max 1.02 s', '21 ms', '<1 ms'],
    ['microseconds', 1e-6, 'p50 <1 µs, p95 1.02 ms, p99 14.3 ms, max 1.02 s', '21.5 ms', '143 µs'],
    ['100 ns, as on Windows', 1e-7, 'p50 <100 ns, p95 1.02 ms, p99 14.3 ms, max 1.02 s', '21.5 ms', '143 µs'],
  ])(
    'are not more than a clock of %s has; of several clocks the coarsest counts',
    (_clock, tick, times, lasted, connect) => {
      const text = shown(tick);
      expect(text).toContain(`; connect ${times}\n`);
      expect(rows(text)[0].split(/ {2,}/)).toEqual(expect.arrayContaining([lasted, connect]));
    },
  );

  test('of absolute times and offsets are those of the clock', () => {
    expect(shown(1e-3)).toContain(' from 2023-11-14 22:13:20.123 UTC');
    expect(shown(1)).toContain(', 12 s from 2023-11-14 22:13:20 UTC');
    expect(rows(shown(1e-3))[0]).toContain(' 0.000 s ');
    expect(rows(shown(1e-3, { utc: true }))[0]).toContain(' 2023-11-14 22:13:20.123 ');
  });
});

describe('in a terminal', () => {
  const troubled = Array.from({ length: 100 }, (_, i) =>
    aConnection({ stream: i, firstFrame: i + 1, findings: [aFinding({ severity: 'error' })] }),
  );
  const groups = (count: number) =>
    Array.from({ length: count }, (_, i) => aGroup({ server: { address: '10.0.0.2', port: i + 1 } }));
  const report = (
    height: number,
    {
      count = 2,
      width = 200,
      records = troubled,
      ...options
    }: Partial<ReportOptions> & { count?: number; records?: Connection[] } = {},
  ) =>
    reported(terminal, records, { height, width, ...options }, aResult({ problems: groups(count), withProblems: 100 }));
  const lines = (text: string) => text.split('\n').length - 1;
  const problemCount = (text: string) => text.split('\n').filter((line) => line.includes('×')).length;

  test('the report takes the whole height but the line of the prompt: the table gets what the others leave', () => {
    for (const height of [24, 30, 50]) {
      for (const count of [0, 1, 2, 5, 30]) {
        for (const width of [80, 120, 200]) expect(lines(report(height, { count, width }))).toBe(height - 1);
      }
    }
  });

  test('the heading of the table says how many more there are', () => {
    expect(report(30)).toMatch(/^Connections with problems \(14 of 100; --all\)$/m);
  });

  test('a report that is shorter than the terminal shows everything', () => {
    const text = report(50, { records: troubled.slice(0, 5) });
    expect([rows(text).length, problemCount(text)]).toEqual([5, 2]);
  });

  test('the table keeps three rows; problems that have no room are counted', () => {
    const text = report(24, { count: 30, width: 80 });
    expect(rows(text).length).toBeGreaterThanOrEqual(3);
    expect(problemCount(text)).toBeGreaterThanOrEqual(3);
    expect(text).toMatch(/\n… 2\d more \(5\d connection-refused\): --all\nnext: .*\n$/);
  });

  test('lines of the head that matter less go before rows do', () => {
    const labels = (height: number) =>
      report(height, { count: 10 }).match(/^(handshakes|closes|resets|other frames)/gm);
    expect(labels(24)).toEqual(['handshakes', 'closes', 'resets', 'other frames']);
    expect(labels(23)).toEqual(['handshakes', 'closes', 'resets']);
    expect(labels(22)).toEqual(['handshakes', 'closes']);
    expect(labels(21)).toEqual(['handshakes']);
    expect(labels(20)).toBeNull();
    for (const height of [20, 21, 22, 23, 24]) expect(rows(report(height, { count: 10 }))).toHaveLength(3);
  });

  test('of several files only one is named before that', () => {
    const captures = Array.from({ length: 4 }, (_, i) => aCapture({ file: `${i}.pcap`, drops: i }));
    const result = aResult({ problems: groups(10), withProblems: 100 }, captures);
    const text = (height: number) => reported(terminal, troubled, { height, width: 200 }, result);
    expect(text(30)).toMatch(/^capture +0\.pcap .*\n +1\.pcap .*\n +2\.pcap .*\n +3\.pcap /m);
    expect(text(25)).toMatch(/^capture +0\.pcap .*\n +and 3 more files, 6 dropped while capturing\n(.*\n)+resets /m);
  });

  test('a table that the user has chosen keeps more rows than problems', () => {
    for (const options of [{ chosen: true }, { sort: { key: 'duration', descending: true } as const }]) {
      const text = report(24, { count: 30, ...options });
      expect(rows(text).length).toBeGreaterThanOrEqual(10);
      expect(problemCount(text)).toBeGreaterThanOrEqual(1);
      expect(lines(text)).toBe(23);
    }
  });

  test('on a low one the problems and what to type next are on the last lines', () => {
    const text = report(10, { count: 30, width: 80 });
    const screen = text.split('\n').slice(-10).join('\n');
    expect(screen).toMatch(/^Problems/m);
    expect(problemCount(screen)).toBeGreaterThanOrEqual(2);
    expect(screen).toMatch(/\n… 28 more \(56 connection-refused\): --all\nnext: .*\n$/);
    expect(rows(text)).toHaveLength(3);
  });

  test('lines that the terminal folds count as what they take', () => {
    const folded = report(24, { width: 40 }).split('\n').slice(0, -1);
    const taken = folded.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 40)), 0);
    const problems = folded.slice(folded.findIndex((line) => line.startsWith('Problems')));
    expect(problems.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 40)), 0)).toBeLessThan(24);
    expect(taken).toBeLessThan(40);
  });

  test('a heading of the table that is folded takes two', () => {
    const options = { chosen: true, sort: { key: 'duration', descending: true } as const, width: 60 };
    const text = report(30, { count: 1, ...options });
    const taken = text
      .split('\n')
      .slice(0, -1)
      .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 60)), 0);
    expect(text.match(/^Connections that .*$/m)?.[0].length).toBeGreaterThan(60);
    expect(taken).toBe(29);
  });

  test.each([
    [{ top: 70 }, 70],
    [{ all: true }, 100],
  ])('nothing is fitted where the user says how many: %j', (options, expected) => {
    const text = report(24, { count: 10, ...options });
    expect([rows(text).length, problemCount(text)]).toEqual([expected, 10]);
    expect(text).toMatch(/^other frames/m);
  });

  test('the table holds no more rows than the terminal', () => {
    const made = report(30, { count: 0 });
    expect(rows(made).length).toBeLessThan(30);
    expect(rows(report(70, { count: 0 })).length).toBeGreaterThan(50);
  });
});
