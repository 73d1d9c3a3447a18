import type { ResetCause } from '../record.ts';
import {
  SHAPE_ACK,
  SHAPE_AFTER_UNSEEN,
  SHAPE_ANSWER,
  SHAPE_AT_FIN,
  SHAPE_FROM_NEWER,
  SHAPE_HAS_SPOKEN,
  SHAPE_ID_BREAKS,
  SHAPE_NEXT,
  SHAPE_OF_OTHER,
  SHAPE_ONLY_SYNS,
  SHAPE_ZERO,
} from '../track/event-columns.ts';
import { BOTH_SEEN } from '../track/evidence.ts';
import { counted, formatSeconds } from '../track/finding-list.ts';
import { CLOSED, SYN_RECEIVED, SYN_SENT, TIME_WAIT } from '../track/tcp-state.ts';
import type { ResetFacts } from './event-facts.ts';
import type { Facts } from './facts.ts';
import { hasGivenUp, isKeepAliveExpiry } from './giving-up.ts';

/** Why an RST was sent, and the words that say so. */
export interface CauseOfReset {
  cause: ResetCause;
  because: string;
}

interface CauseRule {
  cause: ResetCause;
  when(reset: ResetFacts, facts: Facts): boolean;
  because(reset: ResetFacts, facts: Facts): string;
}

/** A host sends nothing after its RST; so much later it is no packet that the capture has only in the wrong order. */
const SENDS_ON_AFTER = 0.005;

/** What systems begin with. */
const USUAL_TTLS = [32, 64, 128, 255];

/** Packets a second of a busy host. */
const COUNTED_IN_A_SECOND = 10_000;

/** Round trips after a segment in which its answer comes. */
const AT_ONCE = 1.5;

/** After its RST the client sends the same SYN again: no program gave up. */
export const STILL_ASKS = 'which the client did not expect from there: it sends the same SYN again later';

