import type { ResetCause, Side } from '../record.ts';
import {
  SHAPE_ACKS_ALL,
  SHAPE_AFTER_UNSEEN,
  SHAPE_AMID_WRITE,
  SHAPE_ANSWER,
  SHAPE_NEXT,
} from '../track/event-columns.ts';
import { BOTH_SEEN } from '../track/evidence.ts';
import { counted, formatSeconds } from '../track/finding-list.ts';
import type { Ending, EndingRule, Found } from './ending.ts';
import { socketErrorOf } from './error-rules.ts';
import type { Facts, SideFacts } from './facts.ts';
import { isKeepAliveExpiry } from './giving-up.ts';
import { causeOfReset } from './reset-causes.ts';
import { LONGEST_FAREWELL } from './unanswered-requests.ts';

/* Endings by RST: who was cut short, and who only left. */

export const INJECTED_RESET: EndingRule = {
  code: 'injected-reset',
  severity: 'error',
  basis: BOTH_SEEN,
  find({ facts, reset, cause }) {
    if (reset === null || cause !== 'injected-suspected') return null;
    const { because } = causeOfReset(reset, facts);
    const message = `an RST that the ${reset.from} will not have sent: ${because}`;
    return { side: reset.from, message, frames: [reset.frame] };
  },
};

/** tcp_keepalive_timer: tcp_send_active_reset. */
export const KEEP_ALIVE_TIMEOUT: EndingRule = {
  code: 'keep-alive-timeout',
  severity: 'error',
  basis: BOTH_SEEN,
  find({ reset }) {
    if (reset === null || !isKeepAliveExpiry(reset)) return null;
    const message = `the ${reset.from} got no answer to ${counted(reset.senderUnanswered, 'keep-alive probe')}`;
    return { side: reset.from, message, frames: [reset.frame] };
  },
};

/** tcp_check_req with tcp_abort_on_overflow. */
export const RESET_INSTEAD_OF_ACCEPTED: EndingRule = {
  code: 'accept-queue-full',
  severity: 'error',
  basis: BOTH_SEEN,
  find({ facts, reset, cause }) {
    if (reset === null || cause !== 'backlog-overflow') return null;
    const message = 'reset instead of accepted: accept queue full, or listener closed';
    return { side: 'server', message, frames: [facts.ackFrame, reset.frame] };
  },
};

/** tcp_rcv_state_process, tcp_v4_send_reset: new data for a socket that was closed; tcp_reset leaves EPIPE. */
export const BROKEN_PIPE: EndingRule = {
  code: 'broken-pipe',
  severity: 'error',
  basis: BOTH_SEEN,
  find({ facts, reset, cause }) {
    if (reset === null || socketErrorOf(facts, reset.to)?.errno !== 'EPIPE') return null;
    const { finFrame, peerBytesAtFin } = facts[reset.from];
    const wrote = facts[reset.to].uniqueBytes > peerBytesAtFin;
    if (!wrote && cause !== 'data-after-close') return null;
    if (wrote && isLastWord(facts[reset.to], peerBytesAtFin)) return null;
    const message = wrote
      ? `the ${reset.to} wrote after the ${reset.from} had closed`
      : `data of the ${reset.to} was on its way when the ${reset.from} closed`;
    return { side: reset.to, message, frames: [finFrame, reset.receiverDataFrame, reset.frame] };
  },
};

/** All that it said after the peer's FIN is a farewell, as close_notify or "221 bye": nobody misses it. */
function isLastWord({ wantsNoAnswer, uniqueBytes }: SideFacts, bytesAtFin: number): boolean {
  const bytes = uniqueBytes - bytesAtFin;
  return bytes <= LONGEST_FAREWELL || (wantsNoAnswer && bytes < SHORT_MESSAGE);
}

/** SO_LINGER 0 (tcp_disconnect), a closed pool or program, a health check: nothing of the server's is lost. */
export const LEFT_WITH_RESET: EndingRule = {
  code: 'reset',
  severity: 'note',
  basis: BOTH_SEEN,
  find: (ending) => (ending.style === 'reset' ? leavingOf(ending) : null),
};

/** tcp_close: a socket that its program has closed has nobody who could be told of an RST. */
export const LEFT_WITH_RESET_AFTER_FIN: EndingRule = {
  code: 'reset-after-fin',
  severity: 'note',
  basis: BOTH_SEEN,
  find(ending) {
    const { facts, style, reset } = ending;
    if (style !== 'reset-after-fin' || reset === null) return null;
    const { from, to } = reset;
    const { finFrame, peerBytesAtFin } = facts[from];
    const saidFarewell = finFrame !== 0 && finFrame < reset.frame && facts[to].uniqueBytes > peerBytesAtFin;
    if (saidFarewell && !facts[to].hasClosed && isLastWord(facts[to], peerBytesAtFin)) {
      const message = `reset by the ${from}, which had closed, for a farewell of the ${to}`;
      return { side: from, message, frames: resetFrames(facts) };
    }
    if (!facts[to].hasClosed || owesAnswer(ending)) return leavingOf(ending);
    const message = `reset by the ${from} after the ${to} had closed: nobody is told`;
    return { side: from, message, frames: resetFrames(facts) };
  },
};

/** The server resets with a request that it has not answered: the client may wait for that behind its FIN (shutdown(SHUT_WR)). */
function owesAnswer({ facts, reset }: Ending): boolean {
  return reset?.from === 'server' && reset.cameSince > LONGEST_FAREWELL && !facts.client.wantsNoAnswer;
}

