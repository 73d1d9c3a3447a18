import {
  SCTP_ABORT,
  SCTP_COOKIE_ACK,
  SCTP_COOKIE_ECHO,
  SCTP_INIT,
  SCTP_SHUTDOWN,
  SCTP_SHUTDOWN_ACK,
  SCTP_SHUTDOWN_COMPLETE,
} from '../../parsers/transport/sctp.ts';
import type { EndpointIndex, States } from './frame.ts';

/** What a chunk makes of its sender and of its receiver; null: stays as it was. Later rows win in one packet. */
interface Transition {
  chunk: number;
  sender: string | null;
  receiver: string | null;
}

/** RFC 9260 section 4, figure 3. A server keeps nothing before COOKIE ECHO: it stays CLOSED. */
const TRANSITIONS: readonly Transition[] = [
  { chunk: SCTP_INIT, sender: 'COOKIE-WAIT', receiver: 'CLOSED' },
  { chunk: SCTP_COOKIE_ECHO, sender: 'COOKIE-ECHOED', receiver: 'ESTABLISHED' },
  { chunk: SCTP_COOKIE_ACK, sender: 'ESTABLISHED', receiver: 'ESTABLISHED' },
  { chunk: SCTP_SHUTDOWN, sender: 'SHUTDOWN-SENT', receiver: 'SHUTDOWN-RECEIVED' },
  { chunk: SCTP_SHUTDOWN_ACK, sender: 'SHUTDOWN-ACK-SENT', receiver: null },
  { chunk: SCTP_SHUTDOWN_COMPLETE, sender: 'CLOSED', receiver: 'CLOSED' },
  { chunk: SCTP_ABORT, sender: 'CLOSED', receiver: 'CLOSED' },
];

/** States of both endpoints of an association after a packet. Unknown until a chunk tells. */
export function nextSctpStates(states: States, sender: EndpointIndex, chunks: number): States {
  let mine = states[sender];
  let theirs = states[1 - sender];
  for (const { chunk, sender: ofSender, receiver } of TRANSITIONS) {
    if ((chunks & chunk) === 0) continue;
    mine = ofSender ?? mine;
    theirs = receiver ?? theirs;
  }
  return sender === 0 ? [mine, theirs] : [theirs, mine];
}
