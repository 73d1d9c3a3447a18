/**
 * What a changed copy says of a connection and the whole capture refutes.
 *
 * Most changes take something away: there, each claim of the copy must hold for the whole. Where nothing was taken
 * away (packets doubled, both ends merged, another clock), the copy must say what the whole says.
 */
import type { Close, Connection, Finding, Handshake, Side } from '../../src/record.ts';
import type { Analysis } from './analysis.ts';
import { type ChangedCopy, type ChangeName, SHIFT_SECONDS, type Whole } from './changes.ts';
import { natureOf, sayAsMuch } from './finding-nature.ts';
import { type Match, matched } from './matching.ts';

export const KINDS = [
  'error',
  'warning',
  'errno',
  'style',
  'closer',
  'cause',
  'outcome',
  'side',
  'counts',
  'any',
] as const;
export type Kind = (typeof KINDS)[number];

export interface Contradiction {
  readonly change: ChangeName;
  readonly kind: Kind;
  /** What the copy says, and the whole where that is short. */
  readonly words: string;
  readonly whole: Connection;
  readonly copy: Connection;
}

export interface Comparison {
  /** Connections of the copy that were compared with one of the whole. */
  readonly compared: number;
  readonly contradictions: readonly Contradiction[];
}

/** Something that a record says. */
interface Claim {
  kind: Kind;
  words: string;
  isTrueOf(whole: Connection): boolean;
}

/** A match with what is needed to compare frames. */
interface Compared extends Match {
  /** The number in the whole capture of each frame of the copy. */
  numbers: readonly number[];
}

type Rule = (compared: Compared) => Claim[];

/** What is claimed by a copy of each change. */
const RULES: Record<Exclude<ChangeName, 'double' | 'merged' | 'shift'>, readonly Rule[]> = {
  cut: [errors, warnings(), errnos, styles, closers, causes, outcomes],
  // ICMP errors and what the other side acknowledged are not in the copy, so those may be missed. That nothing answered is a warning
  // where it may only not have been captured, and says so.
  side: [errors, warnings('capture-loss', 'unanswered'), errnos, styles, closers, causes, outcomes, unseenSides],
  // Which of two packets came first is what the order of a file tells; here, it tells wrong.
  swap: [errors, warnings(), errnos, styles, causes, outcomes],
  holes: [errors, errnos, styles, closers, causes, outcomes],
};

/** Compares what the analysis says of a changed copy with what it says of the whole capture. */
export function compare(whole: Whole, changed: ChangedCopy, copy: Analysis): Comparison {
  const { change, frames } = changed;
  const matches = matched(whole, copy, frames);
  const found = (match: Match, claims: readonly Claim[]) =>
    claims
      .filter((claim) => !match.wholes.some((each) => claim.isTrueOf(each)))
      .map(({ kind, words }) => ({ change, kind, words, whole: match.wholes[0], copy: match.copy }));
  const numbers = frames.map(({ number }) => number);
  const contradictions = matches.flatMap((match) => {
    if (change === 'double' || change === 'merged') return found(match, changesOf(change, match, numbers));
    if (change === 'shift') return found(match, anyChange(match));
    const compared = { ...match, numbers };
    return found(
      match,
      RULES[change].flatMap((rule) => rule(compared)),
    );
  });
  return { compared: matches.length, contradictions: [...contradictions, ...splits(change, matches)] };
}

/** The copy has made two connections of one. A hole or an exchange may take away what held them together. */
function splits(change: ChangeName, matches: readonly Match[]): Contradiction[] {
  if (change === 'swap' || change === 'holes') return [];
  const seen = new Set<Connection>();
  return matches.flatMap(({ copy, wholes: [whole] }) => {
    if (!seen.has(whole)) {
      seen.add(whole);
      return [];
    }
    return [{ change, kind: 'counts' as const, words: 'two connections of one', whole, copy }];
  });
}

// --- claims that must hold for the whole ---

function errors({ copy }: Compared): Claim[] {
  return copy.findings.filter(({ severity }) => severity === 'error').map((finding) => said('error', finding));
}

/** Warnings that the next packet cannot make untrue, and those that say that something did not come. */
function warnings(...except: string[]): Rule {
  return ({ copy }) =>
    copy.findings
      .filter(({ code, severity }) => severity === 'warning' && natureOf(code) !== 'so far' && !except.includes(code))
      .map((finding) => said('warning', finding));
}

function said(kind: Kind, { code }: Finding): Claim {
  const codes = sayAsMuch(code);
  return { kind, words: code, isTrueOf: (whole) => whole.findings.some((each) => codes.includes(each.code)) };
}

