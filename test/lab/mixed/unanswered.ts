import type { Connection } from '../../../src/record.ts';
import { endText, type Question } from '../agreement.ts';
import { nanoseconds, type TrueCall, type TrueConnection } from '../truth.ts';

/**
 * What a record has to say of the client's last request, as far as the calls of both programs prove it.
 * - `closed-without-answer`: the server had the whole request, or had it unread for long, and closed.
 * - `keep-alive-race`: request and close crossed, on a connection where an earlier request had been answered.
 * - `either`: the server closed without an answer, and it may be called one or the other.
 * - `nothing`: the server owed nothing when it closed, or the client left and could not know yet that it had.
 */
export type Verdict = 'closed-without-answer' | 'keep-alive-race' | 'either' | 'nothing';

const CODES = ['closed-without-answer', 'keep-alive-race'] as const;
/** In nanoseconds: so long after the delay of the wire a frame has arrived, also on a busy machine. */
const SURELY_THERE = 90_000_000n;
const LEAVING = ['close', 'exit', 'killed'];
const ENDED_BY_PEER = ['ECONNRESET', 'EPIPE'];

/** The question to a record that a verdict answers; a wrong accusation is counted apart from a missing one. */
export function questionOf(verdict: Verdict): Question {
  return verdict === 'nothing' ? 'nothing owed' : 'closed without answer';
}

/** What the record says: the verdict's own word where it is what the verdict asks for, else the findings. */
export function toldIn(record: Connection | undefined, truth: TrueConnection, verdict: Verdict): string {
  const findings = (record?.findings ?? []).filter(({ code }) => CODES.some((each) => each === code));
  if (record === undefined || findings.length === 0) return 'nothing';
  const wanted = verdict === 'either' ? CODES : [verdict];
  const server = endText(record.server) === truth.server ? 'server' : 'client';
  const [first] = findings;
  if (findings.length === 1 && first.side === server && wanted.some((code) => code === first.code)) return verdict;
  return findings.map(({ code, side }) => `${code} of the ${side}`).join(' and ');
}

/**
 * Judges by the calls' results and times alone; null where they leave it open. `delay` is the least that a frame needs
 * from one side to the other, in seconds: what is said here of crossings holds however much longer a frame took.
 */
export function verdictOf({ protocol, sides }: TrueConnection, delay: number): Verdict | null {
  const server = sides.server?.calls.filter(({ call }) => call !== 'listen') ?? [];
  if (protocol !== 'tcp' || sides.client === null || server.length === 0) return null;
  const client = sides.client.calls;
  const wire = BigInt(Math.round(delay * 1e9));
  const told = client.find(isToldOfEnd);
  const requests = client.filter((each) => moves(each, 'write') && (told === undefined || began(each) < began(told)));
  const request = requests.at(-1);
  if (request === undefined) return 'nothing';
  const ended = server.find(({ call, result }) => LEAVING.includes(call) || (call === 'shutdown' && result === 0));
  if (ended === undefined) return null;

  const reads = client.filter(({ call, start }) => call === 'read' && nanoseconds(start) > began(request));
  const isAnswered = reads.some((each) => moves(each, 'read'));
  const left = client.find(({ call }) => LEAVING.includes(call));
  if (told === undefined || (left !== undefined && began(left) < began(told))) {
    // A read that failed otherwise, or never returned, waited for an answer.
    if (left === undefined || (reads.length > 0 && !isAnswered)) return null;
    const isFirst = began(left) < began(ended) + wire;
    const isAfterword = ended.end !== null && began(request) > finished(ended) + wire + SURELY_THERE;
    return isAnswered || isFirst || isAfterword ? 'nothing' : null;
  }
  const answer = server.find((each) => moves(each, 'write') && finished(each) > began(request));
  if (answer !== undefined) return isAnswered && began(answer) >= began(request) + wire ? 'nothing' : null;
  // One that shut its side down may have wanted no answer.
  if (began(ended) > finished(told) || client.some(({ call }) => call === 'shutdown')) return null;
  return withoutAnswer(requests, server, ended, wire);
}

/** The client waited for an answer, and the server ended without one. */
function withoutAnswer(requests: TrueCall[], server: TrueCall[], ended: TrueCall, wire: bigint): Verdict | null {
  const request = requests[requests.length - 1];
  const wasRead = bytes(server.filter(({ call }) => call === 'read')) === bytes(requests);
  if (wasRead || began(ended) > finished(request) + wire + SURELY_THERE) return 'closed-without-answer';
  // The client may have had the FIN, and not looked.
  if (finished(request) >= began(ended) + wire) return null;
  const isCrossing = ended.end !== null && finished(ended) < began(request) + wire;
  const hasAnswered = server.some((each) => moves(each, 'write'));
  return isCrossing && hasAnswered ? 'keep-alive-race' : 'either';
}

function isToldOfEnd({ call, result, errno }: TrueCall): boolean {
  if (call === 'read' && result === 0) return true;
  return (call === 'read' || call === 'write') && errno !== null && ENDED_BY_PEER.includes(errno);
}

function moves({ call, result }: TrueCall, wanted: 'read' | 'write'): boolean {
  return call === wanted && result !== null && result > 0;
}

function bytes(calls: TrueCall[]): number {
  return calls.reduce((sum, { result }) => sum + Math.max(0, result ?? 0), 0);
}

function began({ start }: TrueCall): bigint {
  return nanoseconds(start);
}

/** A call that never returned is none that moved bytes or told of an end. */
function finished({ start, end }: TrueCall): bigint {
  return nanoseconds(end ?? start);
}
