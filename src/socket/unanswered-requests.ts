import { BOTH_SEEN } from '../track/evidence.ts';
import { formatSeconds } from '../track/finding-list.ts';
import type { Ending, EndingRule, Found } from './ending.ts';
import type { Facts } from './facts.ts';
import { isKeepAliveExpiry } from './giving-up.ts';

/*
 * A server that closes and owes an answer. Its FIN says that no byte comes after it (RFC 9293 3.6), its RST that nothing is to be
 * waited for: the client's read() returns 0 or ECONNRESET in place of an answer, which applications call "socket hang up",
 * "prematurely closed", "unexpected EOF", "Empty reply from server".
 */

/**
 * A message that is no longer may be a farewell that wants no answer (DISCONNECT of MQTT, COM_QUIT of MySQL, QUIT, unbind of
 * LDAP, a Close frame, GOAWAY), or an answer of the client; no request of HTTP is so short.
 */
export const LONGEST_FAREWELL = 17;

/** What the server left without an answer when it closed. */
interface Unanswered {
  bytes: number;
  /** It had not come to the server when that closed. */
  isOnItsWay: boolean;
  /** The FIN or RST, and seconds from the request to it. */
  closedBy: 'FIN' | 'RST';
  after: number;
  isKept: boolean;
  frames: number[];
}

/** The request was on its way when the server closed an idle connection. A proxy answers its own client with 502 then. */
export const KEEP_ALIVE_RACE: EndingRule = {
  code: 'keep-alive-race',
  severity: 'error',
  basis: BOTH_SEEN,
  find({ facts, reset, cause }) {
    const { client, server } = facts;
    const byFin = isRace(facts, reset);
    if (!byFin && !isRaceWithReset(facts, reset, cause)) return null;
    const frames = [byFin ? server.finFrame : 0, client.lastDataFrame].sort((a, b) => a - b);
    if (reset?.from === 'server') frames.push(reset.frame);
    const idle = byFin ? server.idleAtFin : (reset?.sinceData ?? 0);
    const how = byFin ? 'closes' : 'resets the connection';
    const message = `the server ${how} after ${formatSeconds(idle)} idle; the next request was on its way`;
    return { side: 'server', message, frames };
  },
};

/** tcp_fin gives the client's read() a 0, tcp_reset an ECONNRESET, and there was no byte of an answer. */
export const CLOSED_WITHOUT_ANSWER: EndingRule = {
  code: 'closed-without-answer',
  severity: 'error',
  basis: BOTH_SEEN,
  find(ending) {
    if (KEEP_ALIVE_RACE.find(ending) !== null) return null;
    const left = unansweredAtFin(ending);
    return left === null || mayWantNone(ending.facts, left) ? null : foundOf(left, '');
  },
};

/** The same with an RST. */
export const RESET_WITHOUT_ANSWER: EndingRule = {
  code: 'closed-without-answer',
  severity: 'error',
  basis: BOTH_SEEN,
  find(ending) {
    if (KEEP_ALIVE_RACE.find(ending) !== null) return null;
    const left = unansweredAtReset(ending);
    return left === null || mayWantNone(ending.facts, left) ? null : foundOf(left, '');
  },
};

/** The same where there may be no answers to wait for. */
export const CLOSED_WITHOUT_ANSWER_IF_ANY: EndingRule = {
  code: 'closed-without-answer',
  severity: 'note',
  basis: BOTH_SEEN,
  find(ending) {
    const left = unansweredAtFin(ending);
    if (left === null || !mayWantNone(ending.facts, left)) return null;
    if (left.bytes <= LONGEST_FAREWELL) return foundOf(left, ', if that wanted one: a farewell does not');
    return foundOf(left, ', if the protocol answers at all: syslog, metrics and uploads do not');
  },
};

