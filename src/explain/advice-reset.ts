import type { Connection, Reset, ResetCause } from '../record.ts';
import { otherSide } from '../socket/event-facts.ts';
import { packetNames } from '../track/packet-names.ts';
import { isAskedAgain, neverTaken } from './words.ts';

/** What to look at after an RST, by why it was sent. */
export const RESET_ADVICE: Record<ResetCause, (record: Connection, reset: Reset) => string> = {
  'port-closed': ({ server: { address, port } }) => `on ${address}: ss -ltnp 'sport = :${port}'`,
  'abortive-close': (record, { from }) => {
    // It was the one that had waited in vain.
    if (record.sockets[from].error === 'ETIMEDOUT') {
      const peer = otherSide(from);
      return `why the ${peer} fell silent: whether ${record[peer].address} was up, and firewalls that forget idle connections sooner than the ${from} asks with keep-alives (net.ipv4.tcp_keepalive_time, TCP_KEEPIDLE)`;
    }
    return `on ${record[from].address}: the log of the ${from}'s program at that time; close() with unread data (also at the end of a process) and SO_LINGER 0 send ${packetNames(record).reset}`;
  },
  'data-after-close': (_, { from }) =>
    `why the ${from} closed while the ${otherSide(from)} still sent: the protocol between them must say who closes, and when all has been said`,
  'half-open-peer': (record, { from, because }) => {
    if (neverTaken(record)) return lookForCookies(record);
    const { address } = record[from];
    const forgot = /\bidle for\b/.test(because)
      ? 'a NAT or firewall on the way forgot the connection while it was idle (conntrack timeouts against keep-alives)'
      : 'a NAT or load balancer on the way sent it to another host';
    return `whether ${address} restarted, or ${forgot}`;
  },
  'backlog-overflow': lookForFullQueue,
  'client-abort': ({ client, server }, reset) =>
    isAskedAgain(reset)
      ? `who answers for ${server.address}: NAT on the way must change the answer back to the address that ${client.address} asked (hairpin NAT, masquerade rules, conntrack -L)`
      : `on ${client.address}: the timeout that the program puts on connect(); a port scan looks the same`,
  'injected-suspected': (record, { from }) =>
    `who sent it: compare TTL and IP ID of the RST with other packets of the ${from}; a capture on ${record[from].address} shows whether it sent any`,
  unknown: (record, { from }) =>
    `a capture on ${record[from].address}, to see whether it sent the RST, and its log at that time`,
};

/** The program does not accept() as fast as connections come. */
export function lookForFullQueue({ server: { address, port } }: Connection): string {
  return `on ${address}: ss -ltn 'sport = :${port}' (Recv-Q against Send-Q of the listening socket), nstat -az TcpExtListenOverflows; the backlog of listen(), net.core.somaxconn, and why the program calls accept() so seldom`;
}

/** The server's host answered the SYN and then knew nothing of the connection. */
function lookForCookies(record: Connection): string {
  const { address } = record.server;
  return `${lookForFullQueue(record)}; nstat -az TcpExtSyncookiesSent TcpExtSyncookiesFailed on ${address}, and whether a load balancer sends packets of one connection to several hosts`;
}
