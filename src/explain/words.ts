import type { Connection, Direction, Finding, Handshake, Reset, ResetCause, Side } from '../record.ts';
import { secondsBetween } from '../report/units.ts';
import { STILL_ASKS } from '../socket/reset-causes.ts';

/** The handshake was completed, or was over before the capture began. */
export function isEstablished({ handshake }: Connection): boolean {
  return handshake?.outcome === 'completed' || handshake?.outcome === 'not-captured';
}

/** Nothing that this side sent is in the capture, though it must have sent something. */
export function unseenSide({ findings }: Connection): Side | null {
  return findings.find(({ code }) => code === 'one-direction')?.side ?? null;
}

export function findingOf({ findings }: Connection, code: string): Finding | undefined {
  return findings.find((finding) => finding.code === code);
}

export function directionOf({ fromClient, fromServer }: Connection, side: Side): Direction {
  return side === 'client' ? fromClient : fromServer;
}

/** An RST that a host sends for a segment that no socket takes. */
const NO_SOCKET: ReadonlySet<ResetCause> = new Set(['half-open-peer', 'backlog-overflow']);

/**
 * The client was connected, and the server's host never had the connection: it sent SYN-ACKs and an RST, never an ACK. So it is
 * with SYN cookies and a full accept queue (tcp_v4_syn_recv_sock), or where a middlebox answers the SYN.
 */
export function neverTaken({ handshake, fromServer, resets }: Connection): boolean {
  if (handshake?.outcome !== 'completed' || fromServer.resets === 0 || handshake.synAck === null) return false;
  if (fromServer.packets - fromServer.duplicates > fromServer.syns + fromServer.resets) return false;
  return resets.some(({ from, accepted, cause }) => from === 'server' && accepted && NO_SOCKET.has(cause));
}

/** RSTs of the server that answered SYNs before one was accepted; the client asked again all the same. */
export function refusals({ handshake, resets }: Connection): number {
  const synAck = handshake?.outcome === 'completed' ? handshake.synAck : null;
  return synAck === null ? 0 : resets.filter(({ from, frame }) => from === 'server' && frame < synAck.frame).length;
}

/**
 * The SYN met what was left of an older connection of the same ports, whose host answered with an ACK of that one; the client's RST
 * ended it (RFC 9293 3.5.2, tcp_timewait_state_process).
 */
export function metOlder({ handshake, resets }: Connection): boolean {
  const synAck = handshake?.outcome === 'completed' ? handshake.synAck : null;
  return synAck !== null && resets.some(({ from, frame }) => from === 'client' && frame < synAck.frame);
}

/** The client has not given up: it sent the same SYN again after its RST. */
export function isAskedAgain({ cause, because }: Reset): boolean {
  return cause === 'client-abort' && because.endsWith(STILL_ASKS);
}

/** The accept queue was full; what may be a lost ACK as well is no error. */
export function isQueueFull(record: Connection): boolean {
  return findingOf(record, 'accept-queue-full')?.severity === 'error';
}

/** Kernels wait so long for the first answer (RFC 6298 2.1, TCP_TIMEOUT_INIT), less what clocks differ. Seconds. */
const FIRST_WAIT = 0.9;

/**
 * The way there and back takes longer than kernels wait for the first answer: SYN and SYN-ACK are sent again before anything can have
 * come, and nothing need be lost.
 */
export function isFarAway({ handshake, fromClient, fromServer }: Connection): boolean {
  const shortest = Math.max(fromClient.rtt?.min ?? 0, fromServer.rtt?.min ?? 0);
  return Math.max(shortest, handshake?.initialRtt ?? 0) > FIRST_WAIT;
}

/** The ACK followed the first SYN-ACK, and yet there were more. */
export function isRepeatedAfterAck({ synAck, ack, synAckToAck, synAckRetransmissions }: Handshake): boolean {
  if (synAckRetransmissions === 0 || synAck === null || ack === null || synAckToAck === null) return false;
  return Math.abs(secondsBetween(synAck.time, ack.time) - synAckToAck) < 1e-6;
}
