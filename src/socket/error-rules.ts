import type { Certainty, Side } from '../record.ts';
import { SHAPE_AFTER_UNSEEN, SHAPE_ANSWER, SHAPE_AT_FIN, SHAPE_NEXT } from '../track/event-columns.ts';
import { type Basis, BOTH_SEEN, COUNTED, shownBy, unseen, WHOLE_SYN_SCHEDULE } from '../track/evidence.ts';
import { counted, formatSeconds } from '../track/finding-list.ts';
import { KERNEL_SYNS, nextSyn } from '../track/retries.ts';
import { ANALYSIS_KEEP_ALIVE } from '../track/tcp-analysis.ts';
import { CLOSE_WAIT, CLOSED, ESTABLISHED, SYN_RECEIVED, SYN_SENT, TIME_WAIT } from '../track/tcp-state.ts';
import { type IcmpFacts, otherSide, type ResetFacts } from './event-facts.ts';
import type { Facts } from './facts.ts';
import { hasGivenUp, isKeepAliveExpiry } from './giving-up.ts';
import { causeOfReset } from './reset-causes.ts';

/** What a rule says of one side's socket. */
export interface SocketError {
  /** Name of the rule. */
  rule: string;
  /** The errno that is left on the socket; null where the rule says that none is. */
  errno: string | null;
  certainty: Certainty;
  /** In words, with the frames. */
  because: string;
  frames: number[];
  /** Why it is not known whether one is left; absent where it is. */
  unknown?: string;
}

interface ErrorRule {
  name: string;
  /** What it rests on; if that does not hold, whether an errno is left is not known. */
  basis(facts: Facts, side: Side): Basis;
  /** Kernel function (Linux 6) or RFC section that makes it so. */
  source: string;
  /** What it says of `side`, null where it does not apply. */
  find(facts: Facts, side: Side): Omit<SocketError, 'rule'> | null;
}

/** So many segments sent again into silence, and nobody hears what else the sender says. */
const PEER_IS_GONE_AFTER = 3;
/** From so much delay on, connect() sleeps when the ICMP error comes, and fails at once. */
const ICMP_FINDS_SLEEPER = 0.005;

