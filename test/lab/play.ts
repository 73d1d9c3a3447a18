import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Side } from '../../src/record.ts';
import { readCallLog } from './call-log.ts';
import { Network } from './network.ts';
import { LabProcess, pause } from './processes.ts';
import type { Scenario } from './scenario.ts';
import type { Look, Testimony } from './witness.ts';

/** What goes before the code of every program of the lab. */
export const PRELUDE = ['calls.py', 'prelude.py', 'programs.py']
  .map((name) => readFileSync(fileURLToPath(new URL(`./${name}`, import.meta.url)), 'utf8'))
  .join('');
/** Neighbour discovery and multicast reports are no part of any scenario. */
const FILTER = 'not arp and not (icmp6 and ip6[40] >= 130 and ip6[40] <= 143) and not (ip6 and ip6[6] == 0)';
/** For the last packets on the wire, in milliseconds. */
const LINGER = 150;

/**
 * Plays a scenario between fresh namespaces and writes the capture of it to `path`. Gives what programs and kernels
 * tell of it; the notes of the programs are left beside the capture.
 */
export async function play(scenario: Scenario, path: string): Promise<Testimony> {
  const network = await Network.make(scenario);
  const running: LabProcess[] = [];
  const looks: Look[] = [];
  let stopped = 0n;
  const look = () => {
    const time = BigInt(Date.now()) * 1_000_000n;
    looks.push({ time, client: network.connections('client'), server: network.connections('server') });
  };
  const notes = (side: Side) => `${path}.${side}-calls`;
  let tcpdump: LabProcess | null = null;
  const start = async () => {
    tcpdump = listener(network, scenario, path);
    running.push(tcpdump);
    await tcpdump.said('listening on');
  };
  const stop = async () => {
    await pause(LINGER, null);
    if (tcpdump === null) return;
    await tcpdump.stop('SIGINT');
    tcpdump = null;
    look();
    stopped = looks[looks.length - 1].time;
  };
  const heard = (line: string, program: LabProcess) => {
    if (line === 'start capture') void start().then(() => program.answer());
    if (line === 'stop capture') void stop().then(() => program.answer());
    if (line === 'look')
      void pause(LINGER, null)
        .then(look)
        .then(() => program.answer());
  };
  const python = (side: Side, code: string) => {
    const host = scenario.oneHost ? 'client' : side;
    const command = network.inside(host, 'python3', '-c', PRELUDE + dedent(code));
    const program = new LabProcess(side, 'ip', command, heard, { LAB_CALLS: notes(side) });
    running.push(program);
    return program;
  };
  for (const side of ['client', 'server'] as const) writeFileSync(notes(side), '');
  try {
    if (!scenario.capture?.late) await start();
    const server = scenario.server === undefined ? null : python('server', scenario.server);
    await server?.said('ready');
    const client = python('client', scenario.client);
    const { killed, patience = 30 } = scenario;
    const ends = [client.finished(patience, killed === 'client'), server?.finished(patience, killed === 'server')];
    await Promise.all(ends);
    await stop();
    return { client: readCallLog(notes('client')), server: readCallLog(notes('server')), looks, stopped };
  } finally {
    for (const program of running) await program.stop('SIGKILL');
    await network.remove();
  }
}

/** What of the scenario's expectations the capture does not hold, as Wireshark sees it. */
export function missing(scenario: Scenario, path: string): string[] {
  return Object.entries(scenario.expect).flatMap(([filter, expected]) => {
    const [low, high] = typeof expected === 'number' ? [expected, expected] : expected;
    const output = execFileSync('tshark', ['-n', '-r', path, '-Y', filter, '-T', 'fields', '-e', 'frame.number'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const found = output.split('\n').length - 1;
    return found >= low && found <= high ? [] : [`${filter}: ${found} packets, not ${expected}`];
  });
}

function listener(network: Network, scenario: Scenario, path: string): LabProcess {
  const { at = 'client', device = 'eth0', snapLength = 128, microseconds = false } = scenario.capture ?? {};
  const precision = `--time-stamp-precision=${microseconds ? 'micro' : 'nano'}`;
  const options = ['-Z', 'root', '-n', '-U', '--immediate-mode', '-i', device, '-s', String(snapLength), precision];
  return new LabProcess('tcpdump', 'ip', network.inside(at, 'tcpdump', ...options, '-w', path, FILTER));
}

/** Code in a template literal, without the indentation of its place. */
function dedent(code: string): string {
  const lines = code.split('\n').filter((line) => line.trim() !== '');
  const margin = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  return lines.map((line) => line.slice(margin)).join('\n');
}
