import { BOTH_SEEN } from '../track/evidence.ts';
import { formatSeconds } from '../track/finding-list.ts';
import { STUCK_AFTER } from '../track/retries.ts';
import { ANALYSIS_KEEP_ALIVE } from '../track/tcp-analysis.ts';
import type { Ending, EndingRule } from './ending.ts';
import { otherSide } from './event-facts.ts';
import type { Facts, SideFacts } from './facts.ts';

/* Endings in which one side was not heard any more: what was sent got lost, or met nobody who knew the connection. */

/** Firewalls and NATs forget a connection that was silent for so long; the shortest that is in use. */
const FORGOTTEN_AFTER = 30;
/** A path that fails for a moment is back before a side has tried for so long. Seconds. */
const LOST_AFTER = 60;
/** A silence is longer than another if it is so many times as long: what is sent at an interval comes not to the millisecond. */
const LONGER = 1.05;
/** Room for options in a full-size segment (RFC 9293 3.7.1): an MSS counts them as payload. */
const MOST_OPTIONS = 40;
/** What every path carries, where the MSS is not known. */
const USUAL_MSS = 1220;

/** RFC 1191 and 2923 2.1: the router that drops what is too large says so, and the sender never hears it. */
export const MTU_BLACK_HOLE: EndingRule = {
  code: 'mtu-black-hole',
  severity: 'error',
  basis: BOTH_SEEN,
  find({ facts }) {
    const side = bothOf(facts).find((each) => isBlackHole(facts, each));
    if (side === undefined) return null;
    const stuck = `segments of ${side.stuckLength} bytes of the ${side.side} do not get through`;
    // Heard after they were first sent, the peer is there and has not got them.
    const isHeard = side.stuckRun > side.unanswered || side.silenceBefore < 0;
    const why = isHeard
      ? 'smaller ones do: path MTU'
      : `smaller ones did before: path MTU, or the ${otherSide(side.side)} is gone`;
    return { side: side.side, message: `${stuck}, ${why}`, frames: [side.lastDataFrame] };
  },
};

/** RFC 9293 3.5.1: a half-open connection is found by the RST that the first segment draws. */
export const RESET_AFTER_SILENCE: EndingRule = {
  code: 'idle-timeout',
  severity: 'error',
  basis: BOTH_SEEN,
  find({ facts, reset, cause }) {
    if (reset === null || !mayBeForgotten(facts[reset.to], reset.idle)) return null;
    if (cause !== 'half-open-peer' && cause !== 'injected-suspected') return null;
    const message = `RST for the first packet of the ${reset.to} after ${formatSeconds(reset.idle)} of silence: a middlebox or the ${reset.from} had forgotten the connection`;
    return { side: reset.from, message, frames: [reset.receiverDataFrame, reset.frame] };
  },
};

/** A middlebox that has forgotten a connection drops what comes (RFC 5382 REQ-5 for how long it must not). */
export const UNANSWERED_AFTER_SILENCE: EndingRule = {
  code: 'idle-timeout',
  severity: 'error',
  basis: BOTH_SEEN,
  find({ facts, style, reset }) {
    // What the capture lacks may have broken the silence.
    if (facts.lacksPackets) return null;
    // Keep-alive probes come at their own pace, and end with an RST (tcp_keepalive_timer).
    const hasTried = (each: SideFacts) => triedFor(facts, each) >= LOST_AFTER || givesUpWith(reset, each);
    const isLost = (each: SideFacts) =>
      style === 'abandoned' || ((each.lastAnalysis & ANALYSIS_KEEP_ALIVE) === 0 && hasTried(each));
    const side = bothOf(facts).find(
      (each) => each.unanswered > 0 && mayBeForgotten(each, each.silenceBefore) && isLost(each),
    );
    if (side === undefined) return null;
    const message = `no answer to the ${side.side} any more after ${formatSeconds(side.silenceBefore)} of silence: a middlebox or the ${otherSide(side.side)} had forgotten the connection`;
    return { side: side.side, message, frames: [side.lastDataFrame] };
  },
};

/** tcp_write_timeout: the kernel gives up, and sends nothing that would say so. */
export const ABANDONED: EndingRule = {
  code: 'abandoned',
  severity: 'error',
  basis: BOTH_SEEN,
  find({ facts, style }) {
    if (style !== 'abandoned') return null;
    const sides = bothOf(facts).filter(({ unanswered }) => unanswered > 0);
    const who = sides.map(({ side }) => `the ${side}`).join(' and ');
    const message = `${who} sent again and again without an answer, then nothing for ${formatSeconds(facts.silence)}`;
    return {
      side: sides.length === 1 ? sides[0].side : null,
      message,
      frames: sides.map(({ lastDataFrame }) => lastDataFrame),
    };
  },
};

/** The connection was never silent for so long before and worked on: nobody forgets it sooner than before. */
function mayBeForgotten({ answeredSilence }: SideFacts, silence: number): boolean {
  return silence >= FORGOTTEN_AFTER && silence > answeredSilence * LONGER;
}

/** The RST comes where the side's next retry was due, after a wait as long as all before (RFC 6298 5.5): Windows says so that it gives up. */
function givesUpWith(reset: Ending['reset'], { side }: SideFacts): boolean {
  if (reset?.from !== side || reset.senderUnanswered < STUCK_AFTER) return false;
  return reset.senderSilence >= reset.resentFor;
}

/** Seconds from the first packet that got no answer to the last. */
function triedFor(facts: Facts, { side, lastTime, silenceBefore }: SideFacts): number {
  return lastTime - (facts[otherSide(side)].lastTime + silenceBefore);
}

function bothOf({ client, server }: Facts): readonly SideFacts[] {
  return [client, server];
}

/** A full-size segment is sent again and again, and none of full size was ever acknowledged. */
function isBlackHole(facts: Facts, { side, stuckRun, stuckLength, ackedBytes, mss }: SideFacts): boolean {
  if (stuckRun < STUCK_AFTER || ackedBytes === null) return false;
  const peer = facts[otherSide(side)];
  const fullSize = Math.min(mss ?? USUAL_MSS, peer.mss ?? USUAL_MSS) - MOST_OPTIONS;
  return facts.outcome === 'completed' && stuckLength >= fullSize && ackedBytes < fullSize;
}
