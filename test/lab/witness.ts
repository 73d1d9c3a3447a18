import { execFileSync } from 'node:child_process';
import type { Side } from '../../src/record.ts';
import type { LoggedCall, LoggedSocket } from './call-log.ts';
import type { Scenario } from './scenario.ts';
import type { TrueCall, TrueConnection, TrueSide, Truth } from './truth.ts';

/** A look at `ss -tan` in both namespaces. */
export interface Look {
  time: bigint;
  client: string[];
  server: string[];
}

/** What the programs and the kernels of a scenario told. */
export interface Testimony {
  client: LoggedSocket[];
  server: LoggedSocket[];
  looks: Look[];
  /** When the capture was stopped, which may be before the end. */
  stopped: bigint;
}

/** A packet that may leave an error on a socket: a RST, or an ICMP error that quotes what the socket sent. */
interface Blow {
  time: bigint;
  reset: boolean;
  from: string;
  to: string;
}

/** Calls that end a side: the program has no more to say. */
const CLOSING = new Set(['close', 'exit', 'killed']);
/** Errors that tell of the program's own doing, or of nothing yet. */
const NO_ERRORS = new Set(['EINPROGRESS', 'EAGAIN', 'ENOTCONN', 'EBADF', 'EINTR', 'EADDRINUSE', 'EADDRNOTAVAIL']);
/** More than a frame ever waits in the wire beside its delay. */
const SLACK = 2_000_000n;

/** Puts together what happened to every connection of a scenario. */
export function truthOf(scenario: Scenario, testimony: Testimony, capture: string): Truth {
  const { delay = 0.005, direct = false } = scenario;
  const context: Context = {
    scenario,
    testimony,
    delay: BigInt(Math.round((direct || scenario.oneHost ? 0 : delay) * 1e9)),
    blows: blowsIn(capture),
  };
  const pairs = pairsOf(testimony);
  return {
    captured: scenario.capture?.at ?? 'client',
    delay: Number(context.delay) / 1e9,
    connections: pairs.map((pair, i) => connectionOf(pair, nextStart(pairs, i), context)),
  };
}

interface Context {
  scenario: Scenario;
  testimony: Testimony;
  delay: bigint;
  blows: Blow[];
}

interface Pair {
  client: LoggedSocket | null;
  server: LoggedSocket | null;
  /** A socket on the server listened for it. */
  listened: boolean;
}

function pairsOf({ client, server }: Testimony): Pair[] {
  const free = new Set(server.filter((socket) => socket.remote !== null));
  const listening = server.filter((socket) => socket.remote === null);
  const pairs: Pair[] = [];
  for (const socket of client) {
    if (socket.remote === null) continue;
    const other = [...free].find((each) => each.local === socket.remote && each.remote === socket.local);
    if (other) free.delete(other);
    const listened = listening.some((each) => each.local === socket.remote);
    pairs.push({ client: socket, server: other ?? null, listened });
  }
  for (const socket of free) pairs.push({ client: null, server: socket, listened: true });
  return pairs;
}

/** When the same two ends began to talk again; the end of time where they never did. */
function nextStart(pairs: Pair[], index: number): bigint {
  const { client } = pairs[index];
  const next = pairs.slice(index + 1).find((pair) => pair.client?.local === client?.local && client !== null);
  return next?.client?.calls[0].start ?? INT32_MAX;
}

function connectionOf(pair: Pair, until: bigint, context: Context): TrueConnection {
  const { scenario, testimony, delay, blows } = context;
  const client = pair.client?.local ?? pair.server?.remote ?? '?';
  const server = pair.client?.remote ?? pair.server?.local ?? '?';
  const from = pair.client?.calls[0].start ?? 0n;
  const mine = blows.filter(({ time, from: source, to }) => {
    const between = (source === client && to === server) || (source === server && to === client);
    return between && time >= from && time < until;
  });
  const resets = mine.filter((blow) => blow.reset);
  const look = testimony.looks.find(({ time }) => time >= from && time < until);
  const ends: [Side, string, string, LoggedSocket | null][] = [
    ['client', client, server, pair.client],
    ['server', server, client, pair.server],
  ];
  const waiting = ends.filter(([side, local, remote]) => {
    const lines = look?.[scenario.oneHost ? 'client' : side] ?? [];
    return lines.some((line) => line === `TIME-WAIT ${local} ${remote}`);
  });
  const resetters = ends.filter(([, local]) => resets.some((reset) => reset.from === local));
  const sideOf = (socket: LoggedSocket | null, local: string, there: boolean) =>
    there
      ? trueSide(
          socket,
          mine.filter((blow) => blow.to === local),
          delay,
        )
      : null;
  return {
    protocol: pair.client?.protocol ?? pair.server?.protocol ?? 'tcp',
    client,
    server,
    firstCloser: firstCloser(pair, resets, context),
    timeWait: together(waiting.map(([side]) => side)),
    resetBy: together(resetters.map(([side]) => side)),
    resetCause: resets.length > 0 ? (scenario.resetCause ?? null) : null,
    sides: {
      client: sideOf(pair.client, client, pair.client !== null),
      server: sideOf(pair.server, server, pair.listened || pair.server !== null),
    },
    ...scenario.truth,
  };
}

