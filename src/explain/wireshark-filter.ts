import type { Connection } from '../record.ts';

const STREAM_FIELDS = { tcp: 'tcp.stream', udp: 'udp.stream', sctp: 'sctp.assoc_index' } as const;

/**
 * The display filter that shows the frames of a connection in Wireshark.
 * @param isWholeInput the connection's number counts within the one file that Wireshark would open
 */
export function wiresharkFilter(record: Connection, isWholeInput: boolean): string {
  const { protocol, stream } = record;
  if (isWholeInput) return `${STREAM_FIELDS[protocol]} eq ${stream}`;
  const { client, server } = record;
  const field = client.address.includes(':') ? 'ipv6' : 'ip';
  const address = (each: string) => `${field}.addr eq ${each.split('%')[0]}`;
  const ports = `${protocol}.port eq ${client.port} && ${protocol}.port eq ${server.port}`;
  return `${address(client.address)} && ${address(server.address)} && ${ports}`;
}