/** The first that applies to a side says what is left on its socket. */
const TCP_RULES: readonly ErrorRule[] = [
  {
    name: 'refused',
    basis: ({ evidence }) => ({ ...BOTH_SEEN, awaited: evidence.refusedAgain() }),
    source: 'tcp_rcv_synsent_state_process, tcp_reset',
    find(facts, side) {
      const reset = acceptedReset(facts, side);
      if (reset === null || facts.outcome !== 'refused' || reset.receiverState !== SYN_SENT) return null;
      const because = `RST in frame ${reset.frame} in answer to the SYN of frame ${facts.synFrame}`;
      return { errno: 'ECONNREFUSED', certainty: 'certain', because, frames: [facts.synFrame, reset.frame] };
    },
  },
  {
    name: 'icmp-for-syn',
    basis: () => shownBy('client'),
    source: 'tcp_v4_err, tcp_v6_err',
    find(facts, side) {
      if (side !== 'client' || facts.isConnected || facts.isAccepted || facts.synFrame === 0) return null;
      const error = facts.icmp.findLast((each) => each.about === side && each.state === SYN_SENT && isReported(each));
      if (error === undefined) return null;
      const because = `ICMP ${error.text} in frame ${error.frame} for the SYN`;
      const sentOn = facts.lastSyn > error.time;
      // The socket was in use when the error came: it is kept, and reported if the SYNs time out (tcp_write_err).
      const ended = sentOn ? facts.silence > nextSyn(facts.synCount, facts.firstSyn, facts.lastSyn) : true;
      if (!ended)
        return {
          errno: null,
          certainty: 'possible',
          because: `${because}, and SYNs go on`,
          frames: [error.frame],
          unknown: 'SYNs went on after the ICMP error, to the end of the capture',
        };
      const isSure =
        sentOn ||
        error.time - facts.lastSyn > ICMP_FINDS_SLEEPER ||
        facts.silence > nextSyn(facts.synCount, facts.firstSyn, facts.lastSyn);
      return {
        errno: error.errno,
        certainty: isSure ? 'certain' : 'likely',
        because,
        frames: [facts.synFrame, error.frame],
      };
    },
  },
  {
    name: 'syn-timeout',
    basis: ({ evidence }) => ({ ...shownBy('client'), awaited: evidence.nextSyn() }),
    source: 'tcp_write_timeout, tcp_write_err',
    find(facts, side) {
      const isWaiting = facts.outcome === 'unanswered' || (facts.outcome === 'half-open' && !facts.isConnected);
      if (side !== 'client' || !isWaiting || facts.synFrame === 0) return null;
      const { synCount, synFrame, silence, firstSyn, lastSyn, evidence } = facts;
      const answer = facts.synAckFrame === 0 ? 'an answer' : 'an answer that it heard';
      const because = `${counted(synCount, 'SYN')} from frame ${synFrame} on without ${answer}, then none for ${formatSeconds(silence)}`;
      const certainty = lastSyn - firstSyn >= WHOLE_SYN_SCHEDULE ? 'certain' : 'likely';
      const found: Omit<SocketError, 'rule'> = { errno: 'ETIMEDOUT', certainty, because, frames: [synFrame] };
      if (!evidence.isSilenceKnown()) return { ...found, errno: null, unknown: unseen('server') };
      if (synCount >= KERNEL_SYNS) return found;
      const unknown = `the client stopped after ${counted(synCount, 'SYN')}, before a kernel gives up: its program may have closed the socket`;
      return { ...found, errno: null, certainty: 'possible', unknown };
    },
  },
  {
    name: 'keep-alive-expired',
    basis: () => BOTH_SEEN,
    source: 'tcp_keepalive_timer, tcp_write_err',
    find(facts, side) {
      const reset = facts.resets.find((each) => each.from === side && isKeepAliveExpiry(each));
      if (reset === undefined) return null;
      const probes = counted(reset.senderUnanswered, 'keep-alive probe');
      const because = `${probes} without an answer, then its own RST in frame ${reset.frame}`;
      const certainty = reset.senderUnanswered > 1 ? 'certain' : 'likely';
      return { errno: softError(facts, side) ?? 'ETIMEDOUT', certainty, because, frames: [reset.frame] };
    },
  },
  {
    name: 'gave-up-before',
    basis: () => BOTH_SEEN,
    source: 'tcp_write_err, then tcp_v4_send_reset for what still comes',
    find(facts, side) {
      const reset = facts.resets.find((each) => each.from === side && hasGivenUp(each));
      if (reset === undefined || facts[side].finFrame !== 0) return null;
      const began = reset.time - reset.senderSilence - reset.resentFor;
      const error = facts.icmp.findLast((each) => each.about === side && each.time > began && isReported(each));
      const icmp = error === undefined ? '' : `; ICMP had said ${error.text} (frame ${error.frame})`;
      const because = `data sent again ${counted(reset.unansweredBefore, 'time')} without an answer, then silence, and its RST in frame ${reset.frame} for what came later${icmp}`;
      return { errno: error?.errno ?? 'ETIMEDOUT', certainty: 'likely', because, frames: [reset.frame] };
    },
  },
  {
    name: 'reset-not-heard',
    basis: () => BOTH_SEEN,
    source: 'what is not answered is not received',
    find(facts, side) {
      const reset = acceptedReset(facts, side);
      if (reset === null || !(isKeepAliveExpiry(reset) || reset.senderUnanswered >= PEER_IS_GONE_AFTER)) return null;
      const because = `it answered nothing before the RST of frame ${reset.frame}, so it will not have got it either`;
      return { errno: null, certainty: 'likely', because, frames: [reset.frame] };
    },
  },
  {
    name: 'reset-embryonic',
    basis: () => BOTH_SEEN,
    source: 'tcp_check_req: a request socket goes, no call sees it',
    find(facts, side) {
      const reset = acceptedReset(facts, side);
      if (reset === null || reset.receiverState !== SYN_RECEIVED || facts.isSimultaneous) return null;
      const because = `RST in frame ${reset.frame} before the handshake was complete: accept() never had it`;
      return { errno: null, certainty: 'certain', because, frames: [reset.frame] };
    },
  },
  {
    name: 'reset-after-own-close',
    basis: () => BOTH_SEEN,
    source: 'tcp_close: the socket is gone',
    find(facts, side) {
      const reset = acceptedReset(facts, side);
      if (reset === null || !facts[side].hasClosed) return null;
      if (isHalfClose(facts, side)) return null;
      if (facts[side].finFrame === 0 || facts[side].finFrame > reset.frame) {
        const because = `its FIN left before the RST of frame ${reset.frame} came: a socket that was reset sends none`;
        return { errno: null, certainty: 'likely', because, frames: [reset.frame] };
      }
      const because = `RST in frame ${reset.frame} after its own FIN in frame ${facts[side].finFrame}`;
      return { errno: null, certainty: 'likely', because, frames: [facts[side].finFrame, reset.frame] };
    },
  },
  {
    name: 'reset-in-close-wait',
    basis: () => BOTH_SEEN,
    source: 'tcp_reset: EPIPE in CLOSE-WAIT',
    find(facts, side) {
      const reset = acceptedReset(facts, side);
      if (reset === null) return null;
      const fin = facts[reset.from].finFrame;
      // It had closed, too: its FIN was captured before, though it stands behind in the file, or it had reset itself.
      const { finFrame, finTime } = facts[side];
      if (finFrame > reset.frame && finTime < reset.time) return null;
      if (facts.resets.some(({ from, time }) => from === side && time < reset.time)) return null;
      const isKnown = reset.receiverState === CLOSE_WAIT;
      if (!isKnown && (reset.receiverState !== ESTABLISHED || !meetsFin(facts, reset))) return null;
      const because = `RST in frame ${reset.frame} after the peer's FIN in frame ${fin}`;
      return { errno: 'EPIPE', certainty: isKnown ? 'certain' : 'likely', because, frames: [fin, reset.frame] };
    },
  },
  {
    name: 'reset',
    basis: () => BOTH_SEEN,
    source: 'tcp_reset: ECONNRESET',
    find(facts, side) {
      const reset = acceptedReset(facts, side);
      if (reset === null || reset.receiverState === SYN_SENT) return null;
      // A FIN that the capture has not may have come before it: EPIPE then.
      const isOpen = reset.receiverState === ESTABLISHED && (reset.shape & SHAPE_AFTER_UNSEEN) === 0;
      const certainty = isOpen ? 'certain' : 'likely';
      return { errno: 'ECONNRESET', certainty, because: `RST in frame ${reset.frame}`, frames: [reset.frame] };
    },
  },
  {
    name: 'reset-of-the-impersonated',
    basis: () => BOTH_SEEN,
    source: 'what it still sends finds no socket: tcp_v4_send_reset, tcp_reset',
    find(facts, side) {
      const forged = facts.resets.find((each) => each.from === side && each.accepted);
      if (forged === undefined || causeOfReset(forged, facts).cause !== 'injected-suspected') return null;
      const answer = facts.resets.find(
        ({ to, frame, shape }) => to === side && frame > forged.frame && (shape & SHAPE_ANSWER) !== 0,
      );
      if (answer === undefined || (facts[side].finFrame !== 0 && facts[side].finFrame < answer.frame)) return null;
      const because = `RST in frame ${answer.frame} for what it sent after somebody else's RST in frame ${forged.frame}`;
      return { errno: 'ECONNRESET', certainty: 'likely', because, frames: [forged.frame, answer.frame] };
    },
  },
  {
    name: 'data-timeout',
    basis: ({ evidence }, side) => ({ ...BOTH_SEEN, awaited: evidence.nextRetransmission(side) }),
    source: 'tcp_retransmit_timer, tcp_probe_timer, tcp_write_err',
    find(facts, side) {
      const me = facts[side];
      if (me.unanswered < 2 || facts.resets.some(({ accepted }) => accepted)) return null;
      if ((me.lastAnalysis & ANALYSIS_KEEP_ALIVE) !== 0 || !isEstablished(facts)) return null;
      if (me.finFrame !== 0 && !isHalfClose(facts, side)) return null;
      const errno = softError(facts, side);
      const icmp = errno === null ? '' : `; ICMP had said ${errno}`;
      const again = `sent again ${counted(me.unanswered, 'time')} without an answer, then silence for ${formatSeconds(facts.silence)}`;
      return {
        errno: errno ?? 'ETIMEDOUT',
        certainty: 'likely',
        because: `${again}${icmp}`,
        frames: [me.lastDataFrame],
      };
    },
  },
];