function together(sides: Side[]): Side | 'both' | null {
  return sides.length === 2 ? 'both' : (sides[0] ?? null);
}

function trueSide(socket: LoggedSocket | null, blows: Blow[], delay: bigint): TrueSide {
  const calls = socket?.calls ?? [];
  const failed = calls.find(hasFailed);
  const last = calls.findLast(({ call, end }) => end !== null && call !== 'close')?.end ?? 0n;
  const asked = calls.length > 0 && blows.every(({ time }) => time + delay + SLACK < last || failed !== undefined);
  return { error: failed?.errno ?? null, asked, calls: calls.map(trueCall) };
}

function trueCall({ call, start, end, result, errno }: LoggedCall): TrueCall {
  return {
    call: call as TrueCall['call'],
    start: timeText(start),
    end: end === null ? null : timeText(end),
    result,
    errno,
  };
}

function timeText(time: bigint): string {
  return `${time / 1_000_000_000n}.${String(time % 1_000_000_000n).padStart(9, '0')}`;
}

/** Both have closed first where neither had heard of the other's close. */
function firstCloser(pair: Pair, resets: Blow[], { delay, testimony }: Context): Side | 'both' | null {
  if (pair.client?.protocol === 'udp') return null;
  const [client, server] = [closedAt(pair.client), closedAt(pair.server)];
  const byClient = client < server;
  const first = byClient ? client : server;
  const reset = resets[0];
  if (reset !== undefined && reset.time + delay < first) return reset.from === pair.client?.local ? 'client' : 'server';
  if (first > testimony.stopped) return null;
  const apart = client - server;
  if (apart < delay && -apart < delay) return 'both';
  return byClient ? 'client' : 'server';
}

const INT32_MAX = 1n << 62n;

/** When the program closed or shut down the connection; a socket that is not connected, or dead, closes nothing. */
function closedAt(socket: LoggedSocket | null): bigint {
  let connected = false;
  for (const each of socket?.calls ?? []) {
    const { call, start, result, how } = each;
    if (hasFailed(each)) return INT32_MAX;
    if (CLOSING.has(call) || (call === 'shutdown' && how !== 'reading')) return connected ? start : INT32_MAX;
    if (call !== 'SO_ERROR' && result !== null && result >= 0) connected = true;
  }
  return INT32_MAX;
}

function hasFailed({ errno }: LoggedCall): boolean {
  return errno !== null && !NO_ERRORS.has(errno);
}

/** The RSTs and ICMP errors of a capture as tshark reads them, innermost headers where there are several. */
function blowsIn(capture: string): Blow[] {
  const fields = ['frame.time_epoch', 'tcp.flags.reset', 'ip.src', 'ip.dst', 'ipv6.src', 'ipv6.dst'];
  const ports = ['tcp.srcport', 'tcp.dstport', 'udp.srcport', 'udp.dstport', 'icmp.type', 'icmpv6.type'];
  const filter = 'tcp.flags.reset==1 || (icmp.type==3 || icmp.type==11 || icmpv6.type<=4)';
  const names = [...fields, ...ports];
  const options = ['-n', '-r', capture, '-Y', filter, '-T', 'fields', '-E', 'occurrence=l'];
  const output = execFileSync('tshark', [...options, ...names.flatMap((name) => ['-e', name])], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1 << 28,
  });
  const rows = output.split('\n').filter((line) => line !== '');
  return rows.map((row) => {
    const values = Object.fromEntries(row.split('\t').map((value, i) => [names[i], value]));
    const v6 = values['ipv6.src'] !== '';
    const end = (address: string, port: string) => (v6 ? `[${address}]:${port}` : `${address}:${port}`);
    const source = v6 ? values['ipv6.src'] : values['ip.src'];
    const target = v6 ? values['ipv6.dst'] : values['ip.dst'];
    const sent = end(source, values['tcp.srcport'] || values['udp.srcport']);
    const received = end(target, values['tcp.dstport'] || values['udp.dstport']);
    const icmp = values['icmp.type'] !== '' || values['icmpv6.type'] !== '';
    const time = BigInt(values['frame.time_epoch'].replace('.', ''));
    // The innermost headers of an ICMP error are those of the packet that it quotes, so it goes to their source.
    return { time, reset: !icmp, from: icmp ? received : sent, to: icmp ? sent : received };
  });
}
