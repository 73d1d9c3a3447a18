/**
 * Measures live capture between two namespaces of its own. Needs root, iproute2, ethtool, tcpdump, dumpcap, cc and
 * python3, and `npm run build` before. Usage: npm run live-load -- WHAT
 *
 *   connections [COUNT] [BACKEND]       short connections of real sockets, 100,000: each told of once, memory
 *   soak [SECONDS]                      connections that open and close at random: the same, over minutes
 *   rate [PACKETS_PER_SECOND] [BACKEND] packets of 64 bytes, on one core: how many are lost, what they cost
 *   times [COUNT]                       how far the times of `cap` are from the kernel's
 */
import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { PacketView } from '../../../parsers/packet-view.ts';
import { openCaptures } from '../../../src/capture/input.ts';
import { Lab, settle } from './lab.ts';
import { childrenOf, type Reading, Session, usage } from './session.ts';
import { Tally } from './tally.ts';
import { DEVICE } from './wire.ts';

const BUILT = 'bin/sockscope.js';

const MEASURES: Record<string, (lab: Lab, ...args: string[]) => Promise<boolean>> = { connections, soak, rate, times };

/** The built command: what users run. */
async function begin(lab: Lab, args: string[], reading: Reading = {}, before: string[] = []): Promise<Session> {
  const session = new Session(
    lab.wire.on('client', ...before, process.execPath, BUILT, 'live', DEVICE, ...args),
    reading,
  );
  await settle(4000);
  return session;
}

async function connections(lab: Lab, count = '100000', backend = 'auto'): Promise<boolean> {
  return follow(lab, backend, () => lab.talk(Number(count)));
}

async function soak(lab: Lab, seconds = '180'): Promise<boolean> {
  return follow(lab, 'auto', () => lab.talk(Number(seconds) * 100, Number(seconds)));
}

/** Follows connections while they are made, and looks at the memory once a second. */
async function follow(lab: Lab, backend: string, make: () => ReturnType<Lab['talk']>): Promise<boolean> {
  const tally = new Tally();
  const args = ['--backend', backend, '--ndjson', '--events', 'ended,failed', '--quiet', '--filter', 'tcp'];
  const live = await begin(lab, args, { onLine: tally.line });
  const memory: number[] = [];
  const began = performance.now();
  const look = setInterval(() => memory.push(usage(live.process.pid).now), 1000);
  const talk = await make();
  await settle(4000);
  clearInterval(look);
  const took = (performance.now() - began) / 1000 - 4;
  const { peak, cpu } = usage(live.process.pid);
  const status = await live.stop();
  console.log(`${talk.connections} connections and ${talk.refused} refused ones in ${took.toFixed(0)} s`);
  console.log(`told of ${tally.graceful} and ${tally.refused}, ${tally.twice} of them twice`);
  const quarters = [0.25, 0.5, 0.75, 1].map((share) => memory[Math.ceil(memory.length * share) - 1].toFixed(0));
  console.log(
    `memory after each quarter ${quarters.join(', ')} MB, at most ${peak.toFixed(0)} MB; ${cpu.toFixed(1)} s CPU`,
  );
  console.log(live.stderr.trim());
  const expected = [talk.connections, talk.refused, talk.bytes, 0];
  return status === 0 && `${[tally.graceful, tally.refused, tally.bytes, tally.twice]}` === `${expected}`;
}

async function rate(lab: Lab, packetsPerSecond = '200000', backend = 'auto'): Promise<boolean> {
  const last = cpus().length - 1;
  const live = await begin(lab, ['--backend', backend, '--ndjson', '--events', 'failed', '--filter', 'tcp'], {}, [
    'taskset',
    '-c',
    String(last),
  ]);
  const [child] = childrenOf(live.process.pid).filter(({ name }) => ['tcpdump', 'dumpcap', 'node'].includes(name));
  await lab.blast(10_000, 50_000); // until the analysis is compiled
  await settle(2000);
  const before = [usage(live.process.pid).cpu, usage(child.pid).cpu];
  const conversations = Number(packetsPerSecond);
  console.log(await lab.blast(conversations, Number(packetsPerSecond)));
  await settle(3000);
  const after = [usage(live.process.pid).cpu, usage(child.pid).cpu];
  const perPacket = after.map((seconds, i) => (((seconds - before[i]) / conversations / 10) * 1e6).toFixed(2));
  await live.stop();
  console.log(`CPU per packet: ${perPacket[0]} µs the analysis, ${perPacket[1]} µs ${child.name}`);
  console.log(
    live.stderr
      .split('\n')
      .filter((line) => /^(sockscope|capture|packets)/.test(line))
      .join('\n'),
  );
  return live.stderr.includes(`\npackets      ${(conversations * 10 + 100_000).toLocaleString('en')} packets`);
}

async function times(lab: Lab, count = '2000'): Promise<boolean> {
  const [kernel, delivery] = [lab.path('kernel.pcap'), lab.path('delivery.pcapng')];
  const tcpdump = await lab.tcpdump(kernel, 'tcp');
  const live = await begin(lab, ['--backend', 'cap', '--write', delivery, '--filter', 'tcp']);
  await lab.talk(Number(count), 20);
  await settle();
  await Promise.all([live.stop(), tcpdump.stop()]);
  const theirs = await timesOf(kernel);
  const differences = (await timesOf(delivery)).map((time, i) => time - theirs[i]).sort((a, b) => a - b);
  const at = (share: number) => `${(differences[Math.ceil(differences.length * share) - 1] * 1e6).toFixed(0)} µs`;
  console.log(`${differences.length} packets of ${count} connections: cap is later than the kernel by`);
  console.log(`median ${at(0.5)}, p99 ${at(0.99)}, least ${at(1e-9)}, most ${at(1)}`);
  return differences.length === theirs.length;
}

/** Seconds of the day: a double holds them to less than a nanosecond. */
async function timesOf(path: string): Promise<number[]> {
  const input = await openCaptures([path]);
  const view = new PacketView();
  const found: number[] = [];
  while (await input.fill()) {
    while (input.next(view)) found.push((view.seconds % 86_400) + view.nanoseconds / 1e9);
  }
  await input.close();
  return found;
}

const [what = 'connections', ...args] = process.argv.slice(2);
const measure = MEASURES[what];
if (measure === undefined) throw new Error(readFileSync(import.meta.filename, 'utf8').split('*/')[0]);
const load = () => loadavg()[0].toFixed(1);
console.log(`${what} ${args.join(' ')}; ${cpus().length} cores, load before ${load()}`);
const lab = await Lab.make();
try {
  const isRight = await measure(lab, ...args);
  console.log(`${isRight ? 'ok' : 'WRONG'}; load after ${load()}`);
  process.exitCode = isRight ? 0 : 1;
} finally {
  await lab.remove();
}
