import { describe, expect, test } from '@jest/globals';
import { check } from '../../src/index.ts';
import { fixturePath } from '../fixtures/fixture-files.ts';
import { verdictOn } from './support.ts';

const HANDSHAKES = ['refused', 'refused-ipv6', 'lost-syn', 'backlog-full'].map((name) => `handshake/${name}.pcap`);
const CLOSES = [
  'abort-by-client',
  'abort-by-server',
  'client-first',
  'data-after-close',
  'half-close',
  'half-closed',
  'lost-fin',
  'port-reuse',
  'server-first-ipv6',
  'simultaneous',
  'unread-data',
].map((name) => `close/${name}.pcap`);

describe('an expectation of each connection', () => {
  test('is held against those that where chooses', async () => {
    const { outcome, connections, failed, message } = await verdictOn(HANDSHAKES, {
      name: 'port 80 is there',
      where: 'server.port == 80',
      expect: 'handshake.outcome == "completed"',
    });
    expect({ outcome, connections, failed }).toEqual({ outcome: 'failed', connections: 4, failed: 2 });
    expect(message).toBe('broken by 2 of 4 connections; expected: handshake.outcome == "completed"');
  });

  test('tells the first that break it, with what was read, and counts the others', async () => {
    const rule = { name: 'completed', expect: 'handshake.outcome == "completed" && duration < 60' };
    const { failed, failures } = await verdictOn(HANDSHAKES, rule, { limit: 2 });
    expect(failed).toBe((await verdictOn(HANDSHAKES, rule, { limit: 1000 })).failures.length);
    expect(failures.map(({ stream }) => stream)).toEqual([0, 1]);
    expect(failures[0]).toMatchObject({
      protocol: 'tcp',
      server: { address: '10.9.0.2', port: 81 },
      frames: [1],
      values: [
        { expression: 'handshake.outcome', value: 'refused' },
        { expression: 'duration', value: expect.any(Number) },
      ],
      details: [],
      // Of several captures judged as one: the number of a stream means nothing in any of them.
      filter: 'ip.addr==10.9.0.1 && tcp.port==44727 && ip.addr==10.9.0.2 && tcp.port==81',
      explain: expect.stringMatching(/^sockscope explain .*refused\.pcap.* --stream 0$/),
    });
  });

  test('that cannot be known does not hold, and what is missing is said', async () => {
    const { outcome, failures } = await verdictOn(['udp/request-response.pcap'], {
      name: 'fast',
      expect: 'handshake.connectTime < 1',
    });
    expect(outcome).toBe('failed');
    expect(failures[0]).toMatchObject({
      values: [{ expression: 'handshake', value: null }],
      details: ['not known, because: there is no connectTime'],
      explain: expect.stringMatching(/--stream 0 --protocol udp$/),
      filter: 'udp.stream eq 0',
    });
  });

  test.each<[expression: string, field: string, frames: number[]]>([
    ['handshake.connectTime < 0.001', 'handshake', [1, 2, 3]],
    ['close.style == "graceful"', 'close', [6]],
    ['fromServer.resets == 0', 'resets', [6]],
    ['sockets.client.error == null', 'resets', [6]],
    ['size(findings) == 0', 'findings', [4, 6]],
    ['duration < 0', 'its first and last', [1, 6]],
  ])('%s points to the frames of %s', async (expect_, _field, frames) => {
    const { failures } = await verdictOn(['close/abort-by-server.pcap'], { name: 'rule', expect: expect_ });
    expect(failures[0].frames).toEqual(frames);
  });

  test.each<[expression: string, values: [string, unknown][]]>([
    [
      'findings.exists(f, f.code == protocol)',
      [
        ['findings', expect.any(Array)],
        ['protocol', 'tcp'],
      ],
    ],
    ['!(size(resets) > 0)', [['size(resets)', 1]]],
    ['resets.size() == 0', [['resets.size()', 1]]],
    ['count(resets) == 0', [['count(resets)', 1]]],
    ['resets[0].from == "client"', [['resets[0].from', 'server']]],
    ['client.address.startsWith("192.")', [['client.address', '10.9.0.1']]],
    [
      'fromClient.bytes + fromServer.bytes == 0',
      [
        ['fromClient.bytes', 5],
        ['fromServer.bytes', 0],
      ],
    ],
    [
      'has(close.style) && stream == 7',
      [
        ['close.style', 'reset'],
        ['stream', 0],
      ],
    ],
    ['false', []],
  ])('%s shows what it read', async (expect_, values) => {
    const { outcome, failures } = await verdictOn(['close/abort-by-server.pcap'], { name: 'rule', expect: expect_ });
    expect(outcome).toBe('failed');
    expect(failures[0].values.map(({ expression, value }) => [expression, value])).toEqual(values);
  });
});

test('the socket calls are there for who asks for them', async () => {
  const expect_ = 'sockets.client.calls.exists(c, c.call == "connect" && c.errno == "ECONNREFUSED")';
  const { outcome, failures } = await verdictOn(['handshake/refused.pcap'], { name: 'refused', expect: expect_ });
  expect([outcome, failures]).toEqual(['passed', []]);
  const all = 'connections.exists(c, c.sockets.server.calls.exists(s, s.call == "listen" && s.result == 0))';
  expect((await verdictOn(CLOSES, { name: 'accepted', expect: all })).outcome).toBe('passed');
});

