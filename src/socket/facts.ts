import type { HandshakeOutcome, Mark, Protocol, Side } from '../record.ts';
import {
  ANSWERED_SILENCE,
  C_ACK_FRAME,
  C_EVENTS,
  C_HANDSHAKE,
  C_IDLE_AT_FIN,
  C_LAST_FRAME,
  C_OTHER_FRAME,
  C_SILENCE_BEFORE,
  C_SYN_ACK_COUNT,
  C_SYN_ACK_FRAME,
  C_SYN_COUNT,
  C_SYN_FRAME,
  C_UNANSWERED_AT_FIN,
  E_ACKED,
  E_ACKED_UNSEEN,
  E_FIN_ACK_FRAME,
  E_FIN_FRAME,
  E_FLAGS,
  E_ISN,
  E_LAST_ANALYSIS,
  E_LAST_DATA_FRAME,
  E_PACKETS,
  E_RESENT_LENGTH,
  E_RESENT_RUN,
  E_RESENT_SEQUENCE,
  E_RTT_SAMPLES,
  E_SYN_OPTIONS,
  E_UNANSWERED,
  END_CROSSED,
  END_FIN_ACKED,
  END_FIN_SENT,
  END_GOES_ON,
  END_HAS_ACKED,
  END_MET_FIN,
  END_NO_REQUEST,
  END_NOT_TAKEN,
  END_SYN_ACK_SENT,
  END_SYN_SENT,
  END_UNPUSHED,
  F_FIN_TIME,
  F_FIRST_DATA_TIME,
  F_LAST_DATA_TIME,
  F_LAST_TIME,
  F_NEXT_SEQUENCE_TIME,
  F_PEER_BYTES_AT_FIN,
  F_RTT_MIN,
  F_UNIQUE_BYTES,
  HANDSHAKE_ACCEPTED,
  HANDSHAKE_ACK_MISSED,
  HANDSHAKE_CONNECTED,
  HANDSHAKE_NOT_HEARD,
  HANDSHAKE_OTHER,
  HANDSHAKE_SIMULTANEOUS,
  T_ACCEPTED,
  T_BASE_SECONDS,
  T_CONNECTED,
  T_CONNECTED_SYN,
  T_LAST_SYN,
  T_NOW,
  T_SYN,
  TAKEN_FRAME,
  TAKEN_TIME,
} from '../track/columns.ts';
import { Evidence } from '../track/evidence.ts';
import { handshakeOutcome } from '../track/handshake-record.ts';
import { isSubflow } from '../track/multipath.ts';
import type { RecordSource } from '../track/record-source.ts';
import { areRolesGuessed } from '../track/roles.ts';
import { distance } from '../track/sequence.ts';
import { protocolOf, type Sides } from '../track/sides.ts';
import { unpackOptions } from '../track/tcp-handshake.ts';
import { elapsed, formatTime, seconds, watchedUntil } from '../track/times.ts';
import { addEvents, type IcmpFacts, type ResetFacts } from './event-facts.ts';

/**
 * What the rules of this folder reason from: a connection as the packets show it, gathered from its columns.
 * Times are seconds since the base of the row. Made only for connections that had trouble, or whose calls are wanted.
 */