/** UDP: only a connected socket hears of ICMP errors, and only of the fatal ones (__udp4_lib_err). */
const UDP_RULES: readonly ErrorRule[] = [
  {
    name: 'icmp-for-datagram',
    basis: () => COUNTED,
    source: '__udp4_lib_err, __udp6_lib_err',
    find(facts, side) {
      const error = facts.icmp.find((each) => each.about === side && each.fatal);
      if (error === undefined) return null;
      const because = `ICMP ${error.text} in frame ${error.frame}`;
      // A server answers many from one socket, which is connected to none of them.
      if (side === 'server') return { errno: null, certainty: 'likely', because, frames: [error.frame] };
      return {
        errno: error.errno,
        certainty: 'likely',
        because: `${because}, if the socket is connected`,
        frames: [error.frame],
      };
    },
  },
];

/** SCTP (RFC 9260): ABORT for RST. */
const SCTP_RULES: readonly ErrorRule[] = [
  {
    name: 'abort',
    basis: () => BOTH_SEEN,
    source: 'sctp_sf_cookie_wait_abort, sctp_sf_do_9_1_abort',
    find(facts, side) {
      const abort = acceptedReset(facts, side);
      if (abort === null) return null;
      const errno = abort.receiverState === SYN_SENT ? 'ECONNREFUSED' : 'ECONNRESET';
      return { errno, certainty: 'likely', because: `ABORT in frame ${abort.frame}`, frames: [abort.frame] };
    },
  },
];

