import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { analyze, type Connection, matchers } from '../../src/jest.ts';
import { aConnection, aDatagramExchange, type Changes } from '../support/records.ts';

expect.extend(matchers);

const ABORT = 'fixtures/close/abort-by-server.pcap';
const FIRST = 'fixtures/close/client-first.pcap';
const REUSE = 'fixtures/close/port-reuse.pcap';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function connectionsOf(capture: string): Promise<Connection[]> {
  const connections: Connection[] = [];
  for await (const connection of analyze(capture, { order: 'capture' })) connections.push(connection);
  return connections;
}

/** Without colours: what a failing assertion says. */
function said(assert: () => void): string {
  try {
    assert();
  } catch (error) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of jest are control sequences
    return (error as Error).message.replaceAll(/\u001b\[\d+m/g, '');
  }
  throw new Error('the assertion holds');
}

const reset: Changes<Connection> = {
  close: { style: 'reset', firstCloser: 'server' },
  fromServer: { resets: 1 },
  sockets: { client: { error: 'ECONNRESET' } },
};
const fine = aConnection();
const wrong = aConnection({ stream: 7, ...reset });
const slow = aConnection({ handshake: { connectTime: 0.25 } });
const udp = aDatagramExchange();

describe('each matcher holds and does not', () => {
  test('toHandshakeWithin', () => {
    expect(fine).toHandshakeWithin(0.05);
    expect(slow).not.toHandshakeWithin(0.05);
    expect(slow).toHandshakeWithin(0.25);
    expect(udp).not.toHandshakeWithin(1);
    expect(said(() => expect(slow).toHandshakeWithin(0.05))).toBe(
      [
        'expect(connections).toHandshakeWithin(0.05)',
        '',
        'expected the connection to complete its handshake within 50 ms',
        '',
        'tcp 0  10.0.0.1:40000 → 10.0.0.2:80',
        '  handshake.outcome = "completed"',
        '  handshake.connectTime = 0.25',
      ].join('\n'),
    );
    expect(said(() => expect(fine).not.toHandshakeWithin(0.05))).toMatch(
      /^expect\(connections\)\.not\.toHandshakeWithin\(0\.05\)\n\nexpected the connection not to complete its handshake/,
    );
  });

  test('a handshake that failed took no time at all', () => {
    const refused = aConnection({ handshake: { outcome: 'refused', connectTime: null } });
    expect(refused).not.toHandshakeWithin(10);
    expect(said(() => expect(refused).toHandshakeWithin(10))).toContain('  handshake.outcome = "refused"\n');
    expect(said(() => expect(udp).toHandshakeWithin(10))).toContain(
      'udp 0  [2001:db8::1]:5353 → [2001:db8::53]:53\n  handshake = null',
    );
  });

  test('toCloseGracefully', () => {
    expect(fine).toCloseGracefully();
    expect(aConnection({ close: { style: 'simultaneous' } })).toCloseGracefully();
    expect(wrong).not.toCloseGracefully();
    expect(said(() => expect(wrong).toCloseGracefully())).toBe(
      [
        'expect(connections).toCloseGracefully()',
        '',
        'expected the connection to close gracefully: a FIN from each side, each acknowledged',
        '',
        'tcp 7  10.0.0.1:40000 → 10.0.0.2:80',
        '  close.style = "reset"',
        '  close.firstCloser = "server"',
        '  sockets.client.error = "ECONNRESET"',
      ].join('\n'),
    );
  });

  test('toBeClosedFirstBy', () => {
    expect(fine).toBeClosedFirstBy('client');
    expect(fine).not.toBeClosedFirstBy('server');
    expect(said(() => expect(fine).toBeClosedFirstBy('server'))).toContain('  close.firstCloser = "client"');
  });

  test('toHaveNoResets', () => {
    expect(fine).toHaveNoResets();
    expect(udp).toHaveNoResets();
    expect(wrong).not.toHaveNoResets();
    expect(said(() => expect(wrong).toHaveNoResets())).toContain('  fromServer.resets = 1');
  });

  test('toSeeErrno', () => {
    expect(wrong).toSeeErrno('client', 'ECONNRESET');
    expect(wrong).toSeeErrno('server', null);
    expect(wrong).not.toSeeErrno('client', 'EPIPE');
    expect(said(() => expect(wrong).toSeeErrno('client', 'EPIPE'))).toMatch(
      /toSeeErrno\('client', 'EPIPE'\)\n\nexpected the connection to leave EPIPE on the client's socket\n\n.*\n {2}sockets\.client\.error = "ECONNRESET"\n/,
    );
  });

  test('toSatisfy', () => {
    expect(fine).toSatisfy('close.style == "graceful" && fromServer.bytes > 1000');
    expect(fine).not.toSatisfy('fromServer.bytes > 100000');
    expect(udp).not.toSatisfy('close.style == "reset"');
    expect(said(() => expect(fine).toSatisfy('fromServer.bytes > 100000'))).toContain('  fromServer.bytes = 15000');
  });

  test('toSatisfy over all of them', () => {
    expect([fine, wrong]).toSatisfy('connections.size() == 2');
    expect([fine, wrong]).not.toSatisfy('connections.size() == 3');
    expect(said(() => expect([fine, wrong]).toSatisfy('connections.size() == 3'))).toMatch(
      /expected 2 connections to satisfy connections\.size\(\) == 3\n\n {2}connections\.size\(\) = 2/,
    );
  });
});

