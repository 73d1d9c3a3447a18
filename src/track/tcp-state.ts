import type { TcpState } from '../record.ts';
import {
  C_HANDSHAKE,
  C_PROTOCOL,
  C_STATUS,
  C_SYN_ACK_COUNT,
  E_FLAGS,
  E_PACKETS,
  E_RESETS,
  END_CLOSED_SECOND,
  END_FIN_ACKED,
  END_FIN_SENT,
  END_NOT_TAKEN,
  END_OLDER,
  END_SYN_ACK_SENT,
  END_SYN_ACKED,
  END_SYN_SENT,
  HANDSHAKE_ABORTED,
  HANDSHAKE_ACCEPTED,
  HANDSHAKE_ASSUMED,
  HANDSHAKE_CONNECTED,
  HANDSHAKE_NOT_HEARD,
  HANDSHAKE_REFUSED,
  HANDSHAKE_SIMULTANEOUS,
  ROW_RESET,
} from './columns.ts';

/** RFC 9293 section 3.3.2; the index is the state's number. */
export const TCP_STATES: readonly TcpState[] = [
  'CLOSED',
  'LISTEN',
  'SYN-SENT',
  'SYN-RECEIVED',
  'ESTABLISHED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSE-WAIT',
  'CLOSING',
  'LAST-ACK',
  'TIME-WAIT',
];
const SCTP = 132;
export const CLOSED = 0;
export const SYN_SENT = 2;
export const SYN_RECEIVED = 3;
export const ESTABLISHED = 4;
export const FIN_WAIT_1 = 5;
export const FIN_WAIT_2 = 6;
export const CLOSE_WAIT = 7;
export const CLOSING = 8;
export const LAST_ACK = 9;
export const TIME_WAIT = 10;

/**
 * State of an endpoint, derived from what it sent and from what its peer is known to have received: a side has
 * received a FIN when it acknowledged it, and connect() has returned when the SYN-ACK passed. Nothing is
 * stored; the bits that it is derived from only ever go on.
 *
 * @param me index of the endpoint's int columns, `peer` of the other's
 * @returns index into TCP_STATES
 */
export function stateOf(ints: Int32Array, at: number, me: number, peer: number): number {
  if ((ints[at + C_STATUS] & ROW_RESET) !== 0) return CLOSED;
  const mine = ints[me + E_FLAGS];
  const theirs = ints[peer + E_FLAGS];
  if ((mine & END_FIN_SENT) !== 0) {
    const peerFinReceived = (theirs & END_FIN_ACKED) !== 0;
    if ((mine & END_CLOSED_SECOND) !== 0) return (mine & END_FIN_ACKED) !== 0 ? CLOSED : LAST_ACK;
    if ((mine & END_FIN_ACKED) !== 0) {
      if (!peerFinReceived) return FIN_WAIT_2;
      // SCTP keeps nothing after SHUTDOWN COMPLETE (RFC 9260 9.2).
      return (ints[at + C_PROTOCOL] & 0xff) === SCTP ? CLOSED : TIME_WAIT;
    }
    return peerFinReceived ? CLOSING : FIN_WAIT_1;
  }
  if ((theirs & END_FIN_ACKED) !== 0) return CLOSE_WAIT;
  if ((mine & END_SYN_ACK_SENT) !== 0) return (mine & END_SYN_ACKED) !== 0 ? ESTABLISHED : SYN_RECEIVED;
  if ((mine & END_SYN_SENT) !== 0) {
    if ((theirs & END_SYN_ACKED) !== 0) return ESTABLISHED; // it acknowledged the peer's SYN
    const handshake = ints[at + C_HANDSHAKE];
    if ((handshake & HANDSHAKE_NOT_HEARD) !== 0) return SYN_SENT;
    return (mine & END_SYN_ACKED) !== 0 || (handshake & HANDSHAKE_CONNECTED) !== 0 ? ESTABLISHED : SYN_SENT;
  }
  // No SYN of this side was captured: it takes part if it sent anything but RSTs, or if its peer never opened.
  if (ints[me + E_PACKETS] > ints[me + E_RESETS] && (mine & END_OLDER) === 0) return ESTABLISHED;
  if ((ints[at + C_HANDSHAKE] & HANDSHAKE_ASSUMED) !== 0) return ESTABLISHED; // its peer goes on as after its SYN-ACK
  return (theirs & (END_SYN_SENT | END_SYN_ACK_SENT)) === END_SYN_SENT ? CLOSED : ESTABLISHED;
}

/**
 * The state that the packets of the whole connection show: `stateOf`, unless the SYN-ACK came again and again and nothing shows
 * that the client heard it, or that the server took the ACK of it.
 */
export function shownState(ints: Int32Array, at: number, me: number, peer: number): number {
  const state = stateOf(ints, at, me, peer);
  if (state !== ESTABLISHED) return state;
  const mine = ints[me + E_FLAGS] & (END_SYN_SENT | END_SYN_ACK_SENT | END_NOT_TAKEN);
  if (mine === (END_SYN_ACK_SENT | END_NOT_TAKEN)) return SYN_RECEIVED;
  const isAsked = mine === END_SYN_SENT && ints[at + C_SYN_ACK_COUNT] > 1;
  const isUnheard = isAsked && (ints[at + C_HANDSHAKE] & WENT_ON) === HANDSHAKE_CONNECTED;
  return isUnheard ? SYN_SENT : ESTABLISHED;
}

/** The SYN-ACK passed, and nothing after it. */
const WENT_ON =
  HANDSHAKE_CONNECTED |
  HANDSHAKE_ACCEPTED |
  HANDSHAKE_ASSUMED |
  HANDSHAKE_SIMULTANEOUS |
  HANDSHAKE_REFUSED |
  HANDSHAKE_ABORTED;
