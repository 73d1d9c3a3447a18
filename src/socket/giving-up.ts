import { SHAPE_ACK, SHAPE_ANSWER } from '../track/event-columns.ts';
import { nextRetransmission } from '../track/retries.ts';
import { ANALYSIS_KEEP_ALIVE, ANALYSIS_RESENT } from '../track/tcp-analysis.ts';
import type { ResetFacts } from './event-facts.ts';

/** An unanswered keep-alive probe is the last thing its sender sent before it. */
export function isKeepAliveExpiry({ senderUnanswered, senderAnalysis, shape }: ResetFacts): boolean {
  return senderUnanswered > 0 && (senderAnalysis & ANALYSIS_KEEP_ALIVE) !== 0 && (shape & SHAPE_ACK) !== 0;
}

/** Its sender had stopped to send again what was not answered: the RST tells that there is no socket any more. */
export function hasGivenUp({ shape, unansweredBefore, senderAnalysis, senderSilence, resentFor }: ResetFacts): boolean {
  if ((shape & (SHAPE_ACK | SHAPE_ANSWER)) !== SHAPE_ANSWER || unansweredBefore < 2) return false;
  return (senderAnalysis & ANALYSIS_RESENT) !== 0 && senderSilence > nextRetransmission(resentFor, unansweredBefore);
}
