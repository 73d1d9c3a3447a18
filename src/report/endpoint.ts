import type { Connection, Endpoint } from '../record.ts';
import { printable } from './printable.ts';

/** 10.0.0.1:80, [2001:db8::1]:80 */
export function endpointText(endpoint: Endpoint): string {
  const { address, port } = printableEndpoint(endpoint);
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
