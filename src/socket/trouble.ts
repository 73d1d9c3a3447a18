import {
  C_EVENTS,
  C_HANDSHAKE,
  C_PROTOCOL,
  C_UNANSWERED_AT_FIN,
  E_FLAGS,
  E_PACKETS,
  E_RESENT_RUN,
  E_UNANSWERED,
  END_MET_FIN,
  HANDSHAKE_ACCEPTED,
  HANDSHAKE_ASSUMED,
  HANDSHAKE_SYN,
  HANDSHAKE_SYN_ACK,
} from '../track/columns.ts';
import { STUCK_AFTER } from '../track/retries.ts';
import type { Sides } from '../track/sides.ts';

const UDP = 17;

/**
 * An RST, an ICMP error, a handshake that failed, something that went unanswered, a request that the server's close left or
 * crossed, a side that is not in the capture: else no socket has an error.
 */
export function hadTrouble(ints: Int32Array, { at, client, server, clientEndpoint }: Sides): boolean {
  if (ints[at + C_EVENTS] !== 0 || ints[client + E_UNANSWERED] + ints[server + E_UNANSWERED] > 0) return true;
  if (ints[client + E_PACKETS] === 0 || ints[server + E_PACKETS] === 0) return (ints[at + C_PROTOCOL] & 0xff) !== UDP;
  if (ints[client + E_RESENT_RUN] >= STUCK_AFTER || ints[server + E_RESENT_RUN] >= STUCK_AFTER) return true;
  if (ints[at + C_UNANSWERED_AT_FIN + 1 - clientEndpoint] !== 0 || (ints[client + E_FLAGS] & END_MET_FIN) !== 0)
    return true;
  const handshake = ints[at + C_HANDSHAKE];
  if ((handshake & (HANDSHAKE_SYN | HANDSHAKE_SYN_ACK)) === 0) return false;
  return (handshake & (HANDSHAKE_ACCEPTED | HANDSHAKE_ASSUMED)) === 0;
}
