import type { PacketView } from '../../parsers/packet-view.ts';
import {
  C_RESENT_COPIES,
  C_UNSEEN_FRAME,
  C_WIRESHARK_NEXT,
  C_WIRESHARK_REACHABLE,
  E_ACKED_UNSEEN,
  E_DUPLICATE_ACK_RUN,
  E_DUPLICATE_ACKS,
  E_FAST_RETRANSMISSIONS,
  E_FLAGS,
  E_KEEP_ALIVE_ACKS,
  E_KEEP_ALIVES,
  E_LAST_ACKNOWLEDGMENT,
  E_LAST_ANALYSIS,
  E_LOST_SEGMENTS,
  E_MAX_TO_ACKNOWLEDGE,
  E_NEXT_SEQUENCE,
  E_OUT_OF_ORDER,
  E_RESENT_LENGTH,
  E_RESENT_RUN,
  E_RESENT_SEQUENCE,
  E_RETRANSMISSIONS,
  E_SPURIOUS_RETRANSMISSIONS,
  E_WINDOW,
  E_WINDOW_FULL,
  E_WINDOW_UPDATES,
  E_ZERO_WINDOW_PROBES,
  E_ZERO_WINDOWS,
  END_DIVERGED,
  F_LAST_TIME,
  F_NEXT_SEQUENCE_TIME,
  T_WIRESHARK_NEXT,
} from './columns.ts';
import type { Cursor } from './cursor.ts';
import {
  ANALYSIS_ACKED_UNSEEN,
  ANALYSIS_DUPLICATE_ACK,
  ANALYSIS_FAST_RETRANSMISSION,
  ANALYSIS_KEEP_ALIVE,
  ANALYSIS_KEEP_ALIVE_ACK,
  ANALYSIS_LOST_SEGMENT,
  ANALYSIS_OUT_OF_ORDER,
  ANALYSIS_RESENT,
  ANALYSIS_SPURIOUS_RETRANSMISSION,
  ANALYSIS_WINDOW_FULL,
  ANALYSIS_WINDOW_UPDATE,
  ANALYSIS_ZERO_WINDOW,
  ANALYSIS_ZERO_WINDOW_PROBE,
  analyzeSegment,
} from './tcp-analysis.ts';

/** From here on Wireshark goes on from other numbers than the connection's. */
export function diverge({ ints, floats, at, me, peer, sender, times, myTimes, peerTimes }: Cursor): void {
  if ((ints[me + E_FLAGS] & END_DIVERGED) !== 0) return;
  ints[me + E_FLAGS] |= END_DIVERGED;
  ints[peer + E_FLAGS] |= END_DIVERGED;
  const mine = at + sender;
  const theirs = at + 1 - sender;
  ints[mine + C_WIRESHARK_NEXT] = ints[me + E_NEXT_SEQUENCE];
  ints[theirs + C_WIRESHARK_NEXT] = ints[peer + E_NEXT_SEQUENCE];
  ints[mine + C_WIRESHARK_REACHABLE] = ints[me + E_MAX_TO_ACKNOWLEDGE];
  ints[theirs + C_WIRESHARK_REACHABLE] = ints[peer + E_MAX_TO_ACKNOWLEDGE];
  floats[times + sender + T_WIRESHARK_NEXT] = floats[myTimes + F_NEXT_SEQUENCE_TIME];
  floats[times + 1 - sender + T_WIRESHARK_NEXT] = floats[peerTimes + F_NEXT_SEQUENCE_TIME];
}

/**
 * Analyses a segment where not all are of the connection: it counts as in Wireshark, and is judged by the numbers of the
 * connection. One that is not of it changes none of these.
 * @returns ANALYSIS_ bits
 */
