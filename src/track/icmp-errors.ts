/** What an ICMP error says and what a Linux socket makes of it. */
export interface IcmpMeaning {
  text: string;
  /** Errno that the kernel gives the socket; null for a message that is no error to it. */
  errno: string | null;
  /** Ends a connection attempt, and a connected UDP socket's next call; the others are soft. */
  fatal: boolean;
}

const row = (text: string, errno: string | null, fatal: boolean): IcmpMeaning => ({ text, errno, fatal });

/** ICMPv4 type 3 by code (RFC 792, RFC 1812 5.2.7.1; Linux icmp_err_convert). */
const UNREACHABLE_V4: readonly IcmpMeaning[] = [
  row('network unreachable', 'ENETUNREACH', false),
  row('host unreachable', 'EHOSTUNREACH', false),
  row('protocol unreachable', 'ENOPROTOOPT', true),
  row('port unreachable', 'ECONNREFUSED', true),
  row('fragmentation needed', 'EMSGSIZE', false),
  row('source route failed', 'EOPNOTSUPP', false),
  row('network unknown', 'ENETUNREACH', true),
  row('host unknown', 'EHOSTDOWN', true),
  row('source host isolated', 'ENONET', true),
  row('network administratively prohibited', 'ENETUNREACH', true),
  row('host administratively prohibited', 'EHOSTUNREACH', true),
  row('network unreachable for this type of service', 'ENETUNREACH', false),
  row('host unreachable for this type of service', 'EHOSTUNREACH', false),
  row('communication administratively prohibited', 'EHOSTUNREACH', true),
  row('host precedence violation', 'EHOSTUNREACH', true),
  row('precedence cutoff in effect', 'EHOSTUNREACH', true),
];

/** ICMPv6 type 1 by code (RFC 4443 3.1; Linux tab_unreach in net/ipv6/icmp.c). */
const UNREACHABLE_V6: readonly IcmpMeaning[] = [
  row('no route to destination', 'ENETUNREACH', false),
  row('administratively prohibited', 'EACCES', true),
  row('beyond scope of source address', 'EHOSTUNREACH', false),
  row('address unreachable', 'EHOSTUNREACH', false),
  row('port unreachable', 'ECONNREFUSED', true),
  row('source address failed policy', 'EACCES', true),
  row('route rejected', 'EACCES', true),
];

/** @param version IP version of the ICMP message: 4 or 6 */
export function icmpMeaning(version: number, type: number, code: number): IcmpMeaning {
  if (version === 4) {
    if (type === 3) return UNREACHABLE_V4[code] ?? row(`destination unreachable, code ${code}`, 'EPROTO', true);
    if (type === 4) return row('source quench', null, false);
    if (type === 5) return row('redirect', null, false);
    if (type === 11) return row(timeExceeded(code), 'EHOSTUNREACH', false);
    if (type === 12) return row('parameter problem', 'EPROTO', true);
    return row(`ICMP type ${type} code ${code}`, null, false);
  }
  if (type === 1) return UNREACHABLE_V6[code] ?? row(`destination unreachable, code ${code}`, 'EPROTO', true);
  if (type === 2) return row('packet too big', 'EMSGSIZE', false);
  if (type === 3) return row(timeExceeded(code), 'EHOSTUNREACH', false);
  if (type === 4) return row('parameter problem', 'EPROTO', true);
  return row(`ICMPv6 type ${type} code ${code}`, null, false);
}

function timeExceeded(code: number): string {
  return code === 1 ? 'fragment reassembly time exceeded' : 'time to live exceeded';
}