describe('several connections', () => {
  test('each must be so; with .not none may be', () => {
    expect([fine, slow]).toCloseGracefully();
    expect(said(() => expect([fine, wrong, slow]).toCloseGracefully())).toMatch(
      /expected each of 3 connections to close gracefully: .*; 1 does not\n\ntcp 7 /,
    );
    expect(said(() => expect([fine, wrong]).not.toCloseGracefully())).toMatch(
      /expected none of 2 connections to close gracefully: .*; 1 does\n\ntcp 0 /,
    );
    expect([wrong, wrong]).not.toCloseGracefully();
  });

  test('a message names the first five', () => {
    const message = said(() => expect(Array.from({ length: 9 }, () => wrong)).toHaveNoResets());
    expect(message.match(/^tcp 7/gm)).toHaveLength(5);
    expect(message).toMatch(/; 9 do not\n[\s\S]*\n… and 4 more connections$/);
  });

  test('none at all is an error, with .not as well', () => {
    expect(() => expect([]).toHaveNoResets()).toThrow('toHaveNoResets: there is no connection to look at');
    expect(() => expect([]).not.toHaveNoResets()).toThrow('there is no connection to look at');
    expect(() => expect([]).toMatchBaseline(join(folder, 'none.json'))).toThrow('there is no connection to look at');
  });
});

describe('captures', () => {
  test('a path, an analysis: with await', async () => {
    await expect(FIRST).toCloseGracefully();
    await expect(analyze(REUSE, { where: 'stream != 1' })).toCloseGracefully();
    await expect(REUSE).toSatisfy('connections.size() == 3');
    await expect(REUSE).not.toSeeErrno('client', 'ECONNREFUSED');
    await expect(expect('missing.pcap').toHaveNoResets()).rejects.toThrow('missing.pcap: no such file');
  });

  test('a message shows the ladder and the story', async () => {
    const [connection] = await connectionsOf(ABORT);
    const message = said(() => expect(connection).toCloseGracefully());
    expect(message).toMatch(
      /\ntcp 0 {2}10\.9\.0\.1:\d+ → 10\.9\.0\.2:80 {2}\(fixtures\/close\/abort-by-server\.pcap\)\n/,
    );
    expect(message).toContain('  sockets.client.error = "ECONNRESET"\n');
    expect(message).toMatch(/├─ SYN J=0[\s\S]*SYN K=0, ACK[\s\S]*RST, ACK[\s\S]*What happened/);
    expect(message).not.toContain('\u001b');
  });

  test('of a capture that is gone it shows how to look', async () => {
    const [connection] = await connectionsOf(ABORT);
    const { rememberSource } = await import('../../src/connection-source.ts');
    const copy = structuredClone(connection);
    rememberSource(copy, { inputs: ['gone.pcap'] });
    expect(said(() => expect(copy).toHaveNoResets())).toMatch(/\n\nsockscope explain gone\.pcap --stream 0$/);
  });
});

describe('toMatchBaseline', () => {
  test('accepts where it is told to, holds, and says what differs', async () => {
    const file = join(folder, 'baseline.json');
    const connections = await connectionsOf(REUSE);
    expect(() => expect(connections).toMatchBaseline(file)).toThrow(
      `toMatchBaseline: there is no baseline ${file}: run with -u (jest, vitest), or give { update: true } once`,
    );
    expect(connections).toMatchBaseline(file, { update: true, tolerance: { duration: '10%' } });
    expect(JSON.parse(readFileSync(file, 'utf8')).tolerance).toEqual({ duration: '10%' });
    expect(connections).toMatchBaseline(file);
    expect(structuredClone(connections).reverse()).toMatchBaseline(file);
    await expect(REUSE).toMatchBaseline(file);
    await expect(FIRST).not.toMatchBaseline(file);
    expect(said(() => expect(connections.slice(1)).toMatchBaseline(file))).toContain(
      `1 difference from ${file}; -u or { update: true } accepts what is there\n\ntcp 10.9.0.2:80: 1 connection missing\n`,
    );
    expect(said(() => expect(connections).not.toMatchBaseline(file))).toContain(
      'expected other connections than accepted in',
    );
  });

  test('a field that was not kept before is an error', async () => {
    const file = join(folder, 'kept.json');
    await expect(FIRST).toMatchBaseline(file, { update: true });
    await expect(expect(FIRST).toMatchBaseline(file, { keep: ['duration'] })).rejects.toThrow(
      `${file} was made without --keep duration`,
    );
  });

  test('accepts where the runner updates its snapshots', () => {
    const file = join(folder, 'snapshot.json');
    const result = matchers.toMatchBaseline.call({ snapshotState: { _updateSnapshot: 'all' } }, fine, file);
    expect(result).toMatchObject({ pass: true });
    expect(fine).toMatchBaseline(file);
    const negated = { isNot: true, snapshotState: { _updateSnapshot: 'all' } };
    expect(matchers.toMatchBaseline.call(negated, wrong, file)).toMatchObject({ pass: false });
    expect(fine).toMatchBaseline(file);
  });
});

test.each<[string, () => void, RegExp]>([
  ['no connection', () => expect({ close: 'graceful' }).toCloseGracefully(), /expected a connection record, an array/],
  ['no seconds', () => expect(fine).toHandshakeWithin('50ms' as never), /takes a number of seconds; example/],
  ['no side', () => expect(fine).toBeClosedFirstBy('peer' as never), /takes 'client' or 'server'/],
  ['no errno', () => expect(fine).toSeeErrno('client', 'ECONRESET'), /ECONRESET is no errno; example/],
  ['no errno, negated', () => expect(fine).not.toSeeErrno('client', 'ECONRESET'), /ECONRESET is no errno/],
  ['no field', () => expect(fine).toSatisfy('close.stile == "reset"'), /stile/],
  ['no field, negated', () => expect(fine).not.toSatisfy('close.stile == "reset"'), /stile/],
])('%s is an error', (_name, assert, message) => {
  expect(assert).toThrow(message);
});
