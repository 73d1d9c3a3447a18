import type { Connection, Side, SocketCall } from '../record.ts';
import { duration, secondsBetween } from '../report/units.ts';
import { other } from './words.ts';

/** What the application of one side saw of its socket, in a few words. */
export function seenBy(record: Connection, side: Side): string {
  const { error, calls = [] } = record.sockets[side];
  const parts = [...opened(record, side)];
  const failed = calls.find(({ errno }) => errno !== null);
  if (failed !== undefined) parts.push(failure(record, failed));
  else if (error !== null) parts.push(`its next call fails with ${error}`);
  else parts.push(...ended(record, side));
  return parts.length === 0 ? nothing(record, side) : parts.join('; ');
}

/** connect() and accept() that worked. */
function opened({ handshake, start }: Connection, side: Side): string[] {
  if (handshake === null || handshake.outcome !== 'completed') return [];
  if (side === 'client') {
    return handshake.connectTime === null ? [] : [`connect() returned after ${duration(handshake.connectTime)}`];
  }
  const { ack } = handshake;
  return ack === null ? [] : [`accept() could return ${duration(secondsBetween(start, ack.time))} after the first SYN`];
}

function failure({ start }: Connection, { call, errno, end, certainty, because }: SocketCall): string {
  const after = end === null ? '' : ` ${duration(secondsBetween(start, end.time))} after the start`;
  const doubt = { certain: '', likely: ', most likely', possible: ', perhaps' }[certainty];
  return `${call}() failed with ${errno}${after}${doubt} (${because})`;
}

/** An end without an error. */
function ended({ close }: Connection, side: Side): string[] {
  if (close === null) return [];
  const fin = close.steps.find(({ from, what }) => from === other(side) && what === 'FIN');
  const own = close.steps.find(({ from, what }) => from === side && what === 'FIN');
  if (fin !== undefined && (own === undefined || fin.frame < own.frame)) {
    return [`read() returned 0 (FIN in frame ${fin.frame})`, ...(own === undefined ? [] : ['no error'])];
  }
  return own === undefined ? [] : ['it closed, no error'];
}

function nothing({ handshake, protocol }: Connection, side: Side): string {
  if (protocol === 'udp') return 'no error';
  if (side === 'server' && handshake !== null && handshake.outcome !== 'completed') {
    return handshake.outcome === 'not-captured' ? 'no error' : 'nothing: no connection came to accept()';
  }
  return 'no error';
}
