import type { CloseStyle, ResetCause, Severity, Side } from '../record.ts';
import { closeStyle, firstCloser } from '../track/close-record.ts';
import { C_HANDSHAKE, HANDSHAKE_ACK_IGNORED } from '../track/columns.ts';
import { SHAPE_AT_FIN } from '../track/event-columns.ts';
import { type Basis, BOTH_SEEN, shownBy, unseen } from '../track/evidence.ts';
import { counted, type FindingList, formatSeconds } from '../track/finding-list.ts';
import { handshakeOutcome } from '../track/handshake-record.ts';
import type { RecordSource } from '../track/record-source.ts';
import type { Sides } from '../track/sides.ts';
import { CLOSED } from '../track/tcp-state.ts';
import { findInCloseWait } from './close-wait.ts';
import { socketErrorOf } from './error-rules.ts';
import { otherSide, type ResetFacts } from './event-facts.ts';
import { type Facts, factsOf, type SideFacts } from './facts.ts';
import { isKeepAliveExpiry } from './giving-up.ts';
import { causeOfReset } from './reset-causes.ts';
import { hadTrouble } from './trouble.ts';

/** What a rule found: whose problem it is, in words, and where to look. */
interface Found {
  side: Side | null;
  message: string;
  frames: number[];
}

interface EndingRule {
  code: string;
  severity: Severity;
  /** What it rests on. That an ending is `abandoned` says already that the next retry was waited for. */
  basis: Basis;
  find(ending: Ending): Found | null;
}

/** How the connection ended, as far as the rules ask. */
interface Ending {
  facts: Facts;
  style: CloseStyle;
  by: Side | 'both' | null;
  /** The RST that ended it, and why it was sent; null where none did. */
  reset: ResetFacts | null;
  cause: ResetCause | null;
}

/** Firewalls and NATs forget a connection that was silent for so long; the shortest that is in use. */
const FORGOTTEN_AFTER = 30;
/** Sent again so often without getting through, while the ACKs of small segments do. */
const STUCK_AFTER = 3;
/** Room for options in a full-size segment (RFC 9293 3.7.1): an MSS counts them as payload. */
const MOST_OPTIONS = 40;
/** What every path carries, where the MSS is not known. */
const USUAL_MSS = 1220;

