import { C_HANDSHAKE, C_PORTS, HANDSHAKE_CLIENT_1, HANDSHAKE_CLIENT_KNOWN } from './columns.ts';

/** Below this a port is well known (RFC 6335 "system ports"). */
const WELL_KNOWN = 1024;
/** From here on Linux gives ports to clients (net.ipv4.ip_local_port_range); IANA's dynamic range lies within. */
const EPHEMERAL = 32_768;

/** True where no SYN and no SYN-ACK told who called connect(). */
export function areRolesInferred(ints: Int32Array, at: number): boolean {
  return (ints[at + C_HANDSHAKE] & HANDSHAKE_CLIENT_KNOWN) === 0;
}

/** True where not even the ports tell: the first sender counts as the client. */
export function areRolesGuessed(ints: Int32Array, at: number): boolean {
  return areRolesInferred(ints, at) && endpointOfServer(ints, at) < 0;
}

/**
 * Which endpoint (0 or 1) is the client: the sender of the first SYN, the receiver of a SYN-ACK; without either
 * the side whose peer has a well-known or plainly lower port; else the first sender.
 */
export function clientOf(ints: Int32Array, at: number): number {
  const handshake = ints[at + C_HANDSHAKE];
  if ((handshake & HANDSHAKE_CLIENT_KNOWN) !== 0) return (handshake & HANDSHAKE_CLIENT_1) !== 0 ? 1 : 0;
  return endpointOfServer(ints, at) === 0 ? 1 : 0;
}

/** Which endpoint has a well-known or plainly lower port than the other; -1 where neither has. */
function endpointOfServer(ints: Int32Array, at: number): number {
  const port0 = ints[at + C_PORTS] >>> 16;
  const port1 = ints[at + C_PORTS] & 0xffff;
  for (const limit of [WELL_KNOWN, EPHEMERAL]) {
    if (port0 < limit && port1 >= limit) return 0;
    if (port1 < limit && port0 >= limit) return 1;
  }
  return -1;
}