function errnos({ copy, wholes }: Compared): Claim[] {
  return SIDES.flatMap((side) => {
    const errno = certainErrno(copy, side);
    if (errno === null) return [];
    const words = `${side} ${errno}, not ${wholes[0].sockets[sideIn(wholes[0], copy, side)].error}`;
    const isTrueOf = (whole: Connection) => whole.sockets[sideIn(whole, copy, side)].error === errno;
    return [{ kind: 'errno', words, isTrueOf }];
  });
}

/** The errno of a socket, where one of its calls is certain to have failed. */
export function certainErrno({ sockets }: Connection, side: Side): string | null {
  const { error, calls = [] } = sockets[side];
  return calls.some(({ certainty, errno }) => certainty === 'certain' && errno !== null) ? error : null;
}

/** The styles that accuse somebody, and those of the whole that agree. */
const AGREEING_STYLES: Partial<Record<Close['style'], readonly (Close['style'] | undefined)[]>> = {
  reset: ['reset', 'reset-after-fin'],
  abandoned: ['abandoned'],
};

function styles({ copy, wholes }: Compared): Claim[] {
  const style = copy.close?.style;
  const agreeing = style === undefined ? undefined : AGREEING_STYLES[style];
  if (agreeing === undefined) return [];
  const words = `${style}, not ${wholes[0].close?.style}`;
  return [{ kind: 'style', words, isTrueOf: (whole) => agreeing.includes(whole.close?.style) }];
}

function closers({ copy, wholes }: Compared): Claim[] {
  const closer = copy.close?.firstCloser ?? null;
  if (closer === null) return [];
  const words = `${closer}, not ${closerAsIn(copy, wholes[0])}`;
  const isTrueOf = (whole: Connection) => {
    const real = closerAsIn(copy, whole);
    return real === closer || real === 'both';
  };
  return [{ kind: 'closer', words, isTrueOf }];
}

/** Who closed first in the whole, by the sides of the copy. */
function closerAsIn(copy: Connection, whole: Connection): Side | 'both' | null {
  const closer = whole.close?.firstCloser ?? null;
  return closer === null || closer === 'both' ? closer : sideIn(copy, whole, closer);
}

/** A copy may not know why an RST was sent. The whole may not know it either, and then refutes nothing. */
function causes({ copy, wholes, numbers }: Compared): Claim[] {
  return copy.resets.flatMap(({ cause, frame }) => {
    if (cause === 'unknown') return [];
    const number = numbers[frame - 1];
    const real = wholes.flatMap(({ resets }) => resets).find((each) => each.frame === number)?.cause;
    if (real === undefined) return [];
    return [{ kind: 'cause', words: `${cause}, not ${real}`, isTrueOf: () => real === cause || real === 'unknown' }];
  });
}

/** The others say how far it has come, which the findings must not take for the end. */
const EVENTS: readonly Handshake['outcome'][] = ['completed', 'refused', 'unreachable', 'aborted'];

function outcomes({ copy, wholes }: Compared): Claim[] {
  const outcome = copy.handshake?.outcome;
  if (outcome === undefined || !EVENTS.includes(outcome)) return [];
  const words = `${outcome}, not ${wholes[0].handshake?.outcome}`;
  return [{ kind: 'outcome', words, isTrueOf: (whole) => whole.handshake?.outcome === outcome }];
}

/** Of a side without any packet nothing is said but that, and what was said of it with all packets that there are. */
function unseenSides({ copy }: Compared): Claim[] {
  return SIDES.filter((side) => directionOf(copy, side).packets === 0).flatMap((side) => {
    const isTrueOf = (whole: Connection) => directionOf(whole, sideIn(whole, copy, side)).packets === 0;
    const claims = copy.findings
      .filter((finding) => finding.side === side && finding.code !== 'one-direction')
      .map(({ code, severity }) => `${severity} ${code}`);
    const errno = certainErrno(copy, side);
    if (errno !== null) claims.push(`certain ${errno}`);
    const { firstCloser, timeWait } = copy.close ?? {};
    if (firstCloser === side || firstCloser === 'both') claims.push('closed first');
    if (timeWait === side || timeWait === 'both') claims.push('in TIME-WAIT');
    return claims.map((claim) => ({ kind: 'side' as const, words: `${claim} of the unseen ${side}`, isTrueOf }));
  });
}

// --- changes that take nothing away ---

/** What took long enough may have taken less from one end to the other: the far end saw the answer leave. */
const SHORTER_WHEN_MERGED: readonly string[] = ['slow-handshake', 'zero-window', 'long-close-wait', 'close-wait-leak'];

