import type { Connection, Finding, Reset, Side } from '../record.ts';
import { otherSide } from '../socket/event-facts.ts';
import { lookForFullQueue, RESET_ADVICE } from './advice-reset.ts';
import {
  findingOf,
  isFarAway,
  isQueueFull,
  isRepeatedAfterAck,
  metOlder,
  neverTaken,
  refusals,
  unseenSide,
} from './words.ts';

/** What to look at next: a command, a place, a setting. The first that says something of a kind says it. */
interface Advice {
  when(record: Connection): boolean;
  look(record: Connection): string;
}

const hasFinding =
  (code: string) =>
  ({ findings }: Connection): boolean =>
    findings.some((finding) => finding.code === code);

/** A side that has not closed, and does nothing. */
const CLOSE_WAIT = ['long-close-wait', 'close-wait-leak'];

const ADVICE: readonly Advice[] = [
  {
    when: ({ handshake, protocol }) => handshake?.outcome === 'refused' && protocol === 'tcp',
    look: ({ server: { address, port } }) =>
      `on ${address}: ss -ltnp 'sport = :${port}' (does anything listen, and on this address?); where it does, a firewall rule with --reject-with tcp-reset`,
  },
  {
    when: ({ handshake, protocol }) => handshake?.outcome === 'refused' && protocol === 'sctp',
    look: ({ server: { address, port } }) => `on ${address}: ss -lnS 'sport = :${port}' (does anything listen?)`,
  },
  {
    when: hasFinding('unanswered'),
    look: ({ server: { address } }) =>
      `a capture on ${address}: if the SYNs do not arrive, firewalls and routes on the way; if they do, ss -ltn there (Recv-Q against Send-Q of the listening socket: a full accept queue drops SYNs) and nstat -az TcpExtListenDrops`,
  },
  { when: isIcmpDecisive, look: lookForIcmp },
  { when: isLateAnswer, look: lookForLateAnswer },
  {
    when: hasFinding('half-open'),
    look: ({ server: { address } }) =>
      `on ${address}: ss -tn state syn-recv; many of them from many addresses are a SYN flood, a few a way back to the client that does not work`,
  },
  { when: hasFinding('slow-handshake'), look: lookForSlowHandshake },
  { when: hasFinding('keep-alive-race'), look: lookForRace },
  { when: hasFinding('closed-without-answer'), look: lookForNoAnswer },
  { when: hasFinding('unread-data'), look: lookForUnread },
  { when: (record) => decisive(record) !== undefined && !isToldBefore(record), look: lookForReset },
  {
    when: (record) => hasFinding('accept-queue-full')(record) && decisive(record) === undefined,
    look: (record) => (isQueueFull(record) ? lookForFullQueue(record) : lookForLostAck(record)),
  },
  {
    when: (record) =>
      findingOf(record, 'accept-queue-full') === undefined &&
      record.handshake?.outcome === 'completed' &&
      isRepeatedAfterAck(record.handshake) &&
      !isFarAway(record),
    look: lookForLostAck,
  },
  {
    when: hasFinding('mtu-black-hole'),
    look: (record) => {
      const from = findingOf(record, 'mtu-black-hole')?.side ?? 'client';
      return `the path MTU from ${record[from].address} to ${record[otherSide(from)].address}: there, ping -M do -s 1472, smaller until one gets through; tunnels on the way, firewalls that drop ICMP "fragmentation needed"; net.ipv4.tcp_mtu_probing=1 or a smaller MSS gets around it`;
    },
  },
  { when: hasFinding('idle-timeout'), look: lookForIdle },
  {
    when: hasFinding('abandoned'),
    look: ({ client, server }) =>
      `the way between ${client.address} and ${server.address} at that time: a host that went down, a link that broke, a firewall that forgot the connection`,
  },
  {
    when: (record) => CLOSE_WAIT.some((code) => hasFinding(code)(record)),
    look: (record) =>
      `on ${record[sideOf(record, ...CLOSE_WAIT)].address}: ss -tnp state close-wait; the program of the ${sideOf(record, ...CLOSE_WAIT)} did not call close() when read() had returned 0`,
  },
  {
    when: (record) => hasFinding('half-closed')(record) && !CLOSE_WAIT.some((code) => hasFinding(code)(record)),
    look: (record) => {
      const side = sideOf(record, 'half-closed');
      return `nothing, where the ${otherSide(side)} only said that it has no more to send (shutdown(SHUT_WR)); else, on ${record[side].address}, why the program of the ${side} still sends`;
    },
  },
  {
    when: (record) => zeroWindowSide(record) !== null && hasFinding('zero-window')(record),
    look: (record) => {
      const side = zeroWindowSide(record) ?? 'client';
      return `on ${record[side].address}: why the program of the ${side} did not read: ss -tnmp (Recv-Q and the receive buffer), its threads and what they wait for`;
    },
  },
  {
    when: (record) => hasFinding('heavy-retransmission')(record) && !isToldBySilence(record),
    look: () =>
      'loss on the way: error and drop counters of interfaces (ip -s link, tc -s qdisc), policers, duplex; the ladder shows which side had to send again',
  },
  {
    when: hasFinding('time-wait-pile-up'),
    look: ({ client: { address } }) =>
      `on ${address}: ss -tan state time-wait | wc -l against net.ipv4.ip_local_port_range; connections that are kept and used again need no new ports, and where the server closes first the client keeps no TIME-WAIT`,
  },
  {
    when: hasFinding('capture-loss'),
    look: () => 'the capture itself: it lacks packets; a larger buffer (tcpdump -B) or a shorter snap length helps',
  },
  {
    when: (record) => unseenSide(record) !== null,
    look: () => 'where the capture was made: it sees one direction (asymmetric routes, a mirror port of one way)',
  },
];

