import type { Connection } from '../record.ts';

/** What to look at next for each kind of problem, concretely: a command, a place, a setting. */
const ADVICE: Record<string, (record: Connection) => string> = {
  'connection-refused': ({ server, protocol }) =>
    protocol === 'sctp'
      ? `on ${server.address}: ss -lnS (does anything listen on port ${server.port}?), and the address that it is bound to`
      : `on ${server.address}: ss -ltnp 'sport = :${server.port}' (does anything listen, and on this address?); where it does, a firewall rule with REJECT --reject-with tcp-reset`,
  unanswered: ({ server }) =>
    `a capture on ${server.address}: do the SYNs arrive? If so: ss -ltn there (Recv-Q against Send-Q of the listening socket: a full accept queue drops SYNs) and nstat -az TcpExtListenDrops; if not: firewalls and routes on the way`,
  unreachable: ({ icmp, client }) =>
    icmp.length === 0
      ? `the route from ${client.address}`
      : `on ${icmp[0].from}, which sent it: its routes, neighbours (ip neigh) and firewall rules with REJECT`,
  'half-open': ({ server }) =>
    `on ${server.address}: ss -tn state syn-recv; many of them from many addresses are a SYN flood, a few a one-way route back to the client`,
  'handshake-aborted': ({ client }) => `on ${client.address}: the timeout that the client puts on connect()`,
  'slow-handshake': ({ server }) =>
    `where the first SYN was lost: a capture on ${server.address}, and nstat -az TcpExtListenDrops TcpExtListenOverflows there`,
  reset: ({ findings }) => {
    const side = findings.find(({ code }) => code === 'reset')?.side ?? 'server';
    return `the log of the ${side}'s program at that time: it ended, closed with unread data or with SO_LINGER 0; where it did not, a middlebox sent the RST (compare its TTL with that of the frames before)`;
  },
  'reset-after-fin': () =>
    'which side closes while the other still sends: the protocol between them should say who closes first',
  abandoned: ({ server, client }) =>
    `the way between ${client.address} and ${server.address} at that time: a host that went down, a firewall that forgot the connection, an MTU that is too big for the way`,
  'long-close-wait': ({ findings }) =>
    `on the ${findings.find(({ code }) => code === 'long-close-wait')?.side ?? 'server'}: why its program closes late after read() returned 0`,
  'half-closed': ({ findings }) =>
    `on the ${findings.find(({ code }) => code === 'half-closed')?.side ?? 'server'}: ss -tnp state close-wait; its program does not close after read() returned 0`,
  'heavy-retransmission': () =>
    'loss on the way: interface error counters (ip -s link), duplex, policers and queues; the ladder shows which side had to send again',
  'zero-window': ({ findings }) => {
    const side = findings.find(({ code }) => code === 'zero-window')?.side ?? 'server';
    return `why the program of the ${side} does not read: ss -tnm there shows Recv-Q and the receive buffer`;
  },
  'capture-loss': () => 'the capture itself: it lacks packets (a larger buffer with tcpdump -B, a shorter snap length)',
  'one-direction': () =>
    'the place of the capture: it sees only one direction (asymmetric routes, a mirror port of one way)',
};

/** For the problems of a connection, the worst first, each thing once. */
export function adviceFor(record: Connection): string[] {
  const said = new Set<string>();
  for (const { code } of record.findings) {
    const advice = ADVICE[code]?.(record);
    if (advice !== undefined) said.add(advice);
  }
  return [...said];
}
