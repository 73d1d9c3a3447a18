import { describe, expect, test } from '@jest/globals';
import type { Connection } from '../../src/record.ts';
import { terminal } from '../../src/report/terminal.ts';
import { aCapture, aConnection, aDatagramExchange, aFinding, aResult } from '../support/records.ts';
import { reported } from '../support/reports.ts';

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
  findings: [aFinding(), aFinding({ code: 'retransmitted-handshake' })],
});

function rows(text: string): string[] {
  return text.split('\n').filter((line) => /^(tcp|udp|sctp) \d/.test(line));
}

describe('the report for people', () => {
  const text = reported(terminal, connections);

  test('begins with the capture as a whole', () => {
    expect(text.split('\n').slice(0, 8)).toEqual([
      'capture       web.pcap (pcap, Ethernet)',
      'packets       1,234 packets, 987.7 kB, 12.3 s from 2023-11-14 22:13:20.123456 UTC; took 312 ms',
      'connections   40 TCP, 2 UDP; 654.3 kB payload; 4 retransmissions',
      'handshakes    37 completed, 2 refused, 1 unanswered; connect p50 210 µs, p95 3.4 ms, p99 12.3 ms, max 1.02 s',
      'closes        3 open, 35 graceful, 2 reset',
      'resets        0 from clients, 2 from servers: 1 port-closed, 1 abortive-close',
      'other frames  12 ARP, 3 TIPC',
      '',
    ]);
  });

  test('lists problems by server with an example', () => {
    expect(text).toContain('2 ×  error    refused         10.0.0.2:81        tcp 7: the SYN was answered with RST\n');
  });

  test('says which explain shows the first problem', () => {
    const hint = 'sockscope explain web.pcap --stream 7 (the first of them) or --problems (one of each)';
    expect(text).toContain(`\n${hint}\n\nConnections`);
    const shown = (files: string[]) => {
      const captures = files.map((file) => aCapture({ file }));
      const [problem] = aResult().summary.problems;
      return reported(terminal, [], {}, aResult({ problems: [{ ...problem, protocol: 'udp' }] }, captures));
    };
    expect(shown(['standard input'])).toMatch(/explain - --stream 7 --protocol udp \(.*, given the same input\n/);
    expect(shown(['a.pcap', "it's b.pcap"])).toContain("explain a.pcap 'it'\\''s b.pcap' --stream 7");
    expect(shown(['a', 'b', 'c', 'd'])).toContain('explain <the same captures> --stream 7');
    const live = aCapture({ file: 'eth0', live: { backend: 'tcpdump', timestamps: 'kernel' } });
    expect(reported(terminal, [], {}, aResult({}, [live]))).not.toContain('explain');
  });

  test('shows the first 20 connections of the capture and how to see more', () => {
    expect(rows(text)).toHaveLength(20);
    expect(text).toMatch(/\n… 22 more connections: --all, --top N, --where, --sort\n$/);
  });

  test('says of each who, how long, how much, how it began and ended', () => {
    expect(rows(text)[3]).toBe(
      'tcp 3   10.0.0.1:40000  10.0.0.2:80   0.000000 s   20 ms       11  420 B   15.0 kB  half-open  reset, server     half-open, retransmitted-handshake',
    );
  });

  test.each([80, 100, 120, 200])('fits %d columns', (width) => {
    const longest = Math.max(
      ...reported(terminal, connections, { all: true, width })
        .split('\n')
        .map((l) => l.length),
    );
    expect(longest).toBeLessThanOrEqual(width);
  });

  test('keeps ports where addresses must be cut', () => {
    expect(reported(terminal, connections, { all: true, width: 80 })).toMatch(/^udp 20 .*…\S*:5353 .*…\S*:53$/m);
  });

  test.each([
    [{ all: true }, 42],
    [{ top: 3 }, 3],
    [{ top: 0 }, 0],
  ])('with %j it shows %d', (options, expected) => {
    expect(rows(reported(terminal, connections, options))).toHaveLength(expected);
  });

  test('shows absolute times with --utc', () => {
    expect(rows(reported(terminal, connections, { utc: true }))[1]).toContain(' 2023-11-14 22:13:21.123456 ');
  });

  test('colours add nothing that the words do not say', () => {
    const colored = reported(terminal, connections, { color: true });
    expect(colored).toContain('\u001b[31merror\u001b[39m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
    expect(colored.replaceAll(/\u001b\[\d+m/g, '')).toBe(text);
  });

  test('names every file that was cut or lost packets', () => {
    const captures = [
      aCapture({ file: '-', compression: 'gzip', drops: 7 }),
      aCapture({ cut: { offset: 4096, frame: 12, message: 'cut' } }),
    ];
    const lines = reported(terminal, [], {}, aResult({ problems: [] }, captures)).split('\n');
    expect(lines[0]).toContain('standard input (pcap in gzip, Ethernet, 1,234 packets, 7 dropped while capturing)');
    expect(lines[1]).toContain('web.pcap (pcap, Ethernet, 1,234 packets, cut at byte 4,096)');
  });

  test('says what the files lack that it does not name', () => {
    const cut = { offset: 4096, frame: 12, message: 'cut' };
    const captures = Array.from({ length: 5 }, () => aCapture());
    captures.push(aCapture({ drops: 7 }), aCapture({ drops: 0, cut }), aCapture({ drops: 1 }), aCapture({ cut }));
    const lines = reported(terminal, [], {}, aResult({ problems: [] }, captures)).split('\n');
    expect(lines[5].trim()).toBe('and 4 more files, 8 dropped while capturing, 2 cut');
  });

  test.each([
    ['TCP', { tcp: 40, udp: 2, sctp: 3 }, /connections +40 TCP, 2 UDP, 3 SCTP; .*; 9 given up while open, to bound/],
    ['none that --where chose', { tcp: 0, udp: 0, sctp: 0 }, /connections +none; 9 given up while open, to bound/],
  ])('says how many connections were given up: %s', (_name, counts, expected) => {
    expect(reported(terminal, [], {}, aResult({ connections: counts, evicted: 9 }))).toMatch(expected);
  });

  test('says how many connections have problems that are not listed', () => {
    const text = reported(terminal, [], { all: true }, aResult({ problemsNotListed: 1234 }));
    expect(text).toContain('… 1,234 more problems at servers that are not listed\n');
  });

  test('says so when there is nothing', () => {
    const nothing = { tcp: 0, udp: 0, sctp: 0 };
    const none = Object.fromEntries(Object.keys(aResult().summary.closes).map((style) => [style, 0]));
    const text = reported(terminal, [], {}, aResult({ connections: nothing, closes: none, problems: [], start: null }));
    expect(text).toMatch(/connections +none\n/);
    expect(text).not.toContain('Connections');
    expect(text).not.toContain('more connection');
  });
});
