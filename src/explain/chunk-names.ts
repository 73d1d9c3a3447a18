import {
  SCTP_ABORT,
  SCTP_COOKIE_ACK,
  SCTP_COOKIE_ECHO,
  SCTP_DATA,
  SCTP_ERROR,
  SCTP_HEARTBEAT,
  SCTP_HEARTBEAT_ACK,
  SCTP_INIT,
  SCTP_INIT_ACK,
  SCTP_SACK,
  SCTP_SHUTDOWN,
  SCTP_SHUTDOWN_ACK,
  SCTP_SHUTDOWN_COMPLETE,
} from '../../parsers/transport/sctp.ts';

/** RFC 9260 section 3.2, in the order in which chunks stand in a packet (6.10: control chunks first). */
const NAMES: readonly (readonly [chunk: number, name: string])[] = [
  [SCTP_INIT, 'INIT'],
  [SCTP_INIT_ACK, 'INIT ACK'],
  [SCTP_COOKIE_ECHO, 'COOKIE ECHO'],
  [SCTP_COOKIE_ACK, 'COOKIE ACK'],
  [SCTP_SACK, 'SACK'],
  [SCTP_HEARTBEAT, 'HEARTBEAT'],
  [SCTP_HEARTBEAT_ACK, 'HEARTBEAT ACK'],
  [SCTP_SHUTDOWN, 'SHUTDOWN'],
  [SCTP_SHUTDOWN_ACK, 'SHUTDOWN ACK'],
  [SCTP_SHUTDOWN_COMPLETE, 'SHUTDOWN COMPLETE'],
  [SCTP_ABORT, 'ABORT'],
  [SCTP_ERROR, 'ERROR'],
  [SCTP_DATA, 'DATA'],
];

export function chunkNames(chunks: number): string[] {
  const names = NAMES.filter(([chunk]) => (chunks & chunk) !== 0).map(([, name]) => name);
  return names.length === 0 ? ['no known chunk'] : names;
}