/** The first that applies says how a connection that was open ended badly. */
const ENDINGS: readonly EndingRule[] = [
  {
    code: 'idle-timeout',
    severity: 'error',
    basis: BOTH_SEEN,
    find({ reset, cause }) {
      if (reset === null || reset.idle < FORGOTTEN_AFTER) return null;
      if (cause !== 'half-open-peer' && cause !== 'injected-suspected') return null;
      const message = `RST for the first packet after ${formatSeconds(reset.idle)} of silence: a middlebox or the ${reset.from} had forgotten the connection`;
      return { side: null, message, frames: [reset.receiverDataFrame, reset.frame] };
    },
  },
  {
    code: 'injected-reset',
    severity: 'error',
    basis: BOTH_SEEN,
    find({ facts, reset, cause }) {
      if (reset === null || cause !== 'injected-suspected') return null;
      const { because } = causeOfReset(reset, facts);
      return {
        side: reset.from,
        message: `an RST that the ${reset.from} will not have sent: ${because}`,
        frames: [reset.frame],
      };
    },
  },
  {
    // A proxy answers its own client with 502 then.
    code: 'keep-alive-race',
    severity: 'error',
    basis: BOTH_SEEN,
    find({ facts, reset, cause }) {
      if (reset?.from !== 'server' || cause !== 'data-after-close' || (reset.shape & SHAPE_AT_FIN) === 0) return null;
      if (reset.senderDataFrame === 0 || facts.client.finFrame !== 0) return null;
      const frames = [facts.server.finFrame, reset.receiverDataFrame, reset.frame];
      return {
        side: 'server',
        message: 'the server closed the idle connection while a request was on its way',
        frames,
      };
    },
  },
  {
    code: 'keep-alive-timeout',
    severity: 'error',
    basis: BOTH_SEEN,
    find({ reset }) {
      if (reset === null || !isKeepAliveExpiry(reset)) return null;
      const message = `no answer to ${counted(reset.senderUnanswered, 'keep-alive probe')}`;
      return { side: reset.to, message, frames: [reset.frame] };
    },
  },
  {
    code: 'accept-queue-full',
    severity: 'error',
    basis: BOTH_SEEN,
    find({ facts, reset, cause }) {
      if (reset === null || cause !== 'backlog-overflow') return null;
      const message = 'reset instead of accepted: accept queue full, or listener closed';
      return { side: 'server', message, frames: [facts.ackFrame, reset.frame] };
    },
  },
  {
    code: 'broken-pipe',
    severity: 'error',
    basis: BOTH_SEEN,
    find({ facts, reset }) {
      if (reset === null || socketErrorOf(facts, reset.to)?.errno !== 'EPIPE') return null;
      const { finFrame } = facts[reset.from];
      const message = `the ${reset.to} wrote after the ${reset.from} had closed`;
      return { side: reset.to, message, frames: [finFrame, reset.receiverDataFrame, reset.frame] };
    },
  },
  {
    code: 'reset',
    severity: 'error',
    basis: BOTH_SEEN,
    find({ facts, style, by, cause }) {
      if (style !== 'reset') return null;
      const side = by === 'both' ? null : by;
      return {
        side,
        message: `reset by the ${side}${cause === null ? '' : REASONS[cause]}`,
        frames: resetFrames(facts),
      };
    },
  },
  {
    code: 'reset-after-fin',
    severity: 'warning',
    basis: BOTH_SEEN,
    find({ facts, style }) {
      if (style !== 'reset-after-fin') return null;
      return { side: null, message: 'reset after a FIN', frames: resetFrames(facts) };
    },
  },
  {
    code: 'mtu-black-hole',
    severity: 'error',
    basis: BOTH_SEEN,
    find({ facts, style }) {
      const side = ([facts.client, facts.server] as const).find((each) => isBlackHole(facts, each));
      if (side === undefined || (style !== 'abandoned' && style !== 'open')) return null;
      const message = `segments of ${side.stuckLength} bytes do not get through, smaller ones do: path MTU`;
      return { side: side.side, message, frames: [side.lastDataFrame] };
    },
  },
  {
    code: 'idle-timeout',
    severity: 'error',
    basis: BOTH_SEEN,
    find({ facts, style }) {
      if (style !== 'abandoned') return null;
      const side = ([facts.client, facts.server] as const).find((each) => each.unanswered > 0);
      if (side === undefined) return null;
      const idle = side.lastNewTime - facts[otherSide(side.side)].lastTime;
      if (idle < FORGOTTEN_AFTER || facts[otherSide(side.side)].packets === 0) return null;
      const message = `no answer any more after ${formatSeconds(idle)} of silence: a middlebox or the ${otherSide(side.side)} had forgotten the connection`;
      return { side: null, message, frames: [side.lastDataFrame] };
    },
  },
  {
    code: 'abandoned',
    severity: 'error',
    basis: BOTH_SEEN,
    find({ facts, style }) {
      if (style !== 'abandoned') return null;
      const message = 'sent again and again without an answer, then silence';
      const frames = [facts.client, facts.server].filter(({ unanswered }) => unanswered > 0);
      return { side: null, message, frames: frames.map(({ lastDataFrame }) => lastDataFrame) };
    },
  },
];

/** What a reset was, in the words of a finding, which is gathered with others of its server. */
const REASONS: Record<ResetCause, string> = {
  'port-closed': '',
  'abortive-close': ': closed without FIN',
  'data-after-close': ': something came after its close',
  'half-open-peer': ', which knew no such connection',
  'backlog-overflow': '',
  'client-abort': '',
  'injected-suspected': '',
  unknown: '',
};