export interface Facts {
  /** The gate that all that is said of it passes. */
  evidence: Evidence;
  protocol: Protocol;
  /** Whole seconds since 1970 that all times count from. */
  base: number;
  outcome: HandshakeOutcome;
  /** The SYN-ACK passed, and the client heard it as far as is known; its ACK passed. */
  isConnected: boolean;
  isAccepted: boolean;
  /** Not only passed: the client went on after it, or is known to have heard it in another way. */
  isHeard: boolean;
  isSimultaneous: boolean;
  /** The SYN-ACK came again although its ACK had passed. */
  isAckMissed: boolean;
  /** The same, and the server has not shown since that it has the connection. */
  isUntaken: boolean;
  /** The packet after which accept() can have returned; frame 0 where there is none. */
  takenFrame: number;
  takenTime: number;
  synFrame: number;
  synAckFrame: number;
  ackFrame: number;
  /** A SYN-ACK with another ISN than the one that the client took; 0 where there was none. */
  otherSynAckFrame: number;
  synCount: number;
  synAckCount: number;
  firstSyn: number;
  /** When the ACK of the handshake passed, from SYN to SYN-ACK, and from SYN to ACK: to the server and back, to the client and back. */
  ackTime: number;
  roundTrip: number;
  wholeRoundTrip: number;
  /** Of MPTCP: its FIN is not the close that an application sees. */
  isSubflow: boolean;
  /** A side acknowledged segments that the capture does not have. */
  lacksPackets: boolean;
  /** Nothing but who was seen first tells who is the client. */
  areRolesGuessed: boolean;
  lastSyn: number;
  /** The last packet, and how long the capture went on after it. */
  lastTime: number;
  silence: number;
  client: SideFacts;
  server: SideFacts;
  /** In order. */
  resets: ResetFacts[];
  icmp: IcmpFacts[];
}

export interface SideFacts {
  side: Side;
  packets: number;
  /** Frame of its FIN, 0 where none closed its direction. */
  finFrame: number;
  finTime: number;
  isFinAcked: boolean;
  /** A FIN of its own passed, be it after an RST: that had not come to it yet (a socket that was reset sends nothing). */
  hasClosed: boolean;
  /** It closed, and did not know of a FIN of its peer. */
  closedItself: boolean;
  /**
   * When its FIN came: payload of its peer that it had answered by no byte (negative: that had not come to it), and seconds
   * since the last payload.
   */
  unansweredAtFin: number;
  idleAtFin: number;
  /** Its last payload was sent while its peer went on sending. */
  isCrossed: boolean;
  /** Its last payload wanted no answer, or may have wanted none. */
  wantsNoAnswer: boolean;
  /** It has sent payload after a pause in which its peer had said nothing. */
  goesOn: boolean;
  /** Its last payload was not the end of what it wrote. */
  isAmidWrite: boolean;
  /** Payload of its own, sent before its peer's FIN came, passed after it. */
  metFin: boolean;
  /** Payload of its own, each byte once, and of its peer when its FIN came. */
  uniqueBytes: number;
  peerBytesAtFin: number;
  firstDataTime: number;
  lastDataFrame: number;
  lastDataTime: number;
  /** Time of its last segment, and of the last one that was new. */
  lastTime: number;
  lastNewTime: number;
  /** What it sent again, or asked, since its peer last sent anything; ANALYSIS_ bits of the last of these. */
  unanswered: number;
  /** If there is such: seconds without a packet of its peer before the first that it got no answer to; negative if its peer spoke after that. */
  silenceBefore: number;
  /** The longest silence of its peer, in seconds, after which that answered it; 0 where there is none to tell. */
  answeredSilence: number;
  lastAnalysis: number;
  /** The segment at the edge of what its peer acknowledged was sent again so many times, and so long it is. */
  stuckRun: number;
  stuckLength: number;
  /** Payload that its peer acknowledged; null where its ISN or an ACK is not known. */
  ackedBytes: number | null;
  /** What its SYN offered to receive; null where it did not say. */
  mss: number | null;
}

/** @param time as in Facts; exact, for a double holds nanoseconds of 104 days */
export function markOf({ base }: Facts, frame: number, time: number): Mark {
  return { frame, time: formatTime(base, Math.round(time * 1e9)) };
}

/** The client sent its SYN again after the SYN-ACK, and nothing shows that it heard it later. */
const NOT_HEARD = HANDSHAKE_NOT_HEARD | HANDSHAKE_ACCEPTED;

/** The facts that were gathered last, and of what: resets, sockets and findings of one connection ask one after the other. */
let known: { source: RecordSource; sides: Sides; lastFrame: number; facts: Facts } | null = null;

