import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Connection } from '../../../src/record.ts';
import { run } from '../../lab/processes.ts';
import { afterwards, programAtTerminal } from '../terminal.ts';
import { onRealInterfaces } from './available.ts';
import { asUser, Lab, settle } from './lab.ts';
import { type Session, sockscopeCommand } from './session.ts';
import { CLIENT, DEVICE, SERVER } from './wire.ts';

interface Process {
  pid: number;
  name: string;
}

interface Line {
  event: string;
  connection: Connection;
  process: { client: Process | null; server: Process | null };
}

/** A program that connects, says so, waits for a while and ends. */
const CONNECT = `
import os, socket, sys, time
host, port, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
connection = socket.socket()
connection.settimeout(1)
try:
    connection.connect((host, port))
except OSError:
    pass
time.sleep(seconds)
print(os.getpid())
`;

/** A server of one connection after the other. */
const SERVE = `
import os, socket, sys
listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
print('pid', os.getpid(), flush=True)
while True:
    connection, _ = listener.accept()
    connection.recv(1)
    connection.close()
`;

onRealInterfaces('what a live session shows', () => {
  let lab: Lab;
  beforeEach(async () => {
    lab = await Lab.make();
  });
  afterEach(() => lab.remove());

  /** Connects from the client. @returns the process that did */
  async function connect(host: string, port: number, seconds: number): Promise<number> {
    const program = lab.run('client', 'python3', '-c', CONNECT, host, String(port), String(seconds));
    expect(await program.ended()).toBe(0);
    return Number(program.stdout);
  }

  const lines = (session: Session) => session.records<Line>();

  test('each connection of real programs is established and ends, or fails, in one line each', async () => {
    const live = await lab.live('--filter', 'tcp');
    const { connections, refused } = await lab.talk(300);
    await settle();
    expect(await live.stop()).toBe(0);
    const count = (event: string) => lines(live).filter((line) => line.event === event).length;
    expect([count('established'), count('ended'), count('failed'), count('open')]).toEqual([
      connections,
      connections,
      refused,
      0,
    ]);
    const told = lines(live).map(({ event, connection }) => `${event} ${connection.stream}`);
    expect(new Set(told).size).toBe(told.length);
    const errors = lines(live).filter(({ event }) => event === 'failed');
    expect(new Set(errors.map(({ connection }) => connection.sockets.client.error))).toEqual(new Set(['ECONNREFUSED']));
    expect(live.stderr).toContain(`${connections} completed, ${refused} refused`);
  });

  test('a SYN that nobody answers has failed when no more come', async () => {
    // A neighbour that takes what comes and is not who is meant.
    const mac = /link\/ether (\S+)/.exec(run(...lab.wire.on('server', 'ip', 'link', 'show', DEVICE)))?.[1] ?? '';
    run(...lab.wire.on('client', 'ip', 'neigh', 'replace', '10.8.0.9', 'lladdr', mac, 'dev', DEVICE));
    const live = await lab.live('--filter', 'tcp');
    await connect('10.8.0.9', 80, 0);
    await live.said('"failed"');
    const [line] = lines(live);
    expect(line.connection).toMatchObject({ server: { address: '10.8.0.9' }, handshake: { outcome: 'unanswered' } });
    expect(await live.stop()).toBe(0);
    expect(lines(live)).toHaveLength(1);
  });

  test('--metrics has everything with 0 before the first packet, also what was dropped and how far it is behind', async () => {
    const live = await lab.live('--metrics', '127.0.0.1:0', '--filter', 'tcp port 7999');
    const url = /metrics at (\S+)/.exec(live.stderr)?.[1] ?? '';
    const fetch = 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())';
    const scrape = async () => {
      const program = lab.run('client', 'python3', '-c', fetch, url);
      expect(await program.ended()).toBe(0);
      return new Map([...program.stdout.matchAll(/^(sockscope_\S+) (\S+)$/gm)].map(([, name, value]) => [name, value]));
    };
    const first = await scrape();
    const refused = 'sockscope_handshakes_total{protocol="tcp",outcome="refused"}';
    for (const name of [refused, 'sockscope_dropped_packets_total', 'sockscope_lag_seconds']) {
      expect([name, first.get(name)]).toEqual([name, '0']);
    }
    await connect(SERVER, 7999, 0);
    await live.said('ECONNREFUSED');
    const later = await scrape();
    expect(later.get(refused)).toBe('1');
    expect([...later.keys()]).toEqual([...first.keys()]);
    expect(await live.stop()).toBe(0);
  });

  test('jq follows it', async () => {
    const command = sockscopeCommand('live', DEVICE, 'tcp', '--packets', '4').join(' ');
    const filter = 'select(.event == "failed") | .connection.sockets.client.error';
    const live = lab.run('client', 'sh', '-c', `${command} | jq --unbuffered -r '${filter}'`);
    await live.said('capturing on');
    await connect(SERVER, 7999, 0);
    await live.said('ECONNREFUSED');
    await connect(SERVER, 7999, 0);
    expect(await live.ended()).toBe(0);
    expect(live.stdout).toBe('ECONNREFUSED\nECONNREFUSED\n');
  });

  test('--process names the program at this end, also one that has gone since; not that of another host', async () => {
    const live = await lab.live('--process', '--filter', 'tcp');
    const first = await connect(SERVER, 8000, 0.6);
    const second = await connect(SERVER, 8001, 0.6);
    await settle();
    expect(await live.stop()).toBe(0);
    const ended = lines(live).filter(({ event }) => event === 'ended');
    expect(ended.map(({ process }) => process)).toEqual([
      { client: { pid: first, name: 'python3' }, server: null },
      { client: { pid: second, name: 'python3' }, server: null },
    ]);
    expect(live.stderr).toMatch(new RegExp(`tcp 0 .* python3 ${first}$`, 'm'));
  });

  test('--process names both ends of a connection within this host, and who listens for one that was not accepted yet', async () => {
    const server = lab.run('client', 'python3', '-c', SERVE, CLIENT, '8100');
    await server.said(/pid \d+\n/);
    const serverPid = Number(/pid (\d+)/.exec(server.stdout)?.[1]);
    const live = await lab.liveOn('lo', ['--process', '--filter', 'tcp port 8100']);
    const busy = connect(CLIENT, 8100, 2);
    const waiting = connect(CLIENT, 8100, 1);
    const pids = await Promise.all([busy, waiting]);
    await settle();
    expect(await live.stop()).toBe(0);
    const ended = lines(live).filter(({ event }) => event === 'ended');
    expect(ended.map(({ process }) => process.server)).toEqual([
      { pid: serverPid, name: 'python3' },
      { pid: serverPid, name: 'python3' },
    ]);
    expect(ended.map(({ process }) => process.client?.pid).sort()).toEqual(pids.sort());
  });

  test('--process says what another user cannot see', async () => {
    const capture = `timeout 30 tcpdump -i ${DEVICE} -U --immediate-mode -w - tcp`;
    const command = asUser('nobody', ...sockscopeCommand('live', '-', '--process')).join(' ');
    const live = lab.run('client', 'sh', '-c', `${capture} | ${command}`);
    await live.said('listening on');
    const pid = await connect(SERVER, 8000, 4);
    await live.said('"ended"');
    lab.wire.cut();
    expect(await live.ended()).toBe(0);
    expect(lines(live).map(({ event, process }) => [event, process.client])).toEqual([
      ['established', null],
      ['ended', null],
    ]);
    expect(live.stderr).toMatch(
      /no process is known for 1 of 1 local endpoints; \d+ processes of other users .*; root sees more/,
    );
    expect(pid).toBeGreaterThan(0);
  });

  test('the screen follows an interface, and ends with the report', async () => {
    const command = lab.wire.on('client', ...sockscopeCommand('live', DEVICE, 'tcp', '--no-color', '--process'));
    const talk = lab.run('client', 'sh', '-c', 'sleep 6; exec "$@"', 'sh', ...TALKERS);
    const seen = await programAtTerminal(
      [...command],
      [['wait', `sockscope live  ${DEVICE}`], ['wait', 'ECONNREFUSED'], ['wait', `${CLIENT}`], ['type', 'q'], ['end']],
    );
    expect(await talk.ended()).toBe(0);
    expect([seen.status, seen.restored]).toEqual([0, true]);
    expect(afterwards(seen)).toMatch(/handshakes +1 refused/);
    expect(afterwards(seen)).toContain('connection-refused');
  });
});

const TALKERS = ['python3', '-c', `${CONNECT}`, SERVER, '7999', '0'];