/** For what is wrong with a connection, each thing once; nothing where nothing is. */
export function adviceFor(record: Connection): string[] {
  // Of a scan its connections are only examples.
  if (hasFinding('port-scan')(record)) return [lookForScanner(record)];
  return ADVICE.filter(({ when }) => when(record)).map(({ look }) => look(record));
}

/** The RST that ended it: not one that a later SYN made good, and none that only left after all had been said. */
function decisive({ resets, handshake, findings }: Connection): Reset | undefined {
  if (handshake?.outcome === 'refused') return undefined;
  const isNote = findings.some(({ code, severity }) => ENDED_BY_RESET.has(code) && severity === 'note');
  if (isNote) return undefined;
  const opened = handshake?.outcome === 'completed' ? (handshake.synAck?.frame ?? 0) : 0;
  return resets.find(({ accepted, frame }) => accepted && frame > opened);
}

const ENDED_BY_RESET: ReadonlySet<string> = new Set(['reset', 'reset-after-fin']);

/** Findings whose own advice says what an RST would. */
function isToldBefore(record: Connection): boolean {
  const codes = ['keep-alive-race', 'closed-without-answer', 'unread-data', 'idle-timeout', 'mtu-black-hole'];
  return codes.some((code) => hasFinding(code)(record));
}

/** What was sent again was not lost here and there: nobody was there to take it. */
function isToldBySilence(record: Connection): boolean {
  const codes = ['abandoned', 'idle-timeout', 'mtu-black-hole'];
  return neverTaken(record) || codes.some((code) => hasFinding(code)(record));
}

function lookForReset(record: Connection): string {
  const reset = decisive(record);
  return reset === undefined ? '' : RESET_ADVICE[reset.cause](record, reset);
}

function lookForScanner({ client, server }: Connection): string {
  return `on ${client.address}: which program asks for so many ports (ss -tnp while it runs); ${server.address} only answered it, as long as nobody misses a service there`;
}

/** Why connect() took long. */
function lookForSlowHandshake(record: Connection): string {
  const { server, client, handshake } = record;
  if (refusals(record) > 0) {
    return `on ${server.address}: why nothing listened on port ${server.port} until then (a service that started, a backend that was added); the client asked again by itself`;
  }
  if (metOlder(record) || (hasFinding('port-reuse')(record) && (handshake?.synRetransmissions ?? 0) > 0)) {
    return `on ${client.address}: why the same local port is used again so soon (a bind() to a fixed port, a small net.ipv4.ip_local_port_range, NAT); TIME-WAIT of ${server.address} takes a new SYN at once only with a later timestamp or sequence number`;
  }
  return (handshake?.synRetransmissions ?? 0) > 0 && !isFarAway(record)
    ? `where the first SYN went: a capture on ${server.address}, and nstat -az TcpExtListenDrops TcpExtListenOverflows there`
    : `the distance: ping ${server.address}; if that is quick, the load of ${server.address}`;
}

/** Seconds as a message has them: 'after 40.0 s idle'. */
function secondsIn(record: Connection, code: string): string | null {
  return /\bafter ([\d.,]+ m?s)\b/.exec(findingOf(record, code)?.message ?? '')?.[1] ?? null;
}

function lookForRace(record: Connection): string {
  const idle = secondsIn(record, 'keep-alive-race');
  const { client, server } = record;
  const closes = idle === null ? 'closed' : `closed after ${idle} idle`;
  return `on ${client.address}: the idle timeout of the client's pool, or of the proxy's connections to ${server.address}, must be shorter than that of the server, which ${closes} (or the server's longer); a request that is safe to repeat can be sent again on a new connection`;
}

