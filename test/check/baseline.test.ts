import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BaselineBuilder, type SeenBaseline } from '../../src/check/baseline.ts';
import { compareBaseline } from '../../src/check/baseline-compare.ts';
import { DECISIONS, FIELDS } from '../../src/check/baseline-fields.ts';
import { baselineText, readBaseline, writeBaseline } from '../../src/check/baseline-file.ts';
import { differenceDetails, differenceTitle } from '../../src/check/baseline-text.ts';
import type { FieldOptions } from '../../src/check/field-choice.ts';
import type { Connection } from '../../src/record.ts';
import { aConnection, aFinding, type Changes } from '../support/records.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function made(connections: Connection[], options: FieldOptions = {}): SeenBaseline {
  const builder = new BaselineBuilder(options);
  for (const connection of connections) builder.add(connection);
  return builder.finish();
}

/** As it comes back from its file. */
function accepted(connections: Connection[], options: FieldOptions = {}) {
  const file = join(folder, 'accepted.json');
  writeBaseline(file, made(connections, options));
  const baseline = readBaseline(file);
  if (baseline === null) throw new Error('the file is not there');
  return baseline;
}

/** What is said of the connections `now` where those of `then` were accepted. */
function said(then: Connection[], now: Connection[], options: FieldOptions = {}): string[] {
  const baseline = accepted(then, options);
  return compareBaseline(baseline, made(now, baseline.options)).flatMap((difference) => [
    differenceTitle(difference),
    ...differenceDetails(difference).map((line) => `  ${line}`),
  ]);
}

/** A connection of ten frames: the nth of those that come one after another. */
function nth(n: number, changes: Changes<Connection> = {}): Connection {
  return aConnection({ stream: n, firstFrame: 10 * n + 1, lastFrame: 10 * n + 10, ...changes });
}

const reset: Changes<Connection> = { close: { style: 'reset', firstCloser: 'server', timeWait: null } };
const refused: Changes<Connection> = { handshake: { outcome: 'refused' } };
const port = (number: number): Changes<Connection> => ({ server: { address: '10.0.0.2', port: number } });

describe('what differs from run to run is no difference', () => {
  test('times, ports, initial sequence numbers, frames and streams', () => {
    const other = aConnection({
      stream: 7,
      firstFrame: 100,
      lastFrame: 190,
      start: '1800000000.000000001',
      end: '1800000009.000000001',
      duration: 9,
      client: { address: '10.0.0.77', port: 50123 },
      handshake: { connectTime: 0.7, acceptTime: 0.8, client: { isn: 5 }, server: { isn: 6 } },
      close: { finToAck: { client: 3, server: 4 } },
      fromClient: { packets: 60, retransmissions: 3, rtt: null, ttl: { min: 3, max: 3 } },
    });
    expect(said([aConnection()], [other])).toEqual([]);
  });

  test('the order of connections that were open at the same time', () => {
    const beside = (n: number, changes: Changes<Connection> = {}) =>
      nth(n, { firstFrame: n, lastFrame: 90, ...changes });
    expect(said([beside(1), beside(2, reset)], [beside(1, reset), beside(2)])).toEqual([]);
  });

  test('overlap where there was none, and none where there was', () => {
    const beside = [nth(1, { lastFrame: 25 }), nth(2, reset)];
    const apart = [nth(1), nth(2, reset)];
    expect([said(beside, apart), said(apart, beside)]).toEqual([[], []]);
  });

  test('an ephemeral port of the server', () => {
    expect(said([aConnection(port(41000))], [aConnection(port(52000))])).toEqual([]);
    expect(said([aConnection(port(41000))], [aConnection(port(52000))], { keep: ['server.port'] })).toContain(
      'tcp 10.0.0.2:41000: 1 connection missing',
    );
  });
});

