import { type PacketView, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../../parsers/packet-view.ts';
import {
  C_UNSEEN_FRAME,
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
  E_WINDOW_SCALE,
  E_WINDOW_UPDATES,
  E_ZERO_WINDOW_PROBES,
  E_ZERO_WINDOWS,
  END_NEW_OPERATION,
  END_UNSCALED,
  F_LAST_TIME,
  F_NEXT_SEQUENCE_TIME,
  T_INITIAL_RTT,
  T_NOW,
  T_UNSEEN,
} from './columns.ts';
import { lacksAcknowledged } from './coverage.ts';
import type { Cursor } from './cursor.ts';
import { noteOperations } from './multipath.ts';
import { after, atOrBefore, before } from './sequence.ts';

/** What Wireshark would flag a segment as; bits of the value of `analyzeSegment`. */
export const ANALYSIS_RETRANSMISSION = 1;
export const ANALYSIS_FAST_RETRANSMISSION = 2;
export const ANALYSIS_SPURIOUS_RETRANSMISSION = 4;
export const ANALYSIS_OUT_OF_ORDER = 8;
export const ANALYSIS_DUPLICATE_ACK = 16;
export const ANALYSIS_LOST_SEGMENT = 32;
export const ANALYSIS_ACKED_UNSEEN = 64;
export const ANALYSIS_ZERO_WINDOW = 128;
export const ANALYSIS_ZERO_WINDOW_PROBE = 256;
export const ANALYSIS_ZERO_WINDOW_PROBE_ACK = 512;
export const ANALYSIS_WINDOW_FULL = 1024;
export const ANALYSIS_WINDOW_UPDATE = 2048;
export const ANALYSIS_KEEP_ALIVE = 4096;
export const ANALYSIS_KEEP_ALIVE_ACK = 8192;

/** Any kind of retransmission. */
export const ANALYSIS_RESENT =
  ANALYSIS_RETRANSMISSION | ANALYSIS_FAST_RETRANSMISSION | ANALYSIS_SPURIOUS_RETRANSMISSION;

/** A retransmission this soon after a duplicate ACK is a fast one; nanoseconds. */
const FAST_RETRANSMISSION_WINDOW = 20e6;
/** Reordering is told from retransmission by time: within the initial RTT, or this where it is not known. */
const OUT_OF_ORDER_WINDOW = 3e6;

/**
 * The tests of Wireshark's tcp_analyze_sequence_number (4.0, User's Guide "TCP Analysis"), in its order, on one
 * segment. Counts what it finds in the sender's columns and moves both endpoints' analysis state on.
 *
 * Wireshark's list of unacknowledged segments serves values that we do not report (bytes in flight, RTO), so
 * the cost here is constant. A value 0 of E_NEXT_SEQUENCE, E_MAX_TO_ACKNOWLEDGE or E_LAST_ACKNOWLEDGMENT means
 * "not yet seen", as there.
 *
 * @returns ANALYSIS_ bits
 */
export function analyzeSegment(cursor: Cursor, view: PacketView): number {
  const { ints, floats, me, peer, myTimes } = cursor;
  const sequence = view.sequence;
  const acknowledgment = view.acknowledgment;
  const length = view.dataLength;
  const flags = view.flags;
  const window = view.window;
  const now = floats[cursor.times + T_NOW];
  const nextSequence = ints[me + E_NEXT_SEQUENCE];
  const lastAcknowledgment = ints[me + E_LAST_ACKNOWLEDGMENT];
  const control = flags & (TCP_SYN | TCP_FIN | TCP_RST);
  let found = 0;

  if (length === 1 && sequence === nextSequence && ints[peer + E_WINDOW] === 0) {
    found = ANALYSIS_ZERO_WINDOW_PROBE;
    ints[me + E_ZERO_WINDOW_PROBES]++;
  } else {
    if (window === 0 && control === 0) {
      found |= ANALYSIS_ZERO_WINDOW;
      ints[me + E_ZERO_WINDOWS]++;
    }
    if (nextSequence !== 0 && after(sequence, nextSequence) && (flags & TCP_RST) === 0) {
      found |= ANALYSIS_LOST_SEGMENT;
      ints[me + E_LOST_SEGMENTS]++;
    }
    if (length <= 1 && sequence === ((nextSequence - 1) | 0) && control === 0) {
      found |= ANALYSIS_KEEP_ALIVE;
      ints[me + E_KEEP_ALIVES]++;
    }
    if (length > 0) {
      if (control === 0) {
        const scale = ints[peer + E_WINDOW_SCALE];
        if (scale !== -1) {
          const shift = scale < 0 || (ints[peer + E_FLAGS] & END_UNSCALED) !== 0 ? 0 : scale;
          const edge = (ints[peer + E_LAST_ACKNOWLEDGMENT] + (ints[peer + E_WINDOW] << shift)) | 0;
          if (((sequence + length) | 0) === edge) {
            found |= ANALYSIS_WINDOW_FULL;
            ints[me + E_WINDOW_FULL]++;
          }
        }
      }
    } else if (control === 0 && sequence === nextSequence && acknowledgment === lastAcknowledgment) {
      found |= repeatedAck(ints, me, peer, window);
    }
  }

  if (acknowledgment !== lastAcknowledgment) ints[me + E_DUPLICATE_ACK_RUN] = 0;
  if (((ints[me + E_FLAGS] & END_NEW_OPERATION) | view.operations) !== 0) noteOperations(cursor, view);

  const reachable = ints[peer + E_MAX_TO_ACKNOWLEDGE];
  if (reachable !== 0 && (flags & TCP_ACK) !== 0 && after(acknowledgment, reachable)) {
    if (before(reachable, ints[peer + E_NEXT_SEQUENCE])) {
      ints[peer + E_MAX_TO_ACKNOWLEDGE] = ints[peer + E_NEXT_SEQUENCE];
      found |= ANALYSIS_ACKED_UNSEEN;
    } else {
      if (ints[peer + E_DUPLICATE_ACK_RUN] === 0) found |= ANALYSIS_ACKED_UNSEEN;
      ints[peer + E_DUPLICATE_ACK_RUN] = -1;
    }
    if ((found & ANALYSIS_ACKED_UNSEEN) !== 0) ints[me + E_ACKED_UNSEEN]++;
    noteUnseen(cursor, view.frame);
  }

  const phantom = (flags & (TCP_SYN | TCP_FIN)) !== 0 ? 1 : 0;
  if (length + phantom > 0 && (found & ANALYSIS_KEEP_ALIVE) === 0) {
    found |= resent(cursor, sequence, length, phantom);
  }

  const following = (sequence + length + phantom) | 0;
  if ((found & ANALYSIS_ZERO_WINDOW_PROBE) === 0) {
    if (nextSequence === 0 || after(following, nextSequence)) {
      ints[me + E_NEXT_SEQUENCE] = following;
      floats[myTimes + F_NEXT_SEQUENCE_TIME] = now;
    }
    const contiguous = ints[me + E_MAX_TO_ACKNOWLEDGE];
    if (contiguous === 0 || sequence === contiguous) ints[me + E_MAX_TO_ACKNOWLEDGE] = ints[me + E_NEXT_SEQUENCE];
  }
  ints[me + E_WINDOW] = window;
  ints[me + E_LAST_ACKNOWLEDGMENT] = acknowledgment;
  ints[me + E_LAST_ANALYSIS] = found;
  floats[myTimes + F_LAST_TIME] = now;
  return found;
}

/** An ACK of bytes that have not come. It is kept as the first as long as some stay away. */
function noteUnseen({ ints, floats, at, me, peer, times }: Cursor, frame: number): void {
  const isWaiting = ints[at + C_UNSEEN_FRAME] !== 0;
  if (isWaiting && (lacksAcknowledged(ints, me, peer) || lacksAcknowledged(ints, peer, me))) return;
  ints[at + C_UNSEEN_FRAME] = frame;
  floats[times + T_UNSEEN] = floats[times + T_NOW];
}

/** An empty segment that repeats sequence and acknowledgment of the one before: which of five kinds it is. */
function repeatedAck(ints: Int32Array, me: number, peer: number, window: number): number {
  const peerLast = ints[peer + E_LAST_ANALYSIS];
  if (window !== ints[me + E_WINDOW]) {
    if (window === 0) return 0;
    ints[me + E_WINDOW_UPDATES]++;
    return ANALYSIS_WINDOW_UPDATE;
  }
  if (window === 0) return (peerLast & ANALYSIS_ZERO_WINDOW_PROBE) !== 0 ? ANALYSIS_ZERO_WINDOW_PROBE_ACK : 0;
  if ((peerLast & ANALYSIS_KEEP_ALIVE) !== 0) {
    ints[me + E_KEEP_ALIVE_ACKS]++;
    return ANALYSIS_KEEP_ALIVE_ACK;
  }
  // It may have been sent for an option alone (RFC 8684 3).
  if ((ints[me + E_FLAGS] & END_NEW_OPERATION) !== 0) return 0;
  const run = ints[me + E_DUPLICATE_ACK_RUN];
  ints[me + E_DUPLICATE_ACK_RUN] = run === -1 ? 1 : run + 1;
  ints[me + E_DUPLICATE_ACKS]++;
  return ANALYSIS_DUPLICATE_ACK;
}

/** A segment with sequence space: new, or which kind of old. */
function resent(cursor: Cursor, sequence: number, length: number, phantom: number): number {
  const { ints, floats, me, peer, times, myTimes, peerTimes } = cursor;
  const nextSequence = ints[me + E_NEXT_SEQUENCE];
  const acknowledged = ints[peer + E_LAST_ACKNOWLEDGMENT];
  if (length > 0 && acknowledged !== 0 && atOrBefore((sequence + length) | 0, acknowledged)) {
    ints[me + E_SPURIOUS_RETRANSMISSIONS]++;
    ints[me + E_RETRANSMISSIONS]++;
    return ANALYSIS_SPURIOUS_RETRANSMISSION;
  }
  if (nextSequence === 0 || !before(sequence, nextSequence)) return 0;
  // One byte before the end and longer than one: new data after a zero window probe.
  if (length > 1 && ((nextSequence - 1) | 0) === sequence) return 0;

  const now = floats[times + T_NOW];
  const sinceAck = now - floats[peerTimes + F_LAST_TIME];
  if (
    ints[peer + E_DUPLICATE_ACK_RUN] >= 2 &&
    acknowledged === sequence &&
    sinceAck >= 0 &&
    sinceAck < FAST_RETRANSMISSION_WINDOW
  ) {
    ints[me + E_FAST_RETRANSMISSIONS]++;
    ints[me + E_RETRANSMISSIONS]++;
    noteResent(ints, me, sequence, length);
    return ANALYSIS_FAST_RETRANSMISSION;
  }

  const sinceNext = now - floats[myTimes + F_NEXT_SEQUENCE_TIME];
  const initialRtt = floats[times + T_INITIAL_RTT];
  // A negative initial RTT (time ran backwards) is a huge unsigned number to Wireshark: no limit.
  const limit = initialRtt === 0 ? OUT_OF_ORDER_WINDOW : initialRtt < 0 ? Number.POSITIVE_INFINITY : initialRtt;
  if (sinceNext >= 0 && sinceNext < limit && ((sequence + length + phantom) | 0) !== nextSequence) {
    ints[me + E_OUT_OF_ORDER]++;
    return ANALYSIS_OUT_OF_ORDER;
  }
  ints[me + E_RETRANSMISSIONS]++;
  noteResent(ints, me, sequence, length);
  return ANALYSIS_RETRANSMISSION;
}

/** The same segment again and again: it does not get through, or its ACK does not. */
function noteResent(ints: Int32Array, me: number, sequence: number, length: number): void {
  const isSame = ints[me + E_RESENT_RUN] > 0 && ints[me + E_RESENT_SEQUENCE] === sequence;
  ints[me + E_RESENT_RUN] = isSame ? ints[me + E_RESENT_RUN] + 1 : 1;
  ints[me + E_RESENT_SEQUENCE] = sequence;
  ints[me + E_RESENT_LENGTH] = length;
}