/** The facts of a connection. @param sides made for this question, or for several about the connection as it is */
export function factsOf(source: RecordSource, row: number, sides: Sides): Facts {
  const lastFrame = source.slab.ints[sides.at + C_LAST_FRAME];
  if (known?.sides !== sides || known.source !== source || known.lastFrame !== lastFrame) {
    known = { source, sides, lastFrame, facts: gatherFacts(source, row, sides) };
  }
  return known.facts;
}

function gatherFacts(source: RecordSource, row: number, sides: Sides): Facts {
  const { ints, floats } = source.slab;
  const { at, times } = sides;
  const handshake = ints[at + C_HANDSHAKE];
  const lastTime = seconds(floats[times + T_NOW]);
  const outcome = handshakeOutcome(handshake);
  const isConnected = (handshake & HANDSHAKE_CONNECTED) !== 0 && (handshake & NOT_HEARD) !== HANDSHAKE_NOT_HEARD;
  const isAckMissed = (handshake & HANDSHAKE_ACK_MISSED) !== 0;
  const facts: Facts = {
    evidence: new Evidence(source, sides),
    protocol: protocolOf(ints, at),
    base: floats[times + T_BASE_SECONDS],
    outcome,
    isConnected,
    isHeard: isConnected && outcome !== 'half-open',
    isAccepted: (handshake & HANDSHAKE_ACCEPTED) !== 0,
    isAckMissed,
    isUntaken: (ints[sides.server + E_FLAGS] & END_NOT_TAKEN) !== 0,
    takenFrame: ints[at + (isAckMissed ? TAKEN_FRAME : C_ACK_FRAME)],
    takenTime: seconds(floats[times + (isAckMissed ? TAKEN_TIME : T_ACCEPTED)]),
    isSimultaneous: (handshake & HANDSHAKE_SIMULTANEOUS) !== 0,
    synFrame: ints[at + C_SYN_FRAME],
    synAckFrame: ints[at + C_SYN_ACK_FRAME],
    ackFrame: ints[at + C_ACK_FRAME],
    otherSynAckFrame: (handshake & HANDSHAKE_OTHER) !== 0 ? ints[at + C_OTHER_FRAME] : 0,
    synCount: ints[at + C_SYN_COUNT],
    synAckCount: ints[at + C_SYN_ACK_COUNT],
    ackTime: seconds(floats[times + T_ACCEPTED]),
    roundTrip: elapsed(floats[times + T_CONNECTED_SYN], floats[times + T_CONNECTED]) ?? 0,
    wholeRoundTrip: wholeRoundTrip(ints, floats, sides),
    isSubflow: isSubflow(ints, at),
    lacksPackets: ints[sides.client + E_ACKED_UNSEEN] + ints[sides.server + E_ACKED_UNSEEN] > 0,
    areRolesGuessed: areRolesGuessed(ints, at),
    firstSyn: seconds(floats[times + T_SYN]),
    lastSyn: seconds(
      floats[(handshake & NOT_HEARD) === HANDSHAKE_NOT_HEARD ? sides.clientTimes + F_LAST_TIME : times + T_LAST_SYN],
    ),
    lastTime,
    silence: Math.max(0, watchedUntil(source, times) - lastTime),
    client: sideFacts('client', ints, floats, sides),
    server: sideFacts('server', ints, floats, sides),
    resets: [],
    icmp: [],
  };
  if (ints[at + C_EVENTS] !== 0) {
    const { synFrame: firstFrame, firstSyn: first, lastSyn: last, outcome } = facts;
    const syns = { firstFrame, first, last, isRefused: outcome === 'refused' };
    addEvents(facts.resets, facts.icmp, source, row, sides, syns);
  }
  return facts;
}

/**
 * Which of several SYNs the SYN-ACK answers is not told by the last one: it may be an earlier one on a long way (and its TSecr stays
 * that of the first SYN that came, whichever SYN drew it: tcp_check_req). At the most the round trip began with the first SYN, or took
 * as long as data and its ACK.
 */