describe('a difference says which connections, which field, was and is', () => {
  test('changed', () => {
    expect(said([nth(0), nth(1), nth(2)], [nth(0), nth(1, reset), nth(2)])).toEqual([
      'tcp 10.0.0.2:80: 1 connection changed (tcp 1)',
      '  close.style was "graceful", is "reset"',
      '  close.firstCloser was "client", is "server"',
      '  close.timeWait was "client", is none',
    ]);
  });

  test('changed alike: once, with how many', () => {
    expect(said([nth(0), nth(1), nth(2)], [nth(0, reset), nth(1, reset), nth(2, reset)])[0]).toBe(
      'tcp 10.0.0.2:80: 3 connections changed (first: tcp 0)',
    );
  });

  test('each is compared with what it is most like', () => {
    const small = { fromServer: { uniqueBytes: 5 } };
    expect(
      said([nth(0, refused), nth(1, small)], [nth(0, { fromServer: { uniqueBytes: 6 } }), nth(1, refused)]),
    ).toEqual(['tcp 10.0.0.2:80: 1 connection changed (tcp 0)', '  fromServer.uniqueBytes was 5, is 6']);
  });

  test('new and missing, with what they do', () => {
    const [title, ...details] = said([nth(0)], [nth(0), nth(1)]);
    expect(title).toBe('tcp 10.0.0.2:80: 1 connection not in the baseline (tcp 1)');
    expect(details).toContain('  close.style is "graceful"');
    const gone = said([nth(0), nth(1, port(81))], [nth(0)]);
    expect(gone[0]).toBe('tcp 10.0.0.2:81: 1 connection missing');
    expect(gone).toContain('  fromServer.uniqueBytes was 15,000');
  });

  test('another order of connections that follow one another', () => {
    expect(said([nth(0), nth(1, reset)], [nth(0, reset), nth(1)])).toEqual([
      'tcp 10.0.0.2:80: another order: tcp 1 came first, now tcp 0 has ended before it began',
    ]);
  });

  test('a problem', () => {
    const note = aFinding({ code: 'port-reuse', severity: 'note' });
    expect(said([nth(0)], [nth(0, { findings: [aFinding(), note] })])).toEqual([
      'tcp 10.0.0.2:80: 1 connection changed (tcp 0)',
      '  findings was none, is "half-open"',
    ]);
  });
});

describe('fields are chosen', () => {
  const connect = (connectTime: number | null, n = 0) => nth(n, { handshake: { connectTime } });

  test.each<[string, number, number, string[]]>([
    ['50%', 0.1, 0.15, []],
    ['50%', 0.1, 0.05, []],
    ['50%', 0.1, 0.151, ['  handshake.connectTime was 0.1, is 0.151']],
    ['20ms', 0.1, 0.12, []],
    ['20ms', 0.1, 0.079, ['  handshake.connectTime was 0.1, is 0.079']],
    ['0.02', 0.1, 0.12, []],
  ])('a tolerance of %s around %d allows %d: %j', (tolerance, was, is, expected) => {
    const options = { tolerance: { 'handshake.connectTime': tolerance } };
    expect(said([connect(was)], [connect(is)], options).slice(1)).toEqual(expected);
  });

  test('with a tolerance the least is compared with the least of those side by side', () => {
    const beside = (times: number[]) =>
      times.map((time, n) => ({ ...connect(time), firstFrame: n + 1, lastFrame: 90 }));
    const options = { tolerance: { 'handshake.connectTime': '10%' } };
    expect(said(beside([0.1, 0.2, 0.3]), beside([0.31, 0.105, 0.19]), options)).toEqual([]);
  });

  test('a name stands for all fields in it', () => {
    const fins = (client: number) => nth(0, { close: { finToAck: { client, server: 0.5 } } });
    expect(said([fins(0.1)], [fins(0.2)], { keep: ['close.finToAck'] }).slice(1)).toEqual([
      '  close.finToAck.client was 0.1, is 0.2',
    ]);
    expect(said([nth(0)], [nth(0, reset)], { ignore: ['close'] })).toEqual([]);
    const moved = { server: { address: '2001:db8::9', port: 8080 } };
    expect(said([nth(0)], [nth(0, moved)], { ignore: ['server'] })).toEqual([]);
  });

  test('kept steps are compared by who sent what', () => {
    const shuffled = nth(0, { close: { steps: [{ frame: 1, time: '1.000000000', from: 'server', what: 'FIN' }] } });
    expect(said([nth(0)], [shuffled], { keep: ['close.steps'] })[1]).toBe(
      '  close.steps was "client FIN", "server ACK of FIN", "server FIN", "client ACK of FIN", is "server FIN"',
    );
  });

  test.each<[FieldOptions, RegExp]>([
    [
      { keep: ['close.finToAk'] },
      /^close\.finToAk: no field of a connection record .*\(did you mean close\.finToAck\?\)$/,
    ],
    [{ ignore: ['ack'] }, /^ack: no field of a connection record .*\(did you mean handshake\.ack\?\)$/],
    [{ tolerance: { duration: 'some' } }, /^duration=some: not a tolerance; examples: duration=10%/],
  ])('%j is no choice', (options, message) => {
    expect(() => new BaselineBuilder(options)).toThrow(message);
  });

  test('there is a reason for each field', () => {
    expect(FIELDS.length).toBeGreaterThan(100);
    for (const { because } of FIELDS) expect(because).not.toBe('');
    expect(DECISIONS.handshake.outcome.compared).toBe(true);
    expect(DECISIONS.handshake.connectTime.compared).toBe(false);
  });
});

