import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import pc from 'picocolors';
import { bitRate, screenLines } from '../../src/live/screen-lines.ts';
import type { LiveSnapshot } from '../../src/live/snapshot.ts';
import { ROOT } from '../support/command.ts';

const plain = pc.createColors(false);
const colored = pc.createColors(true);

function aSnapshot(changes: Partial<LiveSnapshot> = {}): LiveSnapshot {
  return {
    source: 'eth0',
    how: 'tcpdump, tcp',
    elapsed: 754.2,
    totals: { packets: 1_234_567, wireBytes: 1.234e9, connections: 23_456, failures: 78 },
    perSecond: { packets: 8123, wireBytes: 3.25e6, connections: 120, failures: 2 },
    bits: [1e6, 5e6, 2e7, 2.6e7],
    open: { tcp: 132, udp: 3, sctp: 0 },
    states: [
      { state: 'SYN-SENT', clients: 3, servers: 0 },
      { state: 'ESTABLISHED', clients: 127, servers: 128 },
      { state: 'CLOSE-WAIT', clients: 2, servers: 1 },
    ],
    failures: [
      aFailure({ time: '13:05:10.512', error: 'ETIMEDOUT', message: 'no answer to 7 SYNs' }),
      aFailure({ client: '[2001:db8:1234:5678:9abc:def0:1234:5678]:51234', server: '[2001:db8::2]:443' }),
    ],
    slowest: [
      { seconds: 1.034, client: '10.0.0.1:40010', server: '10.0.0.2:80', synRetransmissions: 1, process: 'curl 4711' },
      { seconds: 0.0123, client: '10.0.0.1:40012', server: '10.0.0.2:80', synRetransmissions: 0, process: '' },
    ],
    talkers: [
      { rate: 2.4e7, client: '10.0.0.1', server: '10.0.0.2:80' },
      { rate: 812, client: '[2001:db8::1]', server: '[2001:db8::2]:443' },
    ],
    drops: 0,
    lag: 0.003,
    memory: 98e6,
    metrics: null,
    evicted: 0,
    withProcesses: false,
    notice: null,
    ...changes,
  };
}

function aFailure(changes: Partial<LiveSnapshot['failures'][number]> = {}): LiveSnapshot['failures'][number] {
  return {
    time: '13:05:09.001',
    client: '10.0.0.1:40022',
    server: '10.0.0.2:81',
    error: 'ECONNREFUSED',
    message: 'the SYN was answered with RST',
    process: 'curl 4712',
    ...changes,
  };
}