/** A FIN that does not acknowledge the request was sent before that came: a kernel acknowledges what it has (RFC 9293 3.10.7.4). */
function isRace(facts: Facts, reset: Ending['reset']): boolean {
  const { client, server, areRolesGuessed, isSubflow } = facts;
  if (isSubflow || server.finFrame === 0 || server.uniqueBytes === 0 || server.isCrossed || areRolesGuessed)
    return false;
  if (client.closedItself || client.wantsNoAnswer || server.idleAtFin < facts.wholeRoundTrip) return false;
  const later = client.metFin ? client.uniqueBytes - server.peerBytesAtFin : 0;
  const bytes = Math.max(later, -server.unansweredAtFin);
  if (bytes <= 0) return false;
  if (reset?.from === 'server') return true;
  // The client's FIN may be on its way behind a farewell.
  if (bytes <= LONGEST_FAREWELL) return false;
  // A server that takes what comes after its FIN has only shut down its own direction.
  const came = server.peerBytesAtFin + Math.min(0, server.unansweredAtFin);
  return client.ackedBytes !== null && client.ackedBytes <= came;
}

/** The same where the server clears the idle connection away by RST (SO_LINGER 0, or its process was killed). */
function isRaceWithReset(
  { client, server, areRolesGuessed, wholeRoundTrip }: Facts,
  reset: Ending['reset'],
  cause: Ending['cause'],
): boolean {
  if (reset?.from !== 'server' || cause !== 'abortive-close' || server.finFrame !== 0 || reset.senderDataFrame === 0)
    return false;
  if (server.isCrossed || areRolesGuessed || client.closedItself || client.wantsNoAnswer) return false;
  if (reset.sinceData < wholeRoundTrip) return false;
  return reset.unansweredBytes < 0 || (reset.cameSince === 0 && client.lastDataFrame > reset.frame);
}

function unansweredAtFin({ facts }: Ending): Unanswered | null {
  const { client, server, areRolesGuessed, isSubflow, wholeRoundTrip } = facts;
  // A handshake that no ACK of the client completed: its data came to nobody.
  if (facts.outcome === 'half-open') return null;
  const { unansweredAtFin: bytes, idleAtFin: after, finFrame, peerBytesAtFin } = server;
  if (isSubflow || areRolesGuessed || client.closedItself) return null;
  if (finFrame === 0 || bytes === 0 || !server.isFinAcked) return null;
  // What crosses the end of an answer belongs to what was answered.
  if (bytes < 0 && server.uniqueBytes > 0 && after < wholeRoundTrip) return null;
  const request = client.lastDataFrame < finFrame ? client.lastDataFrame : 0;
  const frames = [request, finFrame];
  return { ...amount(bytes), closedBy: 'FIN', after, isKept: isKept(facts, peerBytesAtFin, bytes), frames };
}

function unansweredAtReset({ facts, reset, cause }: Ending): Unanswered | null {
  const { client, server, areRolesGuessed, isSubflow } = facts;
  if (isSubflow || areRolesGuessed || client.closedItself || server.finFrame !== 0) return null;
  if (reset?.from !== 'server' || cause !== 'abortive-close' || reset.unansweredBytes === 0) return null;
  if (isKeepAliveExpiry(reset)) return null;
  const { unansweredBytes: bytes, sinceData: after } = reset;
  const frames = [reset.receiverDataFrame, reset.frame];
  return { ...amount(bytes), closedBy: 'RST', after, isKept: isKept(facts, client.uniqueBytes, bytes), frames };
}

function amount(bytes: number): Pick<Unanswered, 'bytes' | 'isOnItsWay'> {
  return { bytes: Math.abs(bytes), isOnItsWay: bytes < 0 };
}

/** Earlier payload of the client was answered. @param said by the client when the server closed */
function isKept({ server }: Facts, said: number, bytes: number): boolean {
  return server.uniqueBytes > 0 && said > Math.abs(bytes);
}

function mayWantNone({ client, server, outcome }: Facts, { bytes }: Unanswered): boolean {
  if (client.goesOn || (bytes <= LONGEST_FAREWELL && server.uniqueBytes > 0)) return true;
  // What came before the capture may have been answered, or may have gone on for long.
  return server.uniqueBytes === 0 && outcome === 'not-captured';
}

function foundOf({ bytes, isOnItsWay, closedBy, after, isKept, frames }: Unanswered, unless: string): Found {
  const closed = closedBy === 'FIN' ? 'closed' : 'reset the connection';
  const request = `the client's last request of ${bytes} B`;
  const before = isKept ? '; what the client had said before was answered' : '';
  const message = isOnItsWay
    ? `the server ${closed} before ${request} had come, without a byte of answer${unless}${before}`
    : `the server ${closed} ${formatSeconds(after)} after ${request}, without a byte of answer${unless}${before}`;
  return { side: 'server', message, frames };
}
