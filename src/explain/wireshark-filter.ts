import type { Connection } from '../record.ts';

/** What Wireshark counts as we do. It counts SCTP associations, too, but only where a preference says so. */
const STREAM_FIELDS = { tcp: 'tcp.stream', udp: 'udp.stream', sctp: null } as const;

/**
 * The display filter that shows the frames of a connection in Wireshark, the ICMP errors that quote it included.
 * Where its number means nothing there, addresses and ports do; a later connection of the same ports matches, too.
 * @param isWholeInput the connection's number counts within the one file that Wireshark would open
 */
export function wiresharkFilter(
  { protocol, stream, client, server }: Pick<Connection, 'protocol' | 'stream' | 'client' | 'server'>,
  isWholeInput: boolean,
): string {
  const field = STREAM_FIELDS[protocol];
  if (isWholeInput && field !== null) return `${field} eq ${stream}`;
  const layer = client.address.includes(':') ? 'ipv6' : 'ip';
  // Without spaces, so that no line ends within a comparison.
  const parts = [client, server].map(
    ({ address, port }) => `${layer}.addr==${address.split('%')[0]} && ${protocol}.port==${port}`,
  );
  return parts.join(' && ');
}
