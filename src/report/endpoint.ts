import type { Connection, Endpoint } from '../record.ts';

/** 10.0.0.1:80, [2001:db8::1]:80 */
export function endpointText({ address, port }: Endpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** 'tcp 12': what Wireshark finds as `tcp.stream eq 12`. */
export function streamText({ protocol, stream }: Pick<Connection, 'protocol' | 'stream'>): string {
  return `${protocol} ${stream}`;
}
