import type { Connection } from '../record.ts';
import { endpointText } from '../report/endpoint.ts';
import type { FieldOptions } from './field-choice.ts';

/** Ports that a host gives to sockets that ask for none: Linux from here on, others within (RFC 6335 6). */
const EPHEMERAL_FROM = 32768;

/**
 * What connections of two captures are paired by: 'tcp 10.0.0.2:80', 'udp [2001:db8::1]:*'. An ephemeral port is '*',
 * unless it is kept; so is what is ignored.
 */
export function serverName(
  { protocol, server }: Pick<Connection, 'protocol' | 'server'>,
  { keep = [], ignore = [] }: FieldOptions = {},
): string {
  const isNamed = (names: readonly string[], field: string) => names.includes('server') || names.includes(field);
  const address = isNamed(ignore, 'server.address') ? '*' : endpointText(server).replace(/:\d+$/, '');
  const isKept = isNamed(keep, 'server.port') || server.port < EPHEMERAL_FROM;
  return `${protocol} ${address}:${isKept && !isNamed(ignore, 'server.port') ? server.port : '*'}`;
}
