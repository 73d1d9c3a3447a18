import type { CloseStyle } from '../record.ts';
import { closeStyle, firstCloser } from '../track/close-record.ts';
import { C_HANDSHAKE, HANDSHAKE_ACK_IGNORED } from '../track/columns.ts';
import { BOTH_SEEN, shownBy, unseen } from '../track/evidence.ts';
import { counted, type FindingList } from '../track/finding-list.ts';
import { handshakeOutcome } from '../track/handshake-record.ts';
import type { RecordSource } from '../track/record-source.ts';
import type { Sides } from '../track/sides.ts';
import { CLOSED } from '../track/tcp-state.ts';
import { findInCloseWait } from './close-wait.ts';
import type { Ending, EndingRule } from './ending.ts';
import type { ResetFacts } from './event-facts.ts';
import { factsOf } from './facts.ts';
import { causeOfReset } from './reset-causes.ts';
import {
  BROKEN_PIPE,
  IDLE_RESET,
  INJECTED_RESET,
  KEEP_ALIVE_TIMEOUT,
  LEFT_WITH_RESET,
  LEFT_WITH_RESET_AFTER_FIN,
  RESET,
  RESET_AFTER_FIN,
  RESET_AFTER_UNSEEN,
  RESET_INSTEAD_OF_ACCEPTED,
  unreadOf,
} from './reset-findings.ts';
import { ABANDONED, MTU_BLACK_HOLE, RESET_AFTER_SILENCE, UNANSWERED_AFTER_SILENCE } from './silences.ts';
import { hadTrouble } from './trouble.ts';
import {
  CLOSED_WITHOUT_ANSWER,
  CLOSED_WITHOUT_ANSWER_IF_ANY,
  KEEP_ALIVE_RACE,
  RESET_WITHOUT_ANSWER,
} from './unanswered-requests.ts';

/** The first that applies says how a connection that was open ended badly. */
const ENDINGS: readonly EndingRule[] = [
  MTU_BLACK_HOLE,
  RESET_AFTER_SILENCE,
  INJECTED_RESET,
  KEEP_ALIVE_RACE,
  KEEP_ALIVE_TIMEOUT,
  UNANSWERED_AFTER_SILENCE,
  RESET_INSTEAD_OF_ACCEPTED,
  BROKEN_PIPE,
  LEFT_WITH_RESET,
  IDLE_RESET,
  RESET_AFTER_UNSEEN,
  RESET,
  LEFT_WITH_RESET_AFTER_FIN,
  RESET_AFTER_FIN,
  ABANDONED,
  CLOSED_WITHOUT_ANSWER_IF_ANY,
];

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
    else findEndings({ facts, style, by, reset, cause }, found);
  }
  const ignored = facts.resets.filter(({ accepted, receiverState }) => !accepted && receiverState !== CLOSED);
  if (ignored.length === 0) return;
  const [{ from, to }] = ignored;
  const side = ignored.every((each) => each.from === from) ? from : null;
  const whose = side === null ? 'that their receivers do' : `of the ${from} that the ${to} does`;
  const message = `${counted(ignored.length, 'RST')} ${whose} not accept`;
  found.add(
    BOTH_SEEN,
    'reset-ignored',
    'note',
    side,
    message,
    ignored.map(({ frame }) => frame),
  );
}

/** It ended something, but whether its receiver had closed before, and what it had sent, the capture does not have. */
function findResetOfUnseen({ from, to, frame }: ResetFacts, style: CloseStyle, found: FindingList): void {
  found.add(shownBy(from), style, 'note', from, `the ${from} sent an RST; ${unseen(to)}`, [frame]);
}

function findEndings(ending: Ending, found: FindingList): void {
  // How it was closed, by FIN or RST, and what came of that, is told beside.
  for (const { code, severity, basis, find } of [CLOSED_WITHOUT_ANSWER, RESET_WITHOUT_ANSWER]) {
    const left = find(ending);
    if (left !== null) found.add(basis, code, severity, left.side, left.message, left.frames);
  }
  findEnding(ending, found);
  // What is sent behind a hole is in nobody's queue.
  const unread = MTU_BLACK_HOLE.find(ending) === null ? unreadOf(ending) : null;
  if (unread !== null) found.add(BOTH_SEEN, 'unread-data', 'warning', unread.side, unread.message, unread.frames);
}

function findEnding(ending: Ending, found: FindingList): void {
  // Of one whose handshake was not seen to end, silence says nothing.
  if (ending.style === 'abandoned' && ending.facts.outcome !== 'completed') return;
  for (const rule of ENDINGS) {
    if (!addEnding(rule, ending, found)) continue;
    // A FIN leaves no error on the client's socket, an RST does.
    if (rule === CLOSED_WITHOUT_ANSWER) addEnding(RESET, ending, found);
    return;
  }
}

function addEnding({ code, severity, basis, find }: EndingRule, ending: Ending, found: FindingList): boolean {
  const what = find(ending);
  if (what !== null) found.add(basis, code, severity, what.side, what.message, what.frames);
  return what !== null;
}
