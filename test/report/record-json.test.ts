import { describe, expect, test } from '@jest/globals';
import type { Connection } from '../../src/record.ts';
import { JsonBytes } from '../../src/report/json-bytes.ts';
import { writeConnection } from '../../src/report/record-json.ts';
import { aConnection, aDatagramExchange, aFinding } from '../support/records.ts';

function asJson(write: (json: JsonBytes) => void, capacity = 16): string {
  const json = new JsonBytes(capacity);
  write(json);
  return Buffer.from(json.bytes.subarray(0, json.length)).toString('utf8');
}

const FAILED: Connection['sockets'] = { client: { error: 'ECONNRESET' }, server: { error: null } };

describe('a record is written as JSON.stringify writes it', () => {
  test.each<[string, Connection]>([
    ['a plain connection', aConnection()],
    ['datagrams, with nulls for what they have not', aDatagramExchange()],
    [
      'everything in lists',
      aConnection({
        vlan: [10, 4094],
        tunnel: ['gre', 'vxlan 42'],
        resets: [
          {
            from: 'server',
            frame: 9,
            time: '1700000000.000000001',
            cause: 'data-after-close',
            accepted: false,
            receiverState: 'CLOSE-WAIT',
            because: 'the server had closed (FIN in frame 7)',
          },
        ],
        sockets: {
          client: { error: 'EPIPE' },
          server: {
            error: null,
            calls: [
              {
                call: 'accept',
                start: null,
                end: { frame: 3, time: '1700000000.000000001' },
                result: null,
                errno: null,
                certainty: 'certain',
                because: 'ACK of the SYN-ACK in frame 3',
              },
              {
                call: 'read',
                start: { frame: 4, time: '1700000000.000000002' },
                end: null,
                result: -1,
                errno: 'ECONNRESET',
                certainty: 'likely',
                because: 'RST in frame 9',
              },
            ],
          },
        },
        icmp: [
          {
            frame: 3,
            time: '1700000000.000000001',
            from: 'fe80::1%eth0',
            type: 3,
            code: 1,
            text: 'host unreachable',
            errno: 'EHOSTUNREACH',
            fatal: false,
          },
        ],
        findings: [aFinding(), aFinding({ side: null, frames: [] })],
      }),
    ],
  ])('%s', (_name, record) => {
    expect(asJson((json) => writeConnection(json, record))).toBe(JSON.stringify(record));
  });

  test('wherever the buffer was full', () => {
    const { fromClient } = aConnection();
    const large = Object.entries(fromClient).map(([name, value]) => [
      name,
      typeof value === 'number' ? 123456.000000001 : value,
    ]);
    const record = aConnection({
      fromClient: Object.fromEntries(large),
      vlan: [1, 2],
      tunnel: ['gre'],
      findings: [aFinding({ frames: Array.from({ length: 40 }, () => 2147483647) })],
      sockets: FAILED,
    });
    const expected = JSON.stringify(record);
    for (let capacity = 0; capacity < expected.length; capacity++) {
      expect(asJson((json) => writeConnection(json, record), capacity)).toBe(expected);
    }
  });
});

describe('numbers', () => {
  test.each([
    0,
    9,
    10,
    99,
    100,
    65535,
    99999,
    100000,
    1234567,
    2147483647,
    2147483648,
    4294967295,
    1e15,
    123456789012345680,
    -1,
    -0.5,
    0.5,
    0.1,
    1e-6,
    9.99e-7,
    1e-9,
    0.000000001,
    0.123456789,
    10.02,
    123456.000000001,
    999999.999999999,
    1000000.000000001,
    0.1 + 0.2,
    1 / 3,
    3600,
    Number.MAX_SAFE_INTEGER,
    1e21,
  ])('%d', (value) => {
    expect(asJson((json) => json.number(value))).toBe(JSON.stringify(value));
  });

  test('any count of nanoseconds reads back as the same double', () => {
    for (let nanoseconds = 1; nanoseconds < 1e16; nanoseconds = Math.ceil(nanoseconds * 1.37)) {
      const seconds = nanoseconds / 1e9;
      expect(asJson((json) => json.number(seconds))).toBe(JSON.stringify(seconds));
    }
  });

  test('what is no number is null', () => {
    expect(asJson((json) => json.number(Number.NaN))).toBe('null');
    expect(asJson((json) => json.number(Number.POSITIVE_INFINITY))).toBe('null');
  });
});

describe('strings', () => {
  test.each([
    '',
    'plain',
    'a "quoted" \\ path',
    'line\nbreak',
    'tab\t',
    '\u0000',
    'Grüße → 🌍',
    '\ud800',
    'x'.repeat(5000),
  ])('%j', (value) => {
    expect(asJson((json) => json.string(value))).toBe(JSON.stringify(value));
  });
});