/** How a copy differs in what it says of the connection, though no packet of it is missing. */
function changesOf(change: ChangeName, { copy, wholes: [whole] }: Match, numbers: readonly number[]): Claim[] {
  const changes: Claim[] = [];
  const differs = (kind: Kind, words: string) => changes.push({ kind, words, isTrueOf: () => false });
  const same = (kind: Kind, what: string, ours: unknown, wholes: unknown) => {
    if (JSON.stringify(ours) !== JSON.stringify(wholes)) differs(kind, `${what} ${text(ours)}, not ${text(wholes)}`);
  };
  const codes = new Set(copy.findings.map(({ code }) => code));
  const wholeCodes = new Set(whole.findings.map(({ code }) => code));
  for (const { code, severity } of copy.findings) {
    if (code !== 'duplicate-packets' && !wholeCodes.has(code)) differs(kindOf(severity), `new: ${code}`);
  }
  for (const { code, severity } of whole.findings) {
    const isShorter = change === 'merged' && SHORTER_WHEN_MERGED.includes(code);
    if (!codes.has(code) && !isShorter) differs(kindOf(severity), `gone: ${code}`);
  }
  same('style', 'style', copy.close?.style, whole.close?.style);
  same('closer', 'closer', copy.close?.firstCloser ?? null, closerAsIn(copy, whole));
  same('outcome', 'outcome', copy.handshake?.outcome, whole.handshake?.outcome);
  if (whole.resets.length < MOST_RESETS) {
    const ours = causesOf(copy, (frame) => numbers[frame - 1]);
    const theirs = causesOf(whole, (frame) => frame);
    for (const [i, cause] of ours.entries()) if (cause !== theirs[i]) differs('cause', `${cause}, not ${theirs[i]}`);
    if (theirs.length > ours.length) differs('cause', `${theirs.length - ours.length} resets missing`);
  }
  for (const side of SIDES) {
    const wholeSide = sideIn(whole, copy, side);
    same('errno', side, copy.sockets[side].error, whole.sockets[wholeSide].error);
    if (copy.protocol !== 'tcp') continue;
    const ours = directionOf(copy, side);
    const theirs = directionOf(whole, wholeSide);
    same('counts', `${side} uniqueBytes`, ours.uniqueBytes, theirs.uniqueBytes);
    const again = ours.retransmissions - ours.duplicates;
    const reallyAgain = theirs.retransmissions - theirs.duplicates;
    if (again > reallyAgain) differs('counts', `${side} retransmissions ${again}, not ${reallyAgain}`);
  }
  return changes;
}

/** A record has so many resets at most. */
const MOST_RESETS = 16;

/**
 * The causes of all RSTs in order. Which of several that are alike are the copies cannot be told (Linux gives them no
 * identification, and answers each segment of a burst with one): how many there are, and why they were sent, can.
 */
function causesOf({ resets }: Connection, numberOf: (frame: number) => number): string[] {
  return [...resets].sort((one, other) => numberOf(one.frame) - numberOf(other.frame)).map(({ cause }) => cause);
}

function kindOf(severity: Finding['severity']): Kind {
  return severity === 'error' ? 'error' : 'warning';
}

const TIME = /^-?\d+\.\d{9}$/;

/** Another clock changes times and nothing else. */
function anyChange({ copy, wholes: [whole] }: Match): Claim[] {
  const isTrueOf = () => false;
  return (Object.keys(whole) as (keyof Connection)[])
    .filter((field) => JSON.stringify(movedBack(copy[field])) !== JSON.stringify(whole[field]))
    .map((field) => ({ kind: 'any', words: field, isTrueOf }));
}

function movedBack(value: unknown): unknown {
  if (typeof value === 'string' && TIME.test(value)) {
    const [seconds, fraction] = value.split('.');
    return `${Number(seconds) - SHIFT_SECONDS}.${fraction}`;
  }
  if (Array.isArray(value)) return value.map(movedBack);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, movedBack(each)]));
}

// --- sides ---

const SIDES = ['client', 'server'] as const;

/** Which side of one record the given side of another record is: without a SYN, they may be taken for each other. */
function sideIn(record: Connection, other: Connection, side: Side): Side {
  const { address, port } = other[side];
  const isSame = record[side].address === address && record[side].port === port;
  return isSame ? side : side === 'client' ? 'server' : 'client';
}

function directionOf(record: Connection, side: Side) {
  return side === 'client' ? record.fromClient : record.fromServer;
}

function text(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}