/** tcp_disconnect: a server, or a middlebox in its name, clears away a connection on which nothing was going on. */
export const IDLE_RESET: EndingRule = {
  code: 'reset',
  severity: 'note',
  basis: BOTH_SEEN,
  find({ facts, style, reset, cause }) {
    if (style !== 'reset' || reset?.from !== 'server' || cause !== 'abortive-close') return null;
    const { shape, cameSince, sinceData, senderDataFrame } = reset;
    if (cameSince > 0 || senderDataFrame === 0 || sinceData < IDLE_AFTER || (shape & SHAPE_ANSWER) === 0) return null;
    if (facts.client.lastDataFrame > senderDataFrame || facts.server.isAmidWrite) return null;
    const message = `the server reset the connection after ${formatSeconds(sinceData)} idle, with nothing left to answer`;
    return { side: 'server', message, frames: resetFrames(facts) };
  },
};

/** What came before it is missing: the FIN of a connection that was over may be among that. */
export const RESET_AFTER_UNSEEN: EndingRule = {
  code: 'reset',
  severity: 'note',
  basis: BOTH_SEEN,
  find({ facts, style, reset }) {
    if (style !== 'reset' || reset === null || (reset.shape & SHAPE_AFTER_UNSEEN) === 0) return null;
    const message = `reset by the ${reset.from}, after something that the capture does not have: a FIN may be missing`;
    return { side: reset.from, message, frames: resetFrames(facts) };
  },
};

export const RESET: EndingRule = {
  code: 'reset',
  severity: 'error',
  basis: BOTH_SEEN,
  find({ facts, style, reset, cause }) {
    if (style !== 'reset' || reset === null) return null;
    const message = `reset by the ${reset.from}${cause === null ? '' : REASONS[cause]}`;
    return { side: reset.from, message, frames: resetFrames(facts) };
  },
};

export const RESET_AFTER_FIN: EndingRule = {
  code: 'reset-after-fin',
  severity: 'warning',
  basis: BOTH_SEEN,
  find({ facts, style, reset }) {
    if (style !== 'reset-after-fin') return null;
    if (reset === null) return { side: null, message: 'reset after a FIN', frames: resetFrames(facts) };
    const { from, to, frame } = reset;
    const had = (side: Side) => facts[side].finFrame !== 0 && facts[side].finFrame < frame;
    const after = had(from) ? (had(to) ? 'both FINs' : 'its own FIN') : `the FIN of the ${to}`;
    return { side: from, message: `reset by the ${from} after ${after}`, frames: resetFrames(facts) };
  },
};

/** A pause in which neither side says anything is so long at the least. Seconds. */
const IDLE_AFTER = 1;

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

/** What was unread is no request: nobody misses it. */
function isFarewell({ wantsNoAnswer, hasClosed }: SideFacts, bytes: number): boolean {
  return (wantsNoAnswer && bytes < SHORT_MESSAGE) || (hasClosed && bytes <= LONGEST_FAREWELL);
}

/** Of so many bytes, a message that wants no answer may be all that was unread. */
const SHORT_MESSAGE = 512;

/**
 * The side that reset may have had data that its program did not read: then close() sends an RST for a FIN (tcp_close). Only what
 * came in order is in its queue: what lies behind a hole is not (tcp_data_queue_ofo).
 */
export function unreadOf(ending: Ending): Found | null {
  const { facts, reset, cause } = ending;
  if (reset === null || cause !== 'abortive-close' || isKeepAliveExpiry(reset) || isLeaving(ending)) return null;
  const { from, to, cameSince, receiverDataFrame, senderDataFrame, frame } = reset;
  if (cameSince > 0) {
    if (isFarewell(facts[to], cameSince)) return null;
    const message = `the ${from} closed with data of the ${to} unread, or with SO_LINGER 0`;
    return { side: from, message, frames: [receiverDataFrame, frame] };
  }
  // An answer does not say that the request was read to its end: the RST did not wait to see that it came.
  const since = reset.time - facts.server.lastDataTime;
  const isAtOnce = since < facts.wholeRoundTrip || (reset.shape & (SHAPE_NEXT | SHAPE_ANSWER)) === SHAPE_NEXT;
  if (from !== 'server' || !isAtOnce || reset.senderUnanswered > 0 || since > IDLE_AFTER) return null;
  if (senderDataFrame === 0 || facts.client.uniqueBytes === 0) return null;
  const message = 'the server reset the connection right after its answer: data of the client unread, or SO_LINGER 0';
  return { side: from, message, frames: [receiverDataFrame, senderDataFrame, frame] };
}

function leavingOf(ending: Ending): Found | null {
  const { facts, reset } = ending;
  if (!isLeaving(ending) || reset === null) return null;
  const message =
    facts.server.lastDataFrame === 0 || reset.cameSince === 0
      ? 'the client left with an RST, without a request'
      : 'the client left with an RST, after it had acknowledged all that the server sent';
  return { side: 'client', message, frames: resetFrames(facts) };
}

/** The client has all that the server said, which was no part of more, and owes nothing: it only leaves. */
function isLeaving({ facts, reset, cause }: Ending): boolean {
  if (reset?.from !== 'client') return false;
  if (cause === 'client-abort') return true;
  if (cause !== 'abortive-close') return false;
  const { client, server } = facts;
  if (client.lastDataFrame === 0 && reset.cameSince === 0) return true;
  if (server.lastDataFrame > reset.frame || reset.receiverDataFrame < reset.senderDataFrame) return false;
  return (reset.shape & (SHAPE_ACKS_ALL | SHAPE_AMID_WRITE)) === SHAPE_ACKS_ALL;
}

function resetFrames({ resets }: Facts): number[] {
  return resets.filter(({ accepted }) => accepted).map(({ frame }) => frame);
}
