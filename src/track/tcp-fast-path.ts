import { type PacketView, TCP_ACK, TCP_PSH } from '../../parsers/packet-view.ts';
import {
  C_COMPLETENESS,
  C_HANDSHAKE,
  E_ACKED,
  E_ANSWERED,
  E_COVER_END,
  E_DUPLICATE_ACK_RUN,
  E_FIRST_DATA_FRAME,
  E_FLAGS,
  E_GAPS,
  E_LAST_ACKNOWLEDGMENT,
  E_LAST_ANALYSIS,
  E_LAST_DATA_FRAME,
  E_MAX_TO_ACKNOWLEDGE,
  E_NEXT_SEQUENCE,
  E_SYN_OPTIONS,
  E_TIMED,
  E_UNANSWERED,
  E_WINDOW,
  E_WINDOW_SCALE,
  E_ZEEK,
  END_ACK_COPIED,
  END_COVERED,
  END_CROSSED,
  END_DIVERGED,
  END_FIN_ACKED,
  END_FIN_SENT,
  END_HAS_ACKED,
  END_NEW_OPERATION,
  END_NO_REQUEST,
  END_NOT_TAKEN,
  END_SYN_ACK_SENT,
  END_SYN_ACKED,
  END_SYN_SENT,
  END_UNFINISHED,
  END_UNPUSHED,
  END_UNSCALED,
  END_WINDOW_CLOSED,
  F_FIRST_DATA_TIME,
  F_LAST_DATA_TIME,
  F_LAST_TIME,
  F_NEXT_SEQUENCE_TIME,
  F_UNIQUE_BYTES,
  HANDSHAKE_ANY_SYN,
  T_INITIAL_RTT,
  T_NOW,
} from './columns.ts';
import type { Cursor } from './cursor.ts';
import { remember, signatureOf } from './duplicates.ts';
import { sampleRtt, TIMED_KEPT, timeSegment } from './rtt.ts';
import { noteFinAck } from './tcp-close.ts';
import { COMPLETENESS_ACK, COMPLETENESS_DATA, noteHandshakeAck, noteInitialRtt } from './tcp-handshake.ts';
import { END_OF_PAYLOAD, flagsAfterPause, isAmidWrite, LEAST_FULL_SIZE, PAUSE } from './unanswered.ts';
import { hasNothingForZeek, updateZeek } from './zeek.ts';

/** Bits of the sender that must be as END_COVERED alone. */
const UNPREDICTED = END_COVERED | END_WINDOW_CLOSED | END_NEW_OPERATION | END_DIVERGED | END_NOT_TAKEN;
const ANY_SYN = END_SYN_SENT | END_SYN_ACK_SENT;

/**
 * Header prediction (Jacobson 1990; Linux tcp_rcv_established has one too): the segment that everyone expects, new data
 * in order or an ACK of something new, while the windows are open. For these the rules of `updateTcpFully` come down to
 * moving some numbers on. It asks for as few functions as it can: a call costs as much as ten of its lines.
 *
 * Two thirds of the segments of short connections and nearly all of long ones are of this kind. A test applies this
 * and `updateTcpFully` to copies of the same columns: they come out the same.
 *
 * @returns false if it is not that simple; then nothing was changed
 */
