import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { BACKENDS } from '../../../src/capture/live.ts';
import type { Connection } from '../../../src/record.ts';
import { COMMAND } from '../../support/command.ts';
import { onRealInterfaces } from './available.ts';
import { Lab, type Report, settle } from './lab.ts';
import { DEVICE } from './wire.ts';

const FILTER = 'tcp';
const CONNECTIONS = 100;
/** Seconds between the times that the kernel takes for two who capture: 0.5 µs. Those of delivery are 100 µs later. */
const KERNEL_TIMES_APART = 20e-6;

/** Fields of a record that hold a time or a span of time, and one that follows from them alone. */
const TIMES = new Set(['start', 'end', 'duration', 'time', 'synToSynAck', 'synAckToAck', 'connectTime', 'acceptTime']);
for (const key of ['initialRtt', 'finToAck', 'closeWait', 'rtt', 'zeroWindowTime', 'capturePoint']) TIMES.add(key);

function withoutTimes(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, each) => (TIMES.has(key) ? undefined : each)));
}

/** The median difference between the times of the same packets, in seconds. */
function medianDifference(ours: Connection[], theirs: Connection[]): number {
  const seconds = (time: string | undefined) => Number(time?.slice(6));
  const differences = ours.flatMap((connection, i) => [
    seconds(connection.start) - seconds(theirs[i].start),
    seconds(connection.end) - seconds(theirs[i].end),
    ...(connection.close?.steps ?? []).map(({ time }, k) => seconds(time) - seconds(theirs[i].close?.steps[k].time)),
  ]);
  return differences.map(Math.abs).sort((a, b) => a - b)[differences.length >> 1];
}

onRealInterfaces('the traffic of real programs', () => {
  let lab: Lab;
  beforeEach(async () => {
    lab = await Lab.make();
  });
  afterEach(() => lab.remove());

  test.each(BACKENDS)('gives with %s the records that tcpdump and analyze give', async (backend) => {
    const tcpdump = await lab.tcpdump(lab.path('tcpdump.pcap'), FILTER);
    const kept = 'kept.pcapng';
    const live = await lab.live('--backend', backend, '--json', '--write', lab.path(kept), '--filter', FILTER);
    const talk = await lab.talk(CONNECTIONS);
    expect(talk).toMatchObject({ connections: CONNECTIONS, refused: CONNECTIONS / 10 });
    await settle();
    expect([await live.stop(), await tcpdump.stop()]).toEqual([0, 0]);

    const report = JSON.parse(live.stdout) as Report;
    expect(report.connections).toHaveLength(CONNECTIONS + CONNECTIONS / 10);
    expect(report.summary.handshakes).toMatchObject({ completed: CONNECTIONS, refused: CONNECTIONS / 10 });
    const bytes = report.connections.reduce((sum, { fromClient }) => sum + fromClient.bytes, 0);
    expect(bytes).toBe(talk.bytes);
    const { connections } = await lab.analyze('tcpdump.pcap');
    expect(withoutTimes(report.connections)).toEqual(withoutTimes(connections));
    if (backend === 'cap') {
      expect(report.captures[0].live).toEqual({ backend, timestamps: 'delivery' });
    } else {
      expect(report.captures[0]).toMatchObject({ drops: 0, live: { backend, timestamps: 'kernel' } });
      // The kernel takes the time of a packet that comes in for each who captures it, one after the other.
      expect(medianDifference(report.connections, connections)).toBeLessThan(KERNEL_TIMES_APART);
    }
    expect((await lab.analyze(kept)).connections).toEqual(report.connections);
  });

  test.each(BACKENDS)('is there with %s to the last packet before the end', async (backend) => {
    const live = await lab.live('--backend', backend, '--json', '--filter', FILTER);
    await lab.talk(CONNECTIONS);
    expect(await live.stop()).toBe(0);
    const { summary } = JSON.parse(live.stdout) as Report;
    expect(summary.closes).toMatchObject({ graceful: CONNECTIONS, reset: CONNECTIONS / 10, open: 0 });
  });

  test('any sees all interfaces, lo its own', async () => {
    for (const device of ['any', 'lo']) {
      const live = await lab.liveOn(device, ['--json', '--filter', 'tcp port 7999']);
      const refused = "import socket\ntry: socket.create_connection(('127.0.0.1', 7999))\nexcept OSError: pass";
      await lab.run('client', 'python3', '-c', refused).ended();
      await settle();
      expect(await live.stop()).toBe(0);
      const { connections } = JSON.parse(live.stdout) as Report;
      expect(connections).toHaveLength(1);
      expect(connections[0]).toMatchObject({ client: { address: '127.0.0.1' }, handshake: { outcome: 'refused' } });
    }
  });

  test('is filtered by words after the interface, and cut to the snap length', async () => {
    const kept = 'kept.pcap';
    const live = await lab.live('tcp', 'port', '8003', '--json', '--snaplen', '60', '--write', lab.path(kept));
    await lab.talk(40);
    await settle();
    expect(await live.stop()).toBe(0);
    const { connections } = JSON.parse(live.stdout) as Report;
    expect(connections).toHaveLength(5);
    expect(new Set(connections.map(({ server }) => server.port))).toEqual(new Set([8003]));
    const { captures } = await lab.analyze(kept);
    expect(captures[0]).toMatchObject({ packets: 50 });
  });

  test('ends by itself after so many packets, which are those that are kept', async () => {
    const kept = 'kept.pcapng';
    const live = await lab.live('--json', '--packets', '33', '--write', lab.path(kept), '--filter', FILTER);
    await lab.talk(20);
    expect(await live.ended()).toBe(0);
    const report = JSON.parse(live.stdout) as Report;
    expect(report.summary.packets).toBe(33);
    expect((await lab.analyze(kept)).connections).toEqual(report.connections);
  });

  test('is followed through standard input while it comes', async () => {
    const tcpdump = `tcpdump -U -w - -i ${DEVICE} -c 30 ${FILTER}`;
    const sockscope = `${COMMAND.join(' ')} live - --ndjson --events established,ended`;
    const live = lab.run('client', 'bash', '-o', 'pipefail', '-c', `${tcpdump} | ${sockscope}`);
    await live.said('listening on');
    await lab.talk(1);
    await live.said('"event":"established"');
    expect(live.process.exitCode).toBe(null);
    await lab.talk(4);
    expect(await live.ended()).toBe(0);
    expect(live.records<{ event: string }>().filter(({ event }) => event === 'established').length).toBeGreaterThan(2);
  });
});