describe('the file', () => {
  const connections = [nth(0, port(81)), nth(1), nth(2), nth(3, refused), nth(4)];

  test('is the same for the same connections in any order, and small', () => {
    const text = baselineText(made(connections));
    expect(baselineText(made([...connections].reverse()))).toBe(text);
    expect(JSON.parse(text)).toMatchObject({
      baseline: 1,
      servers: {
        'tcp 10.0.0.2:80': [
          { turn: 1, connections: 2, 'handshake.outcome': 'completed' },
          { turn: 2, connections: 1, 'handshake.outcome': 'refused' },
          { turn: 3, connections: 1, 'handshake.outcome': 'completed' },
        ],
        'tcp 10.0.0.2:81': [{ connections: 1 }],
      },
    });
    expect(text).not.toMatch(/null|false|\b0,|\[\]/);
  });

  test('holds the chosen fields', () => {
    const options = { keep: ['duration', 'close.finToAck'], ignore: ['findings'], tolerance: { duration: '10%' } };
    expect(accepted(connections, options).options).toEqual({ ...options, keep: ['close.finToAck', 'duration'] });
  });

  test('a change of one field is a change of one line', () => {
    const [before, after] = [
      connections,
      [nth(0, port(81)), nth(1), nth(2), nth(3, refused), nth(4, { fromServer: { uniqueBytes: 9 } })],
    ].map((each) => baselineText(made(each)).split('\n'));
    expect(after.filter((line, i) => line !== before[i])).toEqual(['        "fromServer.uniqueBytes": 9']);
  });

  test.each([
    ['nothing', '', /end of JSON/],
    ['no JSON', 'baseline: 1', /JSON/],
    ['something else', '{"servers": {}}', /"baseline" is missing/],
    ['a version to come', '{"baseline": 2, "servers": {}}', /version 2, this sockscope knows 1/],
    ['no number', '{"baseline": 1, "servers": {"tcp a": [{}]}}', /entry 1 of "tcp a": "connections" is not a number/],
    ['a field that is none', '{"baseline": 1, "keep": ["x"], "servers": {}}', /x: no field of a connection record/],
    ['a word too many', '{"baseline": 1, "kept": ["x"], "servers": {}}', /"kept" is not known/],
  ])('%s is one line that says what', (_name, text, message) => {
    const file = join(folder, 'wrong.json');
    writeFileSync(file, text);
    expect(() => readBaseline(file)).toThrow(message);
    expect(() => readBaseline(file)).toThrow(/^[^\n]*wrong\.json: not a baseline: [^\n]*; --update writes a new one$/);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  test('that is not there is null', () => {
    expect(readBaseline(join(folder, 'none.json'))).toBeNull();
  });
});