/** The first that applies is the cause. Kernel functions are those of Linux 6. */
const TCP_RULES: readonly CauseRule[] = [
  {
    // RFC 9293 3.5.2: a host that has begun anew answers what the other side still sends on the older connection.
    cause: 'half-open-peer',
    when: ({ shape }) => (shape & SHAPE_FROM_NEWER) !== 0,
    because: ({ from, to }) =>
      `answers the ${to}: the ${from} knew this connection no more and had begun another on the same ports`,
  },
  {
    // Two machines that answer for one address, or one that has forgotten its first SYN-ACK.
    cause: 'half-open-peer',
    when: ({ from, shape }, { otherSynAckFrame }) =>
      from === 'server' && otherSynAckFrame !== 0 && ((shape & SHAPE_OF_OTHER) !== 0 || isBareAnswer(shape)),
    because: (_, { otherSynAckFrame }) =>
      `comes from who sent the other SYN-ACK (frame ${otherSynAckFrame}), which the client did not take: another machine behind the same address`,
  },
  {
    // A host that has sent an RST has no socket any more that could send data.
    cause: 'injected-suspected',
    when: (reset, facts) => wentOn(reset, facts) && !reset.isPast && !isOfScanner(reset),
    because: ({ from }, facts) => `the ${from} went on sending after it (frame ${facts[from].lastDataFrame})`,
  },
  {
    cause: 'injected-suspected',
    when: (reset) => hasOtherTtl(reset) && (reset.shape & SHAPE_HAS_SPOKEN) !== 0 && !isKernelsOwn(reset),
    because: ({ from, ttl, leastTtl, greatestTtl }) =>
      `TTL ${ttl}, and ${leastTtl === greatestTtl ? leastTtl : `${leastTtl} to ${greatestTtl}`} in the other packets of the ${from}`,
  },
  {
    // tcp_v4_rcv: no_tcp_socket, tcp_v4_send_reset.
    cause: 'port-closed',
    when: (reset, facts) =>
      reset.receiverState === SYN_SENT &&
      (reset.shape & SHAPE_ONLY_SYNS) !== 0 &&
      (facts.synAckFrame === 0 || reset.isPast),
    because: ({ frame }, { synFrame, resets }) => {
      const before = resets.findLast((other) => other.frame < frame && other.receiverState === SYN_SENT);
      const answered = before === undefined ? `the SYN of frame ${synFrame}` : `the SYN after frame ${before.frame}`;
      return `answers ${answered}: nothing listens there, or a firewall says so`;
    },
  },
  {
    // RFC 9293 3.5.2: a SYN meets a connection that its sender knows nothing of.
    cause: 'half-open-peer',
    when: ({ senderState, receiverState, shape }) =>
      senderState === SYN_SENT && receiverState !== SYN_RECEIVED && (shape & SHAPE_ANSWER) !== 0,
    because: ({ to }) =>
      `answers an ACK that the ${to} sent for an older connection of the same ports, or to test who asks`,
  },
  {
    // tcp_rcv_synsent_state_process has no socket to hand the SYN-ACK to.
    cause: 'client-abort',
    when: ({ from, senderState, receiverState }) =>
      from === 'client' && (receiverState === SYN_RECEIVED || senderState === SYN_SENT),
    because: ({ time }, { synAckFrame, lastSyn }) => {
      if (synAckFrame === 0) return 'the client gave up before an answer came';
      const answered = `answers the SYN-ACK of frame ${synAckFrame}`;
      return lastSyn > time
        ? `${answered}, ${STILL_ASKS}`
        : `${answered}: the client had given up, or only wanted to see it`;
    },
  },
  {
    // tcp_check_req with tcp_abort_on_overflow, or the listening socket was closed meanwhile.
    cause: 'backlog-overflow',
    when: (reset, facts) =>
      reset.from === 'server' &&
      reset.accepted &&
      facts.isAccepted &&
      (reset.shape & (SHAPE_ONLY_SYNS | SHAPE_ACK)) === SHAPE_ONLY_SYNS &&
      answersHandshake(reset, facts),
    because: (_, { ackFrame, synAckCount }) =>
      `the server sent only ${counted(synAckCount, 'SYN-ACK')} and did not take the connection of frame ${ackFrame}: accept queue full, or listener closed`,
  },
  {
    // tcp_rcv_state_process: RCV_SHUTDOWN and new data (TCPABORTONDATA); or no socket any more.
    cause: 'data-after-close',
    when: ({ from, receiverDataFrame, shape }, facts) =>
      facts[from].finFrame !== 0 &&
      (receiverDataFrame > facts[from].finFrame || (shape & (SHAPE_AT_FIN | SHAPE_ACK)) === SHAPE_AT_FIN),
    because: ({ from, to, receiverDataFrame }, facts) =>
      receiverDataFrame > facts[from].finFrame
        ? `the ${from} had closed (FIN in frame ${facts[from].finFrame}) when the ${to}'s data of frame ${receiverDataFrame} came`
        : `the ${from} had closed (FIN in frame ${facts[from].finFrame}) when something came that the ${to} had sent before`,
  },
  {
    cause: 'data-after-close',
    when: ({ from, to, frame, receiverState }, { resets }) =>
      receiverState === CLOSED &&
      resets.some((other) => other.frame < frame && (other.from === from || other.from === to)),
    because: ({ frame }, { resets }) => {
      const first = resets.find((other) => other.frame < frame);
      return `the connection had been reset by frame ${first?.frame}, and something was still on its way`;
    },
  },
  {
    // tcp_keepalive_timer: tcp_send_active_reset, tcp_write_err.
    cause: 'abortive-close',
    when: isKeepAliveExpiry,
    because: ({ from, senderUnanswered, senderSilence }) =>
      `the ${from} gave up: ${counted(senderUnanswered, 'keep-alive probe')} without an answer, the last ${formatSeconds(senderSilence)} before`,
  },
  {
    // tcp_timewait_state_process and the FIN that comes after FIN-WAIT-2 has expired (tcp_fin_timeout, 60 s).
    cause: 'data-after-close',
    when: ({ from, to, senderState, shape }, facts) =>
      (shape & SHAPE_ACK) === 0 && facts[from].finFrame !== 0 && facts[to].finFrame !== 0 && senderState !== TIME_WAIT,
    because: ({ from, to }, facts) =>
      `the ${from} had closed (FIN in frame ${facts[from].finFrame}) and forgotten the connection when the FIN of frame ${facts[to].finFrame} came`,
  },
  {
    // tcp_write_err closed the socket without a word; what comes later finds none.
    cause: 'half-open-peer',
    when: hasGivenUp,
    because: ({ from, unansweredBefore, senderSilence }) =>
      `the ${from} had given up ${formatSeconds(senderSilence)} before at the most, after ${counted(unansweredBefore, 'retransmission')} without an answer`,
  },
  {
    // tcp_rcv_state_process, tcp_v4_send_reset: so a host answers for a socket that was closed; what it answers may be missing.
    cause: 'data-after-close',
    when: ({ from, frame, shape }, facts) =>
      isAnswer(shape) && facts[from].finFrame !== 0 && facts[from].finFrame < frame,
    because: ({ from, to }, facts) =>
      `the ${from} had closed (FIN in frame ${facts[from].finFrame}), and answers something of the ${to} that came after it`,
  },
  {
    // tcp_v4_send_reset for a segment that no socket takes: its sequence number is the segment's ACK, without ACK flag.
    cause: 'half-open-peer',
    when: ({ shape }) => isAnswer(shape) && (shape & SHAPE_AFTER_UNSEEN) === 0,
    because: ({ from, to, idle }) =>
      `answers the ${to} as a host does that knows no such connection: the ${from} lost or ended it without a word${idle >= 1 ? `, idle for ${formatSeconds(idle)} before` : ''}`,
  },
  {
    // An RST of a live socket has the socket's count (ip_select_ident); an answer of none may have another.
    cause: 'injected-suspected',
    when: (reset) => isAbort(reset.shape) && isOutOfCount(reset),
    because: ({ from, ipId, lastIpId }) =>
      `IP identification ${ipId}, and ${lastIpId} in the packet before of the ${from}, who counts them`,
  },
  {
    // tcp_close with unread data (TCPABORTONCLOSE), or SO_LINGER 0 (tcp_disconnect): tcp_send_active_reset.
    cause: 'abortive-close',
    when: ({ shape }) => isAbort(shape),
    because: ({ from, to, senderDataFrame, receiverDataFrame }) =>
      receiverDataFrame > senderDataFrame
        ? `the ${from} closed without FIN after the ${to}'s data of frame ${receiverDataFrame}: unread data, or SO_LINGER 0`
        : `the ${from} closed without FIN: SO_LINGER 0, or unread data`,
  },
];