function wholeRoundTrip(ints: Int32Array, floats: Float64Array, { at, times, client, clientTimes }: Sides): number {
  const accepted = floats[times + T_ACCEPTED];
  const least = accepted - floats[times + T_CONNECTED_SYN];
  if (ints[at + C_SYN_COUNT] < 2) return seconds(least);
  const toClient = accepted - floats[times + T_CONNECTED];
  const most = accepted - floats[times + T_SYN];
  const ofData = ints[client + E_RTT_SAMPLES] > 0 ? floats[clientTimes + F_RTT_MIN] + toClient : most;
  return seconds(Math.max(least, Math.min(most, ofData)));
}

function sideFacts(side: Side, ints: Int32Array, floats: Float64Array, sides: Sides): SideFacts {
  const isClient = side === 'client';
  const [me, peer] = isClient ? [sides.client, sides.server] : [sides.server, sides.client];
  const myTimes = isClient ? sides.clientTimes : sides.serverTimes;
  const endpoint = sides.at + (isClient ? sides.clientEndpoint : 1 - sides.clientEndpoint);
  const flags = ints[me + E_FLAGS];
  const peerFinAck = ints[peer + E_FIN_ACK_FRAME];
  const hasAcked = (ints[peer + E_FLAGS] & END_HAS_ACKED) !== 0;
  const hasIsn = (flags & (END_SYN_SENT | END_SYN_ACK_SENT)) !== 0;
  return {
    side,
    packets: ints[me + E_PACKETS],
    finFrame: (flags & END_FIN_SENT) !== 0 ? ints[me + E_FIN_FRAME] : 0,
    finTime: seconds(floats[myTimes + F_FIN_TIME]),
    isFinAcked: (flags & END_FIN_ACKED) !== 0,
    hasClosed: ints[me + E_FIN_FRAME] !== 0,
    closedItself: ints[me + E_FIN_FRAME] !== 0 && !(peerFinAck !== 0 && peerFinAck <= ints[me + E_FIN_FRAME]),
    unansweredAtFin: (flags & END_FIN_SENT) !== 0 ? ints[endpoint + C_UNANSWERED_AT_FIN] : 0,
    idleAtFin: ints[endpoint + C_IDLE_AT_FIN] / 1000,
    wantsNoAnswer: (flags & END_NO_REQUEST) !== 0,
    goesOn: (flags & END_GOES_ON) !== 0,
    isAmidWrite: (flags & END_UNPUSHED) !== 0,
    isCrossed: (flags & END_CROSSED) !== 0,
    metFin: (flags & END_MET_FIN) !== 0,
    uniqueBytes: floats[myTimes + F_UNIQUE_BYTES],
    peerBytesAtFin: floats[myTimes + F_PEER_BYTES_AT_FIN],
    firstDataTime: seconds(floats[myTimes + F_FIRST_DATA_TIME]),
    lastDataFrame: ints[me + E_LAST_DATA_FRAME],
    lastDataTime: seconds(floats[myTimes + F_LAST_DATA_TIME]),
    lastTime: seconds(floats[myTimes + F_LAST_TIME]),
    lastNewTime: seconds(floats[myTimes + F_NEXT_SEQUENCE_TIME]),
    unanswered: ints[me + E_UNANSWERED],
    silenceBefore: ints[endpoint + C_SILENCE_BEFORE] / 1000,
    answeredSilence: (flags & END_FIN_ACKED) !== 0 ? 0 : floats[myTimes + ANSWERED_SILENCE] / 1000,
    lastAnalysis: ints[me + E_LAST_ANALYSIS],
    stuckRun: hasAcked && ints[peer + E_ACKED] === ints[me + E_RESENT_SEQUENCE] ? ints[me + E_RESENT_RUN] : 0,
    stuckLength: ints[me + E_RESENT_LENGTH],
    ackedBytes: hasAcked && hasIsn ? distance(ints[peer + E_ACKED], ints[me + E_ISN]) - 1 : null,
    mss: ints[me + E_SYN_OPTIONS] === 0 ? null : unpackOptions(ints[me + E_SYN_OPTIONS]).mss,
  };
}