export function followPredicted(cursor: Cursor, view: PacketView): boolean {
  const { ints, floats, at, me, peer, times, myTimes } = cursor;
  // No operation of MPTCP is one of the flags.
  if ((view.flags | TCP_PSH | view.operations) !== (TCP_ACK | TCP_PSH)) return false;
  const { sequence, acknowledgment, window, dataLength: length } = view;
  const mine = ints[me + E_FLAGS];
  const theirs = ints[peer + E_FLAGS];
  const lastAcknowledgment = ints[me + E_LAST_ACKNOWLEDGMENT];
  const peerWindow = ints[peer + E_WINDOW];
  if (
    sequence !== ints[me + E_NEXT_SEQUENCE] ||
    (mine & UNPREDICTED) !== END_COVERED ||
    window === 0 ||
    peerWindow === 0 ||
    ints[peer + E_UNANSWERED] !== 0 ||
    ((acknowledgment - ints[peer + E_MAX_TO_ACKNOWLEDGE]) | 0) > 0 ||
    ((mine & END_HAS_ACKED) !== 0 && ((acknowledgment - ints[me + E_ACKED]) | 0) < 0)
  ) {
    return false;
  }
  const now = floats[times + T_NOW];
  let bits = mine | END_HAS_ACKED;
  if (length > 0) {
    const following = (sequence + length) | 0;
    const acknowledged = ints[peer + E_LAST_ACKNOWLEDGMENT];
    if (ints[me + E_COVER_END] !== sequence || ints[me + E_GAPS] !== 0 || (mine & END_FIN_SENT) !== 0) return false;
    // The peer acknowledged it before it was captured.
    if (acknowledged !== 0 && ((following - acknowledged) | 0) <= 0) return false;
    // It reaches exactly the edge of the peer's window, as far as the scale is known.
    const scale = ints[peer + E_WINDOW_SCALE];
    const shift = scale < 0 || (theirs & END_UNSCALED) !== 0 ? 0 : scale;
    if (scale !== -1 && following === ((acknowledged + (peerWindow << shift)) | 0)) return false;

    ints[me + E_NEXT_SEQUENCE] = following;
    ints[me + E_COVER_END] = following;
    if (ints[me + E_MAX_TO_ACKNOWLEDGE] === sequence) ints[me + E_MAX_TO_ACKNOWLEDGE] = following;
    if (ints[me + E_FIRST_DATA_FRAME] === 0) {
      ints[me + E_FIRST_DATA_FRAME] = view.frame;
      floats[myTimes + F_FIRST_DATA_TIME] = now;
    } else if (now - floats[myTimes + F_LAST_DATA_TIME] > PAUSE) {
      bits = flagsAfterPause(cursor, view, bits);
    }
    ints[me + E_LAST_DATA_FRAME] = view.frame;
    floats[myTimes + F_NEXT_SEQUENCE_TIME] = now;
    floats[myTimes + F_LAST_DATA_TIME] = now;
    floats[myTimes + F_UNIQUE_BYTES] += length;
    // As noteNewPayload does.
    const sent = ints[peer + E_NEXT_SEQUENCE];
    ints[me + E_ANSWERED] = sent;
    bits &= ~END_OF_PAYLOAD;
    if (view.wantsNoAnswer !== 0) bits |= END_NO_REQUEST;
    if (length >= LEAST_FULL_SIZE && isAmidWrite(view, ints[me + E_SYN_OPTIONS])) {
      bits |= (view.flags & TCP_PSH) === 0 ? END_UNFINISHED | END_UNPUSHED : END_UNFINISHED;
    }
    if (acknowledgment !== sent || (theirs & END_UNFINISHED) !== 0) bits |= END_CROSSED;
    if (ints[me + E_TIMED] < TIMED_KEPT) timeSegment(cursor, following);
    ints[at + C_COMPLETENESS] |= COMPLETENESS_DATA;
  } else {
    if (acknowledgment === lastAcknowledgment || acknowledgment === ints[me + E_ACKED]) return false;
    ints[at + C_COMPLETENESS] |= COMPLETENESS_ACK;
  }
  ints[me + E_FLAGS] = bits & ~(END_UNSCALED | END_ACK_COPIED);
  if (acknowledgment !== lastAcknowledgment) {
    ints[me + E_LAST_ACKNOWLEDGMENT] = acknowledgment;
    ints[me + E_ACKED] = acknowledgment;
    ints[me + E_DUPLICATE_ACK_RUN] = 0;
    if (ints[peer + E_TIMED] > 0) sampleRtt(cursor, acknowledgment);
  }
  // A SYN or FIN of the peer that still waits for its ACK.
  if ((theirs & END_SYN_ACKED) === 0 && ((mine | theirs) & ANY_SYN) !== 0) noteHandshakeAck(cursor, view);
  if ((theirs & (END_FIN_SENT | END_FIN_ACKED)) === END_FIN_SENT) noteFinAck(cursor, view);
  if (floats[times + T_INITIAL_RTT] === 0 && (ints[at + C_HANDSHAKE] & HANDSHAKE_ANY_SYN) !== 0) noteInitialRtt(cursor);
  if (!hasNothingForZeek(ints[me + E_ZEEK], length)) updateZeek(cursor, view, 0);
  ints[me + E_WINDOW] = window;
  ints[me + E_LAST_ANALYSIS] = 0;
  floats[myTimes + F_LAST_TIME] = now;
  remember(ints, me, signatureOf(view), view.ipId);
  return true;
}