function lookForNoAnswer(record: Connection): string {
  const { side } = findingOf(record, 'closed-without-answer') ?? { side: 'server' };
  if (side === 'client') {
    return `on ${record.client.address}: why the program of the client closed before it had answered: its log at that time, a timeout, a crash`;
  }
  const { address, port } = record.server;
  const log = `on ${address}: the log of the program behind port ${port} at that time (a crash or a restart, an exception before the answer, a limit on size, time or requests of a worker), and whether its access log has the request`;
  return record.fromServer.uniqueBytes === 0
    ? `${log}; whether it speaks the protocol that the client does (plain or TLS)`
    : `${log}; it had answered before on this connection: its keep-alive timeout, its limit of requests a connection, a reload; on a proxy, that it tries again on a new connection`;
}

function lookForUnread(record: Connection): string {
  const side = sideOf(record, 'unread-data');
  const peer = otherSide(side);
  return `on ${record[side].address}: why the program of the ${side} closes before it has read all that the ${peer} sends (an early answer such as 413 or 401, a limit, an error); it has to read to the end, or to call shutdown(SHUT_WR) and wait for the FIN, so that the ${peer} gets the answer`;
}

function lookForIdle(record: Connection): string {
  const idle = secondsIn(record, 'idle-timeout');
  const often = idle === null ? 'more often' : `more often than every ${idle}`;
  return `firewalls, NATs and load balancers on the way and how long they keep idle connections; keep-alives must come ${often} (SO_KEEPALIVE with TCP_KEEPIDLE), or the pool must let go sooner`;
}

/** The same SYN-ACK again after its ACK. */
function lookForLostAck({ server: { address, port }, handshake }: Connection): string {
  const frame = handshake?.ack == null ? '' : ` of frame ${handshake.ack.frame}`;
  return `a capture on ${address}: if the ACK${frame} does not arrive there, it was lost on the way; if it does, the accept queue was full (ss -ltn 'sport = :${port}', nstat -az TcpExtListenOverflows)`;
}

/** It ended something, or would: not what a later packet made good. */
function isIcmpDecisive(record: Connection): boolean {
  const { icmp, handshake, close, protocol, fromServer } = record;
  const isFatal = hasFinding('unreachable')(record) || handshake?.outcome === 'unreachable';
  const isInVain = close?.style === 'abandoned' || (protocol === 'udp' && fromServer.packets === 0);
  return (isFatal || isInVain) && icmp.some(({ errno }) => errno !== null) && !isForServer(record);
}

/** The ICMP errors are about packets of the server: the client, or its way, is what they did not reach. */
function isForServer(record: Connection): boolean {
  const { icmp, client } = record;
  return icmp[0]?.from === client.address || findingOf(record, 'icmp-error')?.side === 'client';
}

function isLateAnswer(record: Connection): boolean {
  return record.icmp.length > 0 && isForServer(record);
}

/** The server answered; its packet found no socket, or not the way. */
function lookForLateAnswer({ icmp, client, protocol }: Connection): string {
  const [{ from }] = icmp;
  if (from !== client.address)
    return `on ${from}, on the way back to ${client.address}: ip route get ${client.address}`;
  const sockets =
    protocol === 'udp' ? 'it asked, and did not wait long enough, or had its answer from elsewhere' : 'it had closed';
  return `on ${client.address}: why the socket of port ${client.port} was gone when the answer came (${sockets}); the server did answer`;
}

function lookForIcmp({ icmp, server, client, protocol }: Connection): string {
  const [{ from, text }] = icmp;
  if (text === 'port unreachable' && from === server.address) {
    const sockets = protocol === 'udp' ? 'ss -lunp' : 'ss -ltnp';
    return `on ${from}: ${sockets} 'sport = :${server.port}' (does anything listen, and on this address?), or a firewall rule with REJECT`;
  }
  // A host that answers is there: only a rule makes it say that it is not.
  if (/prohibited|policy|rejected/.test(text) || from === server.address)
    return `the firewall of ${from}, which sent it: iptables-save, nft list ruleset`;
  if (/too big|fragmentation/.test(text))
    return `the MTU behind ${from}, and whether ${client.address} heeds it: ip route get there shows its path MTU`;
  if (/time exceeded|time to live/.test(text)) return `a routing loop around ${from}: traceroute`;
  return `on ${from}: ip route get ${server.address}, ip neigh (is the next hop there?), firewall rules with REJECT`;
}

function sideOf({ findings }: Connection, ...codes: string[]): Side {
  return findings.find((finding: Finding) => codes.includes(finding.code))?.side ?? 'server';
}

function zeroWindowSide({ fromClient, fromServer }: Connection): Side | null {
  if (fromClient.zeroWindowTime + fromServer.zeroWindowTime === 0) return null;
  return fromClient.zeroWindowTime > fromServer.zeroWindowTime ? 'client' : otherSide('client');
}
