import type { Connection, Endpoint } from '../record.ts';
import { printable } from './printable.ts';

/** 10.0.0.1:80, [2001:db8::1]:80; of a host as a whole, without port, 10.0.0.1 */
export function endpointText({ address: written, port }: { address: string; port: number | null }): string {
  if (port === null) return printable(written);
  const { address } = printableEndpoint({ address: written, port });
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The zone of an address is a name that stands in the capture file: it must not speak to the terminal. */
export function printableEndpoint(endpoint: Endpoint): Endpoint {
  const { address, port } = endpoint;
  return address.includes('%') ? { address: printable(address), port } : endpoint;
}

/** 'tcp 12': what Wireshark finds as `tcp.stream eq 12`. */
export function streamText({ protocol, stream }: Pick<Connection, 'protocol' | 'stream'>): string {
  return `${protocol} ${stream}`;
}