const RULES = { tcp: TCP_RULES, udp: UDP_RULES, sctp: SCTP_RULES };

/** What is left on a side's socket, and the rule that says so; null where no rule applies: nothing is left. */
export function socketErrorOf(facts: Facts, side: Side): SocketError | null {
  for (const { name, basis, find } of RULES[facts.protocol]) {
    const found = find(facts, side);
    if (found === null) continue;
    const doubt = found.unknown ?? facts.evidence.doubt(basis(facts, side));
    if (doubt === null) return { rule: name, ...found };
    return { ...found, rule: name, errno: null, certainty: 'possible', unknown: doubt };
  }
  const unknown = facts.protocol === 'udp' ? null : facts.evidence.doubt(BOTH_SEEN);
  return unknown === null
    ? null
    : { rule: 'one-direction', errno: null, certainty: 'possible', because: unknown, frames: [], unknown };
}

/** The RST that ended `side`'s socket; what is in TIME-WAIT is no socket any more (tcp_timewait_state_process). */
function acceptedReset({ resets }: Facts, side: Side): ResetFacts | null {
  const isSocket = ({ receiverState, isPast }: ResetFacts) =>
    !isPast && receiverState !== CLOSED && receiverState !== TIME_WAIT;
  return resets.find((each) => each.to === side && each.accepted && isSocket(each)) ?? null;
}

/**
 * The FIN went before the RST on the same way and arrived before it, though no ACK says so yet: unless data before the
 * FIN got lost. Then an RST is accepted below the FIN, and only there (tcp_reset_check).
 */
function meetsFin({ client, server, resets }: Facts, { from, frame }: ResetFacts): boolean {
  const { finFrame } = from === 'client' ? client : server;
  if (finFrame === 0 || finFrame > frame) return false;
  return resets.some(
    (each) => each.from === from && each.frame >= frame && (each.shape & (SHAPE_AT_FIN | SHAPE_NEXT)) !== 0,
  );
}

/**
 * After its FIN the side took data without an RST: shutdown(SHUT_WR), and the socket is still there. Old data that is
 * sent again tells nothing: a closed socket acknowledges it, too.
 */
export function isHalfClose(facts: Facts, side: Side): boolean {
  const { finFrame, peerBytesAtFin } = facts[side];
  const took = finFrame !== 0 && facts[otherSide(side)].uniqueBytes > peerBytesAtFin;
  return took && !facts.resets.some(({ from }) => from === side);
}

/** An ICMP error for data in flight that no later packet of the peer took back (tcp_ack clears sk_err_soft). */
function softError(facts: Facts, side: Side): string | null {
  const error = facts.icmp.findLast((each) => each.about === side && each.state !== SYN_SENT && isReported(each));
  return error === undefined || facts[otherSide(side)].lastTime > error.time ? null : error.errno;
}

/** "Too big" is dealt with by the kernel. */
function isReported({ errno }: IcmpFacts): boolean {
  return errno !== null && errno !== 'EMSGSIZE';
}

function isEstablished({ outcome, isConnected }: Facts): boolean {
  return outcome === 'completed' || outcome === 'not-captured' || isConnected;
}