/** Its sender sent payload later than packets in the wrong order come. */
function wentOn({ from, frame, time, senderState }: ResetFacts, facts: Facts): boolean {
  const { lastDataFrame, lastDataTime } = facts[from];
  return senderState !== SYN_SENT && lastDataFrame > frame && lastDataTime - time > SENDS_ON_AFTER;
}

/**
 * The SYN was made by a program, with numbers and TTL of its own; the kernel of its host knows no such socket, and answers
 * the SYN-ACK (tcp_v4_send_reset). What the program sends later does not make the RST somebody else's.
 */
function isOfScanner({ from, receiverState, shape }: ResetFacts): boolean {
  return from === 'client' && receiverState === SYN_RECEIVED && isBareAnswer(shape);
}

/** What a host answers that has no such socket: the number of the ACK, and no ACK flag. */
function isBareAnswer(shape: number): boolean {
  return (shape & (SHAPE_ACK | SHAPE_ANSWER)) === SHAPE_ANSWER;
}

function hasOtherTtl({ ttl, leastTtl, greatestTtl }: ResetFacts): boolean {
  return greatestTtl !== 0 && (ttl < leastTtl || ttl > greatestTtl);
}

/**
 * An answer without a socket has the TTL of the host (ip_send_unicast_reply), where sockets may have their own (IP_TTL,
 * the 255 of RFC 5082): it comes from as far away as they do.
 */
function isKernelsOwn({ shape, ttl, leastTtl, greatestTtl }: ResetFacts): boolean {
  return isAnswer(shape) && (hopsOf(ttl) === hopsOf(leastTtl) || hopsOf(ttl) === hopsOf(greatestTtl));
}

/** Routers that a packet came through, if it began with one of the usual TTLs. */
function hopsOf(ttl: number): number {
  return (USUAL_TTLS.find((usual) => usual >= ttl) ?? ttl) - ttl;
}

/**
 * Too far for a count. One that a host has for all its connections moves on with time: an hour later it may be anywhere.
 */
function isOutOfCount({ shape, ipId, lastIpId, senderSilence }: ResetFacts): boolean {
  if ((shape & SHAPE_ID_BREAKS) === 0) return false;
  const step = (ipId - lastIpId) & 0xffff;
  return step > senderSilence * COUNTED_IN_A_SECOND;
}

/** The ACK of the handshake drew it, and not what came later. */
function answersHandshake({ time, receiverDataFrame }: ResetFacts, facts: Facts): boolean {
  if (facts.isAckMissed || time - facts.ackTime < facts.roundTrip * AT_ONCE) return true;
  return receiverDataFrame === 0 && facts.client.finFrame === 0;
}

function isAnswer(shape: number): boolean {
  if ((shape & SHAPE_ACK) === 0) return (shape & SHAPE_ANSWER) !== 0;
  return (shape & SHAPE_ZERO) !== 0;
}

/** What a live socket sends: where it is, with an ACK. */
function isAbort(shape: number): boolean {
  return (shape & (SHAPE_ACK | SHAPE_ZERO)) === SHAPE_ACK && (shape & (SHAPE_NEXT | SHAPE_ANSWER)) !== 0;
}

/** The RST that was asked for last: several ask for the same one after the other. */
let known: { reset: ResetFacts; cause: CauseOfReset } | null = null;

/** Why an RST was sent; of SCTP: an ABORT. @param facts those that it is among */
export function causeOfReset(reset: ResetFacts, facts: Facts): CauseOfReset {
  if (known?.reset !== reset) known = { reset, cause: findCause(reset, facts) };
  return known.cause;
}

function findCause(reset: ResetFacts, facts: Facts): CauseOfReset {
  const doubt = facts.evidence.doubt(BOTH_SEEN);
  if (doubt !== null) return { cause: 'unknown', because: doubt };
  if (facts.protocol === 'sctp') return causeOfAbort(reset, facts);
  const rule = TCP_RULES.find(({ when }) => when(reset, facts));
  if (rule === undefined) {
    const isAlone = facts.client.packets + facts.server.packets === facts.resets.length;
    const because = isAlone
      ? 'the capture has nothing of what it answers'
      : 'its numbers fit none of the reasons to send one';
    return { cause: 'unknown', because };
  }
  return { cause: rule.cause, because: rule.because(reset, facts) };
}

/** RFC 9260 section 3.3.7. */
function causeOfAbort({ from, receiverState }: ResetFacts, { synFrame }: Facts): CauseOfReset {
  if (receiverState === SYN_SENT) return { cause: 'port-closed', because: `answers the INIT of frame ${synFrame}` };
  return { cause: 'abortive-close', because: `the ${from} ended the association without SHUTDOWN` };
}
