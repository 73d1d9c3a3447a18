import type { Connection, SocketView } from '../record.ts';
import {
  C_EVENTS,
  C_HANDSHAKE,
  E_UNANSWERED,
  HANDSHAKE_ACCEPTED,
  HANDSHAKE_ASSUMED,
  HANDSHAKE_SYN,
  HANDSHAKE_SYN_ACK,
} from '../track/columns.ts';
import type { RecordSource } from '../track/record-source.ts';
import type { Sides } from '../track/sides.ts';
import { makeCalls } from './calls.ts';
import { socketErrorOf } from './error-rules.ts';
import { factsOf } from './facts.ts';

const NO_ERROR: SocketView = { error: null };
const NO_ERRORS: Connection['sockets'] = { client: NO_ERROR, server: NO_ERROR };

/** What the application of each side saw. */
export function makeSockets(source: RecordSource, row: number, sides: Sides): Connection['sockets'] {
  if (source.turns === null && !hadTrouble(source.slab.ints, sides)) return NO_ERRORS;
  const facts = factsOf(source, row, sides);
  const client = { error: socketErrorOf(facts, 'client')?.errno ?? null };
  const server = { error: socketErrorOf(facts, 'server')?.errno ?? null };
  if (source.turns === null) return { client, server };
  const calls = makeCalls(source, row, sides, facts);
  return { client: { ...client, calls: calls.client }, server: { ...server, calls: calls.server } };
}

/** An RST, an ICMP error, a handshake that failed, something that went unanswered: else no socket has an error. */
export function hadTrouble(ints: Int32Array, { at, client, server }: Sides): boolean {
  if (ints[at + C_EVENTS] !== 0 || ints[client + E_UNANSWERED] + ints[server + E_UNANSWERED] > 0) return true;
  const handshake = ints[at + C_HANDSHAKE];
  if ((handshake & (HANDSHAKE_SYN | HANDSHAKE_SYN_ACK)) === 0) return false;
  return (handshake & (HANDSHAKE_ACCEPTED | HANDSHAKE_ASSUMED)) === 0;
}
