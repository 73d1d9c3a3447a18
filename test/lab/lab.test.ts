import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { matchers } from '../../src/jest.ts';
import type { Connection } from '../../src/record.ts';
import { baselinePath } from '../fixtures/fixture-files.ts';
import { agreementOf, disagreementText, type Question } from './agreement.ts';
import { playMixed, rightShare } from './mixed/mixed.ts';
import { play } from './play.ts';
import { recordsOf } from './records.ts';
import { SCENARIOS } from './scenarios/index.ts';
import { truthOf } from './witness.ts';

expect.extend(matchers);

/** Why the lab cannot be used here; null where it can. */
function unavailable(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux';
  for (const program of ['ip', 'ethtool', 'tcpdump', 'tshark', 'nft', 'python3', 'ss']) {
    try {
      execFileSync('sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' });
    } catch {
      return `needs ${program}`;
    }
  }
  return namespacesRefused();
}

/** Containers often give root without the right to make namespaces. */
function namespacesRefused(): string | null {
  const name = `sockscope-try-${process.pid}`;
  try {
    execFileSync('ip', ['netns', 'add', name], { stdio: 'ignore' });
    execFileSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
    return null;
  } catch {
    return 'needs the right to make network namespaces';
  }
}

const reason = unavailable();
const onLab = reason === null ? describe : describe.skip;
if (reason !== null) process.stderr.write(`tests of real sockets are skipped: ${reason}\n`);

onLab('real sockets between two namespaces', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sockscope-lab-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function played(name: string) {
    const scenario = SCENARIOS.find((each) => `${each.theme}/${each.name}` === name);
    if (scenario === undefined) throw new Error(`no scenario ${name}`);
    const path = join(folder, `${scenario.name}.pcap`);
    const testimony = await play(scenario, path);
    const connections = await recordsOf(path);
    return { connections, truth: truthOf(scenario, testimony, path) };
  }

  async function connections(name: string): Promise<Connection[]> {
    return (await played(name)).connections;
  }

  // The times of connect() are left out: how soon a program wakes is a matter of the machine.
  test.each([
    'sockets/icmp-codes',
    'sockets/reset-in-close-wait',
    'sockets/killed-with-unread-data',
    'udp/closed-port',
  ])('%s: the record agrees with what the programs saw', async (name) => {
    const { truth, connections } = await played(name);
    const { disagreements } = agreementOf(truth, connections);
    expect(disagreements.filter(({ question }) => question !== 'connect()').map(disagreementText)).toEqual([]);
  });

  test('a hundred connections of random kinds: no certain call is wrong, nobody is accused who owed no answer, and hardly an error is wrong', async () => {
    const run = { connections: 100, threads: 50, seed: 1, at: 'client' } as const;
    const { agreement } = await playMixed(run, join(folder, 'mixed.pcap'));
    expect(agreement.asked.get('certain calls')).toBeGreaterThan(200);
    expect(agreement.disagreements.filter(({ question }) => question === 'certain calls')).toEqual([]);
    for (const side of ['client', 'server']) {
      expect(agreement.asked.get(`error of the ${side}` as Question)).toBeGreaterThan(80);
      expect(rightShare(agreement, `error of the ${side}`)).toBeGreaterThan(0.95);
    }
    expect(agreement.asked.get('closed without answer')).toBeGreaterThan(15);
    expect(rightShare(agreement, 'closed without answer')).toBeGreaterThan(0.95);
    expect(agreement.asked.get('nothing owed')).toBeGreaterThan(25);
    expect(agreement.disagreements.filter(({ question }) => question === 'nothing owed')).toEqual([]);
  });

  test('a close by the client leaves it in TIME-WAIT', async () => {
    const [connection] = await connections('close/client-first');
    expect(connection).toCloseGracefully();
    expect(connection).toBeClosedFirstBy('client');
    expect(connection).toHaveNoResets();
    expect(connection).toSatisfy(`close.timeWait == "client" && fromClient.bytes == ${'request'.length}`);
    expect(connection).toMatchBaseline(baselinePath('close/client-first.pcap'));
  });

  test('a closed port refuses', async () => {
    const [connection] = await connections('handshake/refused');
    expect(connection).toSeeErrno('client', 'ECONNREFUSED');
    expect(connection).not.toHandshakeWithin(60);
    expect(connection).toMatchBaseline(baselinePath('handshake/refused.pcap'));
    expect(connection.handshake?.outcome).toBe('refused');
    expect(connection.resets).toMatchObject([{ from: 'server', accepted: true }]);
  });

  test('SO_LINGER 0 resets', async () => {
    const [connection] = await connections('close/abort-by-server');
    expect(connection).not.toCloseGracefully();
    expect(connection).toBeClosedFirstBy('server');
    expect(connection).toMatchBaseline(baselinePath('close/abort-by-server.pcap'));
    expect(connection.close).toMatchObject({ style: 'reset', firstCloser: 'server' });
  });
});
