import { describe, expect, test } from '@jest/globals';
import { CSV_COLUMNS, csv } from '../../src/report/csv.ts';
import { json } from '../../src/report/json.ts';
import { ndjson } from '../../src/report/ndjson.ts';
import type { MakeReporter, ReportOptions } from '../../src/report/reporter.ts';
import { zeek } from '../../src/report/zeek.ts';
import { aConnection, aDatagramExchange, aFinding, aResult } from '../support/records.ts';
import { reported } from '../support/reports.ts';

const web = aConnection();
const dns = aDatagramExchange({ stream: 0, firstFrame: 5 });
const slow = aConnection({ stream: 1, firstFrame: 7, duration: 12.5 });

describe('--ndjson', () => {
  test('is one record a line and nothing else', () => {
    const lines = reported(ndjson, [web, dns]).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line))).toEqual([web, dns]);
  });

  test('is empty for a capture without connections', () => {
    expect(reported(ndjson, [])).toBe('');
  });
});

describe('--json', () => {
  test.each([
    ['some connections', [web, dns, slow]],
    ['one', [web]],
    ['none', []],
  ])('is one document with %s', (_name, connections) => {
    const result = aResult();
    expect(JSON.parse(reported(json, connections, {}, result))).toEqual({ schema: 1, connections, ...result });
  });
});

describe.each<[string, MakeReporter, (text: string) => number[]]>([
  ['--json', json, (text) => JSON.parse(text).connections.map((c: { firstFrame: number }) => c.firstFrame)],
  ['--csv', csv, (text) => rowsOf(text).map((row) => Number(row.firstFrame))],
  [
    '--zeek',
    zeek,
    (text) => zeekRows(text).map((row) => (row['id.resp_p'] === '53' ? 5 : Number(row.duration) > 1 ? 7 : 1)),
  ],
])('%s', (_name, makeReporter, firstFrames) => {
  test.each<[string, Partial<ReportOptions>, number[]]>([
    ['as they come', {}, [1, 5, 7]],
    ['sorted', { sort: { key: 'duration', descending: true } }, [7, 1, 5]],
    ['the first two', { top: 2 }, [1, 5]],
    ['the longest', { top: 1, sort: { key: 'duration', descending: true } }, [7]],
  ])('%s', (_case, options, expected) => {
    expect(firstFrames(reported(makeReporter, [web, dns, slow], options))).toEqual(expected);
  });
});

describe('--csv', () => {
  test('has a column for each path that its heading names', () => {
    const [row] = rowsOf(reported(csv, [web]));
    expect(row).toMatchObject({
      stream: '0',
      protocol: 'tcp',
      'server.address': '10.0.0.2',
      'server.port': '80',
      start: '1700000000.123456789',
      'handshake.connectTime': '0.00004',
      'close.style': 'graceful',
      'fromClient.bytes': '420',
      'fromServer.bytes': '15000',
      'fromServer.rtt.mean': '0.000034567',
    });
    for (const [name, value] of CSV_COLUMNS) {
      const path = name.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], web);
      if (!Array.isArray(path)) expect([name, value(web)]).toEqual([name, path]);
    }
  });

  test('leaves unknown values empty', () => {
    const [row] = rowsOf(reported(csv, [dns]));
    expect(row).toMatchObject({
      'handshake.outcome': '',
      'close.style': '',
      'fromClient.rtt.mean': '',
      completeness: '',
    });
  });

  test('quotes as RFC 4180 says', () => {
    const odd = aConnection({ tunnel: ['a,b', 'say "hi"'], findings: [aFinding(), aFinding({ code: 'other' })] });
    const text = reported(csv, [odd]);
    expect(text).toContain(',"a,b say ""hi""",');
    expect(text).toMatch(/half-open other\r\n$/);
  });
});

describe('--zeek', () => {
  const text = reported(zeek, [web, dns, aConnection({ protocol: 'sctp', stream: 0 })]);

  test('has the header and the footer of conn.log', () => {
    const lines = text.split('\n');
    expect(lines.slice(0, 6)).toEqual([
      '#separator \\x09',
      '#set_separator\t,',
      '#empty_field\t(empty)',
      '#unset_field\t-',
      '#path\tconn',
      '#open\t2023-11-14-22-13-20',
    ]);
    expect(lines[6].split('\t')).toHaveLength(lines[7].split('\t').length);
    expect(lines.slice(-2)).toEqual(['#close\t2023-11-14-22-13-32', '']);
  });

  test('has the values of a connection', () => {
    const [tcp, udp, sctp] = zeekRows(text);
    expect(tcp).toMatchObject({
      ts: '1700000000.123456',
      'id.orig_h': '10.0.0.1',
      'id.orig_p': '40000',
      'id.resp_h': '10.0.0.2',
      'id.resp_p': '80',
      proto: 'tcp',
      service: '-',
      duration: '0.020000',
      orig_bytes: '420',
      resp_bytes: '15000',
      conn_state: 'SF',
      history: 'ShADadFf',
      orig_pkts: '6',
      orig_ip_bytes: '-',
      ip_proto: '6',
    });
    expect(udp).toMatchObject({ 'id.resp_h': '2001:db8::53', proto: 'udp', ip_proto: '17' });
    expect(sctp).toMatchObject({ proto: 'unknown_transport', ip_proto: '132' });
  });

  test('has a uid for each connection, the same every time', () => {
    const uids = zeekRows(text).map((row) => row.uid);
    expect(new Set(uids).size).toBe(3);
    for (const uid of uids) expect(uid).toMatch(/^C[0-9A-Za-z]{15,18}$/);
    expect(zeekRows(reported(zeek, [web])).map((row) => row.uid)).toEqual(uids.slice(0, 1));
  });

  test('is whole without connections', () => {
    expect(reported(zeek, [])).toMatch(/^#separator[\s\S]*#open[\s\S]*#types[^\n]*\n#close[^\n]*\n$/);
  });
});

/** Reads back CSV without quoted fields. */
function rowsOf(text: string): Record<string, string>[] {
  const [head, ...rows] = text.trimEnd().split('\r\n');
  const names = head.split(',');
  return rows.map((row) => Object.fromEntries(row.split(',').map((value, i) => [names[i], value])));
}

function zeekRows(text: string): Record<string, string>[] {
  const lines = text.trimEnd().split('\n');
  const names = (lines.find((line) => line.startsWith('#fields')) ?? '').split('\t').slice(1);
  return lines
    .filter((line) => !line.startsWith('#'))
    .map((line) => Object.fromEntries(line.split('\t').map((value, i) => [names[i], value])));
}