/** How the connection ended for its sockets. */
export function findInSockets(source: RecordSource, row: number, sides: Sides, found: FindingList): void {
  const { ints } = source.slab;
  const style = closeStyle(source, sides);
  if (hadTrouble(ints, sides)) findInTrouble(source, row, sides, style, found);
  if ((ints[sides.at + C_HANDSHAKE] & HANDSHAKE_ACK_IGNORED) !== 0) {
    const { synAckFrame, ackFrame, synAckCount } = factsOf(source, row, sides);
    const message = `${counted(synAckCount, 'SYN-ACK')}, also after the client's ACK: accept queue full`;
    found.add(BOTH_SEEN, 'accept-queue-full', 'error', 'server', message, [synAckFrame, ackFrame]);
  }
  findInCloseWait(source, sides, 'client', style, found);
  findInCloseWait(source, sides, 'server', style, found);
}

function findInTrouble(source: RecordSource, row: number, sides: Sides, style: CloseStyle, found: FindingList): void {
  const outcome = handshakeOutcome(source.slab.ints[sides.at + C_HANDSHAKE]);
  const facts = factsOf(source, row, sides);
  if (outcome === 'completed' || outcome === 'not-captured' || outcome === 'half-open') {
    const isReset = style === 'reset' || style === 'reset-after-fin';
    const reset =
      (isReset && facts.resets.find((each) => each.accepted && !each.isPast && each.receiverState !== CLOSED)) || null;
    const cause = reset === null ? null : causeOfReset(reset, facts).cause;
    const by = isReset ? firstCloser(source, row, sides, 'reset') : null;
    if (reset !== null && !found.evidence.isSeen(reset.to)) findResetOfUnseen(reset, style, found);
    else findEnding({ facts, style, by, reset, cause }, found);
    if (reset !== null && cause === 'abortive-close') findUnread(reset, found);
  }
  const ignored = facts.resets.filter(({ accepted, receiverState }) => !accepted && receiverState !== CLOSED);
  if (ignored.length === 0) return;
  const message = `${counted(ignored.length, 'RST')} that the receiver does not accept`;
  found.add(
    BOTH_SEEN,
    'reset-ignored',
    'note',
    null,
    message,
    ignored.map(({ frame }) => frame),
  );
}

/** It ended something, but whether its receiver had closed before, and what it had sent, the capture does not have. */
function findResetOfUnseen({ from, to, frame }: ResetFacts, style: CloseStyle, found: FindingList): void {
  found.add(shownBy(from), style, 'note', from, `the ${from} sent an RST; ${unseen(to)}`, [frame]);
}

function findEnding(ending: Ending, found: FindingList): void {
  // Of one whose handshake was not seen to end, silence says nothing.
  if (ending.style === 'abandoned' && ending.facts.outcome !== 'completed') return;
  for (const { code, severity, basis, find } of ENDINGS) {
    const what = find(ending);
    if (what === null) continue;
    found.add(basis, code, severity, what.side, what.message, what.frames);
    return;
  }
}

/** The side that reset had not answered what came last (tcp_close with unread data). */
function findUnread(reset: ResetFacts, found: FindingList): void {
  const { from, to, receiverDataFrame, senderDataFrame, frame } = reset;
  if (receiverDataFrame <= senderDataFrame || isKeepAliveExpiry(reset)) return;
  const message = `the ${from} may have closed with data of the ${to} unread`;
  found.add(BOTH_SEEN, 'unread-data', 'warning', from, message, [receiverDataFrame, frame]);
}

function resetFrames({ resets }: Facts): number[] {
  return resets.filter(({ accepted }) => accepted).map(({ frame }) => frame);
}

/** A full-size segment is sent again and again, its peer is heard, and none of full size was ever acknowledged. */
function isBlackHole(facts: Facts, { side, stuckRun, stuckLength, ackedBytes, mss }: SideFacts): boolean {
  if (stuckRun < STUCK_AFTER || ackedBytes === null) return false;
  const peer = facts[otherSide(side)];
  const fullSize = Math.min(mss ?? USUAL_MSS, peer.mss ?? USUAL_MSS) - MOST_OPTIONS;
  return facts.outcome === 'completed' && stuckLength >= fullSize && ackedBytes < fullSize;
}