const many = aSnapshot({
  failures: Array.from({ length: 60 }, (_, i) => aFailure({ client: `10.0.0.1:${40_000 + i}` })),
  slowest: Array.from({ length: 60 }, (_, i) => ({
    seconds: 60 - i,
    client: `[2001:db8:1234:5678:9abc:def0:1234:5678]:${50_000 + i}`,
    server: '[2001:db8::2]:443',
    synRetransmissions: 3,
    process: 'a-program-of-15 4194304 → nginx 80',
  })),
  talkers: Array.from({ length: 60 }, (_, i) => ({ rate: 1e9 / (i + 1), client: '10.0.0.1', server: `10.0.0.2:${i}` })),
  evicted: 12_345,
  drops: 1_234,
  withProcesses: true,
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of picocolors are control sequences
const visible = (text: string) => text.replaceAll(/\u001b\[\d+m/g, '');

describe('the screen', () => {
  test('of 80 columns and 30 lines shows each list whole, side by side where nothing is cut for that', () => {
    const lines = screenLines(aSnapshot(), 80, 30, plain).map((line) => line.trimEnd());
    expect(lines).toEqual([
      'sockscope live  eth0  tcpdump, tcp                    0:12:34  q: end and report',
      'now     8,123 packets/s, 26.0 Mbit/s, 120 connections/s, 2 failed/s  ▁▂▆█',
      'all     1,234,567 packets, 1.2 GB, 23,456 connections, 78 failed to open',
      'open    132 TCP, 3 UDP',
      'health  0 dropped, 3 ms behind, 98.0 MB memory',
      '',
      'Failed last',
      'client                  server             error         why',
      '10.0.0.1:40022          10.0.0.2:81        ETIMEDOUT     no answer to 7 SYNs',
      '[2001:db8:1234:…:51234  [2001:db8::2]:443  ECONNREFUSED  the SYN was answered w…',
      '',
      'Slowest handshakes of the last two minutes   Open TCP connections by state',
      'connect  client          server       SYNs   state        clients  servers',
      ' 1.03 s  10.0.0.1:40010  10.0.0.2:80     2   SYN-SENT           3        0',
      '12.3 ms  10.0.0.1:40012  10.0.0.2:80     1   ESTABLISHED      127      128',
      '                                             CLOSE-WAIT         2        1',
      '',
      'Top talkers',
      '       rate  client         server',
      '24.0 Mbit/s  10.0.0.1       10.0.0.2:80',
      '  812 bit/s  [2001:db8::1]  [2001:db8::2]:443',
    ]);
  });

  test('of 80 columns and 30 lines is in the help topic on live capture', () => {
    const lines = screenLines(aSnapshot(), 80, 30, plain).map((line) => line.trimEnd());
    expect(readFileSync(join(ROOT, 'src/help/live.md'), 'utf8')).toContain(`\n${lines.join('\n')}\n`);
  });

  /** What is seen of the screen: its parts, their columns, and their rows by what is in one row only. */
  function shown(snapshot: LiveSnapshot, width: number, height: number): Set<string> {
    const text = screenLines(snapshot, width, height, plain).join('\n');
    // Of a line that is cut only its beginning counts.
    const all = text
      .replaceAll(/\w+…/g, '')
      .match(
        /^(now|all|open|health|note)|q: end|Failed last|Slowest|Open TCP|Top talkers|\b(time|client|server|error|process|why|connect|SYNs|state|clients|servers|rate)\b|:[4-6]\d{4}\b|[A-Z0-9]+-[A-Z0-9-]+|no connection has failed|none was completed|none is open|nobody sends|[▁▂▃▄▅▆▇█]/gm,
      );
    const times = new Map<string, number>();
    const seen = new Set<string>();
    for (const each of all ?? []) {
      times.set(each, (times.get(each) ?? 0) + 1);
      seen.add(`${each} ${times.get(each)}`);
    }
    return seen;
  }

  const rows = <T>(n: number, row: (i: number) => T) => Array.from({ length: n }, (_, i) => row(i));
  const long = '[2001:db8:1234:5678:9abc:def0:1234:5678]';
  const full = aSnapshot({
    bits: rows(60, (i) => i),
    failures: rows(30, (i) =>
      aFailure({ client: `${i % 7 === 5 ? long : '10.0.0.1'}:${40_000 + i}`, message: 'refused '.repeat(i % 5) }),
    ),
    slowest: rows(30, (i) => ({
      seconds: 60 - i,
      client: `10.0.0.1:${50_000 + i}`,
      server: `${i === 9 ? long : '10.0.0.2'}:443`,
      synRetransmissions: 3,
      process: '',
    })),
    talkers: rows(30, (i) => ({ rate: 1e9 / (i + 1), client: '10.0.0.1', server: `10.0.0.2:${60_000 + i}` })),
    states: rows(11, (i) => ({ state: `STATE-${i}`, clients: i, servers: i })),
  });
  const some = {
    ...full,
    failures: full.failures.slice(0, 2),
    slowest: full.slowest.slice(0, 3),
    states: full.states.slice(0, 4),
    talkers: full.talkers.slice(0, 20),
  };
  const snapshots: [string, LiveSnapshot][] = [
    ['much of everything', { ...full, withProcesses: true, notice: 'eth0 is down: packets come when it is up again' }],
    ['a little', some],
    ['no failure and no handshake', { ...some, failures: [], slowest: [] }],
    ['nothing', { ...some, failures: [], slowest: [], states: [], talkers: [], bits: [] }],
  ];

  test.each(snapshots)(
    'that is wider or higher shows no less: %s',
    (_, snapshot) => {
      let above: Set<string>[] = [];
      const less: string[] = [];
      for (let height = 10; height <= 80; height++) {
        const line: Set<string>[] = [];
        for (let width = 40; width <= 240; width++) {
          const here = shown(snapshot, width, height);
          for (const smaller of [above[line.length], line.at(-1)]) {
            const missing = [...(smaller ?? [])].filter((each) => !here.has(each));
            if (missing.length > 0) less.push(`${width} × ${height} lacks ${missing.join(', ')}`);
          }
          line.push(here);
        }
        above = line;
      }
      expect(less.slice(0, 10)).toEqual([]);
    },
    120_000,
  );

  test('that is large shows all there is', () => {
    const seen = shown(some, 240, 80);
    for (const { server } of some.talkers) expect(seen).toContain(`${server.slice(server.lastIndexOf(':'))} 1`);
    for (const { state } of some.states) expect(seen).toContain(`${state} 1`);
    expect(seen).toContain('time 1');
  });

  test('of 60 columns says how it ends', () => {
    expect(screenLines(aSnapshot({ how: 'tcpdump, tcp port 80 and host 10.0.0.1' }), 60, 24, plain)[0]).toMatch(
      /^sockscope live {2}eth0 +0:12:34 {2}q: end and report$/,
    );
  });

  test('keeps its lists in their places when a long row goes', () => {
    const widest = new Map<string, number>();
    const placed = (snapshot: LiveSnapshot) => screenLines(snapshot, 120, 40, plain, widest).join('\n');
    const few = { ...full, slowest: full.slowest.slice(0, 3) };
    expect(placed(few)).toMatch(/Slowest.* {3}Top talkers/);
    expect(placed(full)).not.toMatch(/Slowest.* {3}Top talkers/);
    expect(placed(few)).not.toMatch(/Slowest.* {3}Top talkers/);
  });

  test('lets no name of an interface and no word of a filter act on the terminal', () => {
    const text = screenLines(
      aSnapshot({ source: 'e\u001b[2J', how: '\u009b2J', notice: 'a\u202eb' }),
      80,
      24,
      plain,
    ).join('');
    expect(text).toContain('e\\x1b[2J  \\x9b2J');
    expect(text).toContain('a\\u{202e}b');
  });

  const sizes = [60, 80, 119, 120, 200].flatMap((width) => [10, 16, 24, 37, 60].map((height) => [width, height]));
  test.each(sizes)('fits %i columns and %i lines, whatever there is to show', (width, height) => {
    for (const colors of [plain, colored]) {
      for (const snapshot of [aSnapshot(), many, aSnapshot({ failures: [], slowest: [], talkers: [], states: [] })]) {
        const lines = screenLines(snapshot, width, height, colors);
        expect(lines.length).toBeLessThanOrEqual(height);
        expect(Math.max(...lines.map((line) => visible(line).length))).toBeLessThanOrEqual(width);
        expect(lines.join('\n')).not.toContain('undefined');
      }
    }
  });

  test.each(sizes)('at %i columns and %i lines the last failure and how fast it goes are seen', (width, height) => {
    const text = screenLines(many, width, height, plain).join('\n');
    expect(text).toContain('8,123 packets/s');
    expect(text).toContain('ECONNREFUSED');
    expect(text).toContain('1,234 dropped');
  });

  test('a tall one shows all four lists, and uses its room', () => {
    for (const width of [100, 160]) {
      const lines = screenLines(many, width, 50, plain);
      for (const title of ['Failed last', 'Slowest handshakes', 'Open TCP connections by state', 'Top talkers']) {
        expect(lines.join('\n')).toContain(title);
      }
      expect(lines.length).toBeGreaterThan(45);
    }
  });

  test('a terminal of next to nothing does no harm', () => {
    for (const [width, height] of [
      [1, 1],
      [5, 3],
      [20, 0],
    ]) {
      const lines = screenLines(many, width, height, plain);
      expect(lines.length).toBeLessThanOrEqual(height);
      expect(lines.every((line) => line.length <= Math.max(width, 0))).toBe(true);
    }
  });

  test('processes are shown where they were asked for', () => {
    expect(screenLines(many, 200, 40, plain).join('\n')).toContain('curl 4712');
    expect(screenLines({ ...many, withProcesses: false }, 200, 40, plain).join('\n')).not.toContain('curl');
  });

  test('what is not known is not shown as a number', () => {
    const text = screenLines(aSnapshot({ drops: null, lag: null }), 80, 24, plain).join('\n');
    expect(text).toContain('drops not known, 98.0 MB memory');
  });

  test('dropped packets are coloured, and so are errors', () => {
    const line = (snapshot: LiveSnapshot) =>
      screenLines(snapshot, 80, 30, colored).find((each) => each.includes('health'));
    expect(line(aSnapshot())).not.toContain('\u001b[33m');
    expect(line(aSnapshot({ drops: 1 }))).toContain('\u001b[33m');
    expect(screenLines(aSnapshot(), 80, 30, colored).join('\n')).toContain('\u001b[31mETIMEDOUT');
  });
});

test('bit rates', () => {
  expect([0, 999, 1000, 999_949, 999_950, 2.5e9, 1e15].map(bitRate)).toEqual([
    '0 bit/s',
    '999 bit/s',
    '1.0 kbit/s',
    '999.9 kbit/s',
    '1.0 Mbit/s',
    '2.5 Gbit/s',
    '1000.0 Tbit/s',
  ]);
});
