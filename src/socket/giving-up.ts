import { SHAPE_ACK, SHAPE_ANSWER } from '../track/event-columns.ts';
import { ANALYSIS_KEEP_ALIVE, ANALYSIS_RESENT } from '../track/tcp-analysis.ts';
import type { ResetFacts } from './event-facts.ts';

/** A retry may come a little late. */
const LATE = 1.1;
/** The longest time between two retransmissions, TCP_RTO_MAX. */
const LONGEST_RETRY = 120;
/** First wait for an answer to a SYN (TCP_TIMEOUT_INIT); three times that before RFC 6298. */
const FIRST_SYN_RETRY = 3;

/**
 * Seconds after the last SYN in which another must come if it is going to. The first retries may be linear
 * (tcp_syn_linear_timeouts), then each wait is at most as long as all before and one second.
 */
export function nextSyn(synCount: number, firstSyn: number, lastSyn: number): number {
  return synCount < 2 ? FIRST_SYN_RETRY * LATE : (lastSyn - firstSyn + 1) * LATE;
}

/**
 * The same for data that was sent again so many times since it was new: waits double, but for the first, which may be
 * a tail loss probe (RFC 8985 7.2) and short.
 */
export function nextRetransmission(resentFor: number, times: number): number {
  const doubled = 2 ** Math.max(1, times - 1);
  return Math.min((resentFor * doubled) / (doubled - 1), LONGEST_RETRY) * LATE;
}

/** An unanswered keep-alive probe is the last thing its sender sent before it. */
export function isKeepAliveExpiry({ senderUnanswered, senderAnalysis, shape }: ResetFacts): boolean {
  return senderUnanswered > 0 && (senderAnalysis & ANALYSIS_KEEP_ALIVE) !== 0 && (shape & SHAPE_ACK) !== 0;
}

/** Its sender had stopped to send again what was not answered: the RST tells that there is no socket any more. */
export function hasGivenUp({ shape, unansweredBefore, senderAnalysis, senderSilence, resentFor }: ResetFacts): boolean {
  if ((shape & (SHAPE_ACK | SHAPE_ANSWER)) !== SHAPE_ANSWER || unansweredBefore < 2) return false;
  return (senderAnalysis & ANALYSIS_RESENT) !== 0 && senderSilence > nextRetransmission(resentFor, unansweredBefore);
}
