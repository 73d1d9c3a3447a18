import type { Connection, Finding, Reset, Side } from '../record.ts';
import { otherSide } from '../socket/event-facts.ts';
import { lookForFullQueue, RESET_ADVICE } from './advice-reset.ts';
import { isEstablished, unseenSide } from './words.ts';

/** What to look at next: a command, a place, a setting. The first that says something of a kind says it. */
interface Advice {
  when(record: Connection): boolean;
  look(record: Connection): string;
}

const hasFinding =
  (code: string) =>
  ({ findings }: Connection): boolean =>
    findings.some((finding) => finding.code === code);

/** A side that closes late, or not at all. */
const CLOSE_WAIT = ['long-close-wait', 'close-wait-leak', 'half-closed'];

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
    when: ({ handshake }) => handshake?.outcome === 'unanswered',
    look: ({ server: { address } }) =>
      `a capture on ${address}: if the SYNs do not arrive, firewalls and routes on the way; if they do, ss -ltn there (Recv-Q against Send-Q of the listening socket: a full accept queue drops SYNs) and nstat -az TcpExtListenDrops`,
  },
  { when: isIcmpDecisive, look: lookForIcmp },
  {
    when: (record) => record.handshake?.outcome === 'half-open' && unseenSide(record) === null,
    look: ({ server: { address } }) =>
      `on ${address}: ss -tn state syn-recv; many of them from many addresses are a SYN flood, a few a way back to the client that does not work`,
  },
  {
    when: hasFinding('slow-handshake'),
    look: ({ server: { address }, handshake }) =>
      (handshake?.synRetransmissions ?? 0) > 0
        ? `where the first SYN went: a capture on ${address}, and nstat -az TcpExtListenDrops TcpExtListenOverflows there`
        : `the distance: ping ${address}; if that is quick, the load of ${address}`,
  },
  { when: (record) => decisive(record) !== undefined, look: lookForReset },
  {
    when: (record) => hasFinding('accept-queue-full')(record) && decisive(record) === undefined,
    look: lookForFullQueue,
  },
  {
    when: hasFinding('mtu-black-hole'),
    look: ({ client, server }) =>
      `the path MTU between ${client.address} and ${server.address}: ping -M do -s 1472, smaller until one gets through; tunnels on the way, firewalls that drop ICMP "fragmentation needed"; net.ipv4.tcp_mtu_probing=1 or a smaller MSS gets around it`,
  },
  {
    when: (record) => hasFinding('idle-timeout')(record) && decisive(record) === undefined,
    look: () =>
      'firewalls, NATs and load balancers on the way and how long they keep idle connections; keep-alives must come more often (SO_KEEPALIVE with TCP_KEEPIDLE)',
  },
  {
    when: (record) =>
      record.close?.style === 'abandoned' &&
      isEstablished(record) &&
      !['mtu-black-hole', 'idle-timeout'].some((code) => hasFinding(code)(record)),
    look: ({ client, server }) =>
      `the way between ${client.address} and ${server.address} at that time: a host that went down, a link that broke, a firewall that forgot the connection`,
  },
  {
    when: (record) => CLOSE_WAIT.some((code) => hasFinding(code)(record)),
    look: (record) =>
      `on the ${sideOf(record, ...CLOSE_WAIT)}: ss -tnp state close-wait; its program did not call close() after read() had returned 0`,
  },
  {
    when: (record) => zeroWindowSide(record) !== null && hasFinding('zero-window')(record),
    look: (record) =>
      `why the program of the ${zeroWindowSide(record)} did not read: ss -tnmp there (Recv-Q and the receive buffer), its threads and what they wait for`,
  },
  {
    when: (record) => hasFinding('heavy-retransmission')(record) && record.close?.style !== 'abandoned',
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
  return ADVICE.filter(({ when }) => when(record)).map(({ look }) => look(record));
}

/** The RST that ended it. */
function decisive({ resets, handshake }: Connection): Reset | undefined {
  if (handshake?.outcome === 'refused') return undefined;
  return resets.find(({ accepted }) => accepted);
}

function lookForReset(record: Connection): string {
  const reset = decisive(record);
  return reset === undefined ? '' : RESET_ADVICE[reset.cause](record, reset);
}

/** It ended something, or would: not what a later packet made good. */
function isIcmpDecisive({ icmp, handshake, close, protocol }: Connection): boolean {
  const isFatal = protocol === 'udp' || handshake?.outcome === 'unreachable' || close?.style === 'abandoned';
  return isFatal && icmp.some(({ errno }) => errno !== null);
}

function lookForIcmp({ icmp, server, protocol }: Connection): string {
  const [{ from, text }] = icmp;
  if (text === 'port unreachable' && from === server.address) {
    const sockets = protocol === 'udp' ? 'ss -lunp' : 'ss -ltnp';
    return `on ${from}: ${sockets} 'sport = :${server.port}' (does anything listen, and on this address?), or a firewall rule with REJECT`;
  }
  // A host that answers is there: only a rule makes it say that it is not.
  if (/prohibited|policy|rejected/.test(text) || from === server.address)
    return `the firewall of ${from}, which sent it: iptables-save, nft list ruleset`;
  if (/too big|fragmentation/.test(text))
    return `the MTU behind ${from}, and whether the sender heeds it: ip route get shows its path MTU`;
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
