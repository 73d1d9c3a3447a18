import type { CloseStep, Connection, Side, SocketCall } from '../record.ts';
import { duration, secondsBetween } from '../report/units.ts';
import { otherSide } from '../socket/event-facts.ts';
import { packetNames } from '../track/packet-names.ts';
import { directionOf, isAckMissed, isAskedAgain, isEstablished, neverTaken, unseenSide } from './words.ts';

/** What the application of one side saw of its socket, in a few words. */
export function seenBy(record: Connection, side: Side): string {
  const { error, calls = [] } = record.sockets[side];
  const unknown = unknownOf(record, side);
  const parts = [...opened(record, side)];
  const failed = calls.find(({ errno }) => errno !== null);
  if (failed !== undefined) parts.push(failure(record, failed));
  else if (unknown !== null)
    parts.push(`${parts.length === 0 ? 'not known' : 'what came then is not known'}: ${unknown}`);
  else if (error !== null) parts.push(`its next call fails with ${error}`);
  else if (isEstablished(record) || unseenSide(record) !== null) parts.push(...ended(record, side));
  return parts.length === 0 ? nothing(record, side) : parts.join('; ');
}

/** Why it is not known what the application saw; null where it is. */
function unknownOf(record: Connection, side: Side): string | null {
  const { unknown } = record.sockets[side];
  if (unknown !== undefined) return unknown;
  // A server that nobody reached is told as that.
  const isAsked = side === 'server' && record.handshake !== null && unseenSide(record) === null;
  return isAsked || directionOf(record, side).packets > 0 ? null : `no packet of the ${side} is in the capture`;
}

/** connect() and accept() that worked. */
function opened(record: Connection, side: Side): string[] {
  const { handshake, start } = record;
  if (handshake === null || handshake.outcome !== 'completed') return [];
  if (directionOf(record, side).packets === 0) return [];
  if (side === 'client') {
    return handshake.connectTime === null ? [] : [`connect() returned after ${duration(handshake.connectTime)}`];
  }
  const { ack } = handshake;
  if (ack === null) return [];
  if (neverTaken(record))
    return ['accept() most likely never had the connection: its host sent no ACK, and then an RST'];
  const { acceptTime } = handshake;
  if (isAckMissed(handshake)) {
    return acceptTime === null
      ? []
      : [`accept() could return no sooner than ${duration(acceptTime)} after the first ${packetNames(record).syn}`];
  }
  const took = secondsBetween(start, ack.time);
  // Less than nothing where the clock was set back.
  return took < 0
    ? [`accept() could return (ACK in frame ${ack.frame})`]
    : [`accept() could return ${duration(took)} after the first ${packetNames(record).syn}`];
}

function failure({ start }: Connection, { call, errno, end, certainty, because }: SocketCall): string {
  const took = end === null ? -1 : secondsBetween(start, end.time);
  const after = took < 0 ? '' : ` ${duration(took)} after the start`;
  const failed = {
    certain: `${call}() failed with ${errno}${after}`,
    likely: `${call}() most likely failed with ${errno}${after}`,
    possible: `${call}(), if it was called, failed with ${errno}`,
  }[certainty];
  return `${failed} (${because.replace(RULE_NAME, '')})`;
}

/** At the end of a reason: for whoever looks for the rule, not for a story. */
const RULE_NAME = / \([a-z-]+\)$/;

/** An end without an error. */
function ended(record: Connection, side: Side): string[] {
  const { close, resets } = record;
  if (close === null) return [];
  const fin = close.steps.find(({ from, what }) => from === otherSide(side) && what === 'FIN');
  const own = close.steps.find(({ from, what }) => from === side && what === 'FIN');
  const hasArrived = close.finToAck[otherSide(side)] !== null;
  // Frames may stand in the wrong order; who closed first does not come from them alone.
  const isFirst = close.firstCloser === side || (close.firstCloser !== otherSide(side) && isBefore(own, fin));
  if (fin !== undefined && hasArrived && (own === undefined || !isFirst)) {
    return [`read() returned 0 (FIN in frame ${fin.frame}), no error`];
  }
  if (own !== undefined) return [`it closed (FIN in frame ${own.frame}), no error`];
  const reset = resets.find(({ from, accepted, cause }) => accepted && from === side && cause === 'abortive-close');
  return reset === undefined
    ? []
    : [`it ended the connection (${packetNames(record).reset} in frame ${reset.frame}), no error`];
}

function isBefore(own: CloseStep | undefined, fin: CloseStep | undefined): boolean {
  return own !== undefined && (fin === undefined || own.frame < fin.frame);
}

function nothing(record: Connection, side: Side): string {
  const { handshake, close } = record;
  if (side === 'server' && handshake !== null && !isEstablished(record) && unseenSide(record) === null)
    return 'nothing: no connection came to accept()';
  if (handshake?.outcome === 'unanswered') return 'nothing yet: connect() waits, or its program has given up';
  if (side === 'client' && record.resets.some(isAskedAgain)) return 'nothing yet: connect() waits for another answer';
  return close?.style === 'open' ? 'no error so far' : 'no error';
}