describe('an expectation of all connections', () => {
  test.each<[expression: string, outcome: string]>([
    ['size(connections) == 13', 'passed'],
    ['count(connections) > 13', 'failed'],
    ['connections.all(c, c.server.port == 80)', 'passed'],
    ['connections.all(c, c.close.style == "graceful")', 'failed'],
    ['connections.exists(c, c.close.style == "half-closed")', 'passed'],
    ['connections.exists_one(c, c.close.style == "simultaneous")', 'passed'],
    ['connections.filter(c, c.close.style == "reset").size() == 4', 'passed'],
    ['count(connections.filter(c, c.close.style == "reset")) / count(connections) < 0.31', 'passed'],
    ['share(connections.map(c, c.close.style == "reset")) < 0.3', 'failed'],
    ['percentile(connections.map(c, c.handshake.connectTime), 50) < 0.02', 'passed'],
    ['percentile(connections.map(c, c.handshake.connectTime), 100) < 0.02', 'failed'],
    ['max(connections.map(c, c.duration)) > mean(connections.map(c, c.duration))', 'passed'],
    ['min(connections.map(c, c.fromClient.bytes)) >= 0 && stdev(connections.map(c, c.duration)) > 0', 'passed'],
    ['sum(connections.map(c, size(c.resets))) in [5, 6]', 'passed'],
    ['sum(connections.map(c, c.fromClient.retransmissions)) <= 2', 'passed'],
    ['connections.exists(c, connections.exists(d, d.stream > c.stream && d.client.port == c.client.port))', 'passed'],
    ['connections.all(c, c["stream"] < 13)', 'passed'],
    ['connections.map(c, c.resets) == connections.map(c, c.resets)', 'passed'],
    ['connections.all(c, c[["stream", "duration"][0]] >= 0)', 'passed'],
    ['connections.exists(c, c[["stream", "duration"][0]] == 12) && size(connections) == 13', 'passed'],
  ])('%s: %s', async (expect_, outcome) => {
    expect(await verdictOn(CLOSES, { name: 'rule', expect: expect_ })).toMatchObject({ outcome, connections: 13 });
  });

  test('shows what was computed', async () => {
    const expect_ = 'count(connections.filter(c, c.close.style == "reset")) <= 0.1 * count(connections)';
    const { values, message, failures, failed } = await verdictOn(CLOSES, { name: 'few resets', expect: expect_ });
    expect(values).toEqual([
      { expression: 'count(connections.filter(c, c.close.style == "reset"))', value: 4 },
      { expression: 'count(connections)', value: 13 },
    ]);
    expect(message).toBe(`broken; expected: ${expect_}`);
    expect([failures, failed]).toEqual([[], null]);
  });

  test('of each of them is told connection by connection', async () => {
    const { failed, failures } = await verdictOn(CLOSES, {
      name: 'all graceful',
      expect: 'connections.all(c, c.close.style == "graceful")',
    });
    expect(failed).toBe(7);
    expect(failures[0].values).toEqual([{ expression: 'c.close.style', value: 'simultaneous' }]);
  });

  test('that cannot be known does not hold', async () => {
    const rule = { name: 'p95', expect: 'percentile(connections.map(c, c.handshake.connectTime), 95) < 1' };
    const unknown = await verdictOn(['udp/request-response.pcap'], rule);
    expect(unknown.outcome).toBe('failed');
    expect(unknown.message).toMatch(/not known, because: there is no connectTime$/);
    const none = await verdictOn(['handshake/refused.pcap'], rule);
    expect(none.message).toMatch(/not known, because: there is no value to compute it from$/);
  });

  test('gives the same, whatever the order in which connections end', async () => {
    const expect_ = 'connections.map(c, c.stream)[0] == 0 && connections.map(c, c.stream)[12] == 12';
    expect((await verdictOn(CLOSES, { name: 'in order', expect: expect_ })).outcome).toBe('passed');
  });
});

describe('a check that looked at nothing', () => {
  const rule = { name: 'https', where: 'server.port == 443', expect: 'handshake.outcome == "completed"' };

  test('fails', async () => {
    const { outcome, message } = await verdictOn(CLOSES, rule);
    expect([outcome, message]).toEqual([
      'failed',
      'no connection matched server.port == 443 (allow-none lets that pass)',
    ]);
  });

  test('is skipped where the rule, or the check, allows it', async () => {
    expect((await verdictOn(CLOSES, { ...rule, allowNone: true })).outcome).toBe('skipped');
    expect((await verdictOn(CLOSES, rule, { allowNone: true })).outcome).toBe('skipped');
    expect((await verdictOn(CLOSES, { ...rule, allowNone: false }, { allowNone: true })).outcome).toBe('failed');
  });

  test('fails over all connections as well', async () => {
    expect((await verdictOn(['files/no-packets.pcap'], { name: 'few', expect: 'size(connections) < 5' })).outcome).toBe(
      'failed',
    );
  });

  test('fails where its captures are not there', async () => {
    const none = { ...rule, where: 'true', captures: 'tls/*.pcap' };
    const report = await check(CLOSES.map(fixturePath), [none, 'no-refused']);
    expect(report.unapplied).toMatchObject([
      { rule: 'https', outcome: 'failed', message: expect.stringContaining('no capture is called tls/*.pcap') },
    ]);
    expect(report.outcome).toBe('failed');
    expect((await check(CLOSES.map(fixturePath), [{ ...none, allowNone: true }, 'no-refused'])).outcome).toBe('passed');
  });
});