export function analyzeDiverged(cursor: Cursor, view: PacketView, isAside: boolean): number {
  const { ints, floats, at, me, peer, times, myTimes, sender } = cursor;
  diverge(cursor);
  const mine = at + sender;
  const theirs = at + 1 - sender;
  const nextSequence = ints[me + E_NEXT_SEQUENCE];
  const theirNext = ints[peer + E_NEXT_SEQUENCE];
  const contiguous = ints[me + E_MAX_TO_ACKNOWLEDGE];
  const reachable = ints[peer + E_MAX_TO_ACKNOWLEDGE];
  const nextSequenceTime = floats[myTimes + F_NEXT_SEQUENCE_TIME];
  const lastTime = floats[myTimes + F_LAST_TIME];
  const lastAcknowledgment = ints[me + E_LAST_ACKNOWLEDGMENT];
  const window = ints[me + E_WINDOW];
  const lastAnalysis = ints[me + E_LAST_ANALYSIS];
  const run = ints[me + E_DUPLICATE_ACK_RUN];
  const theirRun = ints[peer + E_DUPLICATE_ACK_RUN];
  const resentSequence = ints[me + E_RESENT_SEQUENCE];
  const resentLength = ints[me + E_RESENT_LENGTH];
  const resentRun = ints[me + E_RESENT_RUN];
  const unseenFrame = ints[at + C_UNSEEN_FRAME];

  ints[me + E_NEXT_SEQUENCE] = ints[mine + C_WIRESHARK_NEXT];
  ints[peer + E_NEXT_SEQUENCE] = ints[theirs + C_WIRESHARK_NEXT];
  ints[me + E_MAX_TO_ACKNOWLEDGE] = ints[mine + C_WIRESHARK_REACHABLE];
  ints[peer + E_MAX_TO_ACKNOWLEDGE] = ints[theirs + C_WIRESHARK_REACHABLE];
  floats[myTimes + F_NEXT_SEQUENCE_TIME] = floats[times + sender + T_WIRESHARK_NEXT];
  const counted = analyzeSegment(cursor, view);
  floats[times + sender + T_WIRESHARK_NEXT] = floats[myTimes + F_NEXT_SEQUENCE_TIME];
  ints[mine + C_WIRESHARK_NEXT] = ints[me + E_NEXT_SEQUENCE];
  ints[mine + C_WIRESHARK_REACHABLE] = ints[me + E_MAX_TO_ACKNOWLEDGE];
  ints[theirs + C_WIRESHARK_REACHABLE] = ints[peer + E_MAX_TO_ACKNOWLEDGE];

  ints[me + E_NEXT_SEQUENCE] = nextSequence;
  ints[peer + E_NEXT_SEQUENCE] = theirNext;
  ints[me + E_MAX_TO_ACKNOWLEDGE] = contiguous;
  ints[peer + E_MAX_TO_ACKNOWLEDGE] = reachable;
  floats[myTimes + F_NEXT_SEQUENCE_TIME] = nextSequenceTime;
  ints[me + E_RESENT_SEQUENCE] = resentSequence;
  ints[me + E_RESENT_LENGTH] = resentLength;
  ints[me + E_RESENT_RUN] = resentRun;
  ints[at + C_UNSEEN_FRAME] = unseenFrame;
  if (isAside) {
    if ((counted & ANALYSIS_RESENT) !== 0) ints[mine + C_RESENT_COPIES]++;
    return counted;
  }
  ints[me + E_LAST_ACKNOWLEDGMENT] = lastAcknowledgment;
  ints[me + E_WINDOW] = window;
  ints[me + E_LAST_ANALYSIS] = lastAnalysis;
  ints[me + E_DUPLICATE_ACK_RUN] = run;
  ints[peer + E_DUPLICATE_ACK_RUN] = theirRun;
  floats[myTimes + F_LAST_TIME] = lastTime;
  const found = analyzeSegment(cursor, view);
  takeBack(ints, me, found);
  if ((counted & ANALYSIS_RESENT) !== 0 && (found & ANALYSIS_RESENT) === 0) ints[mine + C_RESENT_COPIES]++;
  return found;
}

/** Undoes what `analyzeSegment` has counted. */
function takeBack(ints: Int32Array, me: number, found: number): void {
  if ((found & ANALYSIS_RESENT) !== 0) ints[me + E_RETRANSMISSIONS]--;
  if ((found & ANALYSIS_FAST_RETRANSMISSION) !== 0) ints[me + E_FAST_RETRANSMISSIONS]--;
  if ((found & ANALYSIS_SPURIOUS_RETRANSMISSION) !== 0) ints[me + E_SPURIOUS_RETRANSMISSIONS]--;
  if ((found & ANALYSIS_OUT_OF_ORDER) !== 0) ints[me + E_OUT_OF_ORDER]--;
  if ((found & ANALYSIS_DUPLICATE_ACK) !== 0) ints[me + E_DUPLICATE_ACKS]--;
  if ((found & ANALYSIS_LOST_SEGMENT) !== 0) ints[me + E_LOST_SEGMENTS]--;
  if ((found & ANALYSIS_ACKED_UNSEEN) !== 0) ints[me + E_ACKED_UNSEEN]--;
  if ((found & ANALYSIS_ZERO_WINDOW) !== 0) ints[me + E_ZERO_WINDOWS]--;
  if ((found & ANALYSIS_ZERO_WINDOW_PROBE) !== 0) ints[me + E_ZERO_WINDOW_PROBES]--;
  if ((found & ANALYSIS_WINDOW_FULL) !== 0) ints[me + E_WINDOW_FULL]--;
  if ((found & ANALYSIS_WINDOW_UPDATE) !== 0) ints[me + E_WINDOW_UPDATES]--;
  if ((found & ANALYSIS_KEEP_ALIVE) !== 0) ints[me + E_KEEP_ALIVES]--;
  if ((found & ANALYSIS_KEEP_ALIVE_ACK) !== 0) ints[me + E_KEEP_ALIVE_ACKS]--;
}

/** A SYN that comes again takes Wireshark's expected number back, too. */
export function repeatSynInWireshark({ ints, at, me, sender }: Cursor): void {
  if ((ints[me + E_FLAGS] & END_DIVERGED) === 0) return;
  ints[at + sender + C_WIRESHARK_NEXT] = ints[at + sender + C_WIRESHARK_REACHABLE];
}
