import { type PacketView, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../../parsers/packet-view.ts';
import {
  ANSWERED_SILENCE,
  C_HANDSHAKE,
  C_RESENT_COPIES,
  C_SILENCE_BEFORE,
  C_STATUS,
  E_ACKED,
  E_BASE_SEQUENCE,
  E_FINS,
  E_FIRST_DATA_FRAME,
  E_FLAGS,
  E_LAST_DATA_FRAME,
  E_MAX_TO_ACKNOWLEDGE,
  E_NEXT_SEQUENCE,
  E_PACKETS,
  E_RESETS,
  E_SIGNATURE_SLOT,
  E_SYNS,
  E_TIMED,
  E_UNANSWERED,
  E_UNANSWERED_BEFORE,
  E_ZERO_WINDOW_FRAME,
  END_BASE_SET,
  END_DIVERGED,
  END_FIN_ACKED,
  END_FIN_SENT,
  END_HAS_ACKED,
  END_NOT_TAKEN,
  END_OLDER,
  END_SYN_ACKED,
  END_UNSCALED,
  END_WINDOW_CLOSED,
  ENDPOINT_INT_0,
  ENDPOINT_INT_STRIDE,
  F_FIRST_DATA_TIME,
  F_LAST_DATA_TIME,
  F_LAST_TIME,
  F_UNIQUE_BYTES,
  F_ZERO_WINDOW_SINCE,
  F_ZERO_WINDOW_TIME,
  HANDSHAKE_ANY_SYN,
  HANDSHAKE_OTHER,
  INT_STRIDE,
  ROW_RESET,
  T_INITIAL_RTT,
  T_NOW,
} from './columns.ts';
import { beginCoverage, cover } from './coverage.ts';
import type { Cursor } from './cursor.ts';
import { isDuplicate, isOvertaken } from './duplicates.ts';
import type { EventPool } from './events.ts';
import { forgetUnanswering, isOfOlder, isOfOther, noteOlder, noteOther, takeOther } from './incarnations.ts';
import { firstUnacknowledged, forgetTimed, sampleRtt, timeSegment } from './rtt.ts';
import { after } from './sequence.ts';
import type { Slab } from './slab.ts';
import {
  ANALYSIS_FAST_RETRANSMISSION,
  ANALYSIS_KEEP_ALIVE,
  ANALYSIS_RESENT,
  ANALYSIS_ZERO_WINDOW_PROBE,
  analyzeSegment,
} from './tcp-analysis.ts';
import { noteFin, noteFinAck, noteReset } from './tcp-close.ts';
import { followPredicted } from './tcp-fast-path.ts';
import {
  noteCompleteness,
  noteHandshakeAck,
  noteInitialRtt,
  noteRoles,
  noteSyn,
  noteTaking,
  noteWindowScale,
  packOptions,
} from './tcp-handshake.ts';
import { noteNewPayload } from './unanswered.ts';
import { analyzeDiverged, repeatSynInWireshark } from './wireshark-numbers.ts';
import { W_TWO_WAY } from './words.ts';
import { updateZeek } from './zeek.ts';

const CONTROL = TCP_SYN | TCP_FIN | TCP_RST;
/** Sent again, or asking whether the peer is there. */
const UNANSWERED = ANALYSIS_RESENT | ANALYSIS_KEEP_ALIVE | ANALYSIS_ZERO_WINDOW_PROBE;

/**
 * One segment through everything that follows a TCP connection. The order matters: what the RST's receiver
 * expects is read before the sequence analysis moves it on, an ACK counts before a FIN in the same segment.
 *
 * @param isFirst the segment begins the stream
 * @returns true when the connection is over: reset, or both sides have sent their FIN
 */
export function updateTcp(cursor: Cursor, view: PacketView, isFirst: boolean, slab: Slab, events: EventPool): boolean {
  return !followPredicted(cursor, view) && updateTcpFully(cursor, view, isFirst, slab, events);
}

/** The same without the short way for ordinary segments. */
export function updateTcpFully(
  cursor: Cursor,
  view: PacketView,
  isFirst: boolean,
  slab: Slab,
  events: EventPool,
): boolean {
  const { ints, floats, at, me, peer, times } = cursor;
  const flags = view.flags;

  if (ints[me + E_PACKETS] === 1 && ints[peer + E_PACKETS] !== 0) slab.words[W_TWO_WAY] = 1;
  const lastId = ints[me + E_SIGNATURE_SLOT];
  const isCopy = isDuplicate(cursor, view);
  if ((flags & TCP_SYN) !== 0) noteRoles(cursor, view, isCopy);
  if ((flags & CONTROL) !== 0) countControl(cursor, flags);
  const isOlder = isOfOlder(cursor, view);
  const isAside = isOlder || isOfOther(cursor, view);
  const known = ints[me + E_FLAGS] & ints[peer + E_FLAGS] & END_BASE_SET;
  if ((known === 0 || (flags & TCP_SYN) !== 0) && !isAside) noteBaseSequences(cursor, view);
  if ((ints[at + C_HANDSHAKE] & HANDSHAKE_OTHER) !== 0) takeOther(cursor, view);
  if ((flags & TCP_SYN) !== 0 && !isAside) forgetUnanswering(cursor, view);
  if ((flags & TCP_RST) !== 0 && !isCopy) noteReset(cursor, view, lastId, slab, events);
  const isDiverged = isAside || (ints[me + E_FLAGS] & END_DIVERGED) !== 0;
  const found = isDiverged ? analyzeDiverged(cursor, view, isAside) : analyzeSegment(cursor, view);
  updateZeek(cursor, view, found);
  noteCompleteness(cursor, view, isFirst);
  if ((flags & (TCP_SYN | TCP_ACK)) === TCP_ACK) {
    if (floats[times + T_INITIAL_RTT] === 0 && hasAnySyn(ints, at)) noteInitialRtt(cursor);
    if (!isAside) ints[me + E_FLAGS] &= ~END_UNSCALED;
  }
  if (isOlder) noteOlder(cursor, view);
  else if (isAside) noteOther(cursor, view, packOptions(view));
  else if (!isCopy) updateEndpoints(cursor, view, found);
  if ((isCopy && !isAside && (found & ANALYSIS_RESENT) !== 0) || isOnlyOvertaken(cursor, isCopy || isAside, found)) {
    ints[at + C_RESENT_COPIES + cursor.sender]++;
  }
  if ((flags & TCP_SYN) !== 0 && !isAside) noteWindowScale(cursor, view);

  if ((ints[at + C_STATUS] & ROW_RESET) !== 0) return true;
  return (ints[me + E_FLAGS] & ints[peer + E_FLAGS] & END_FIN_SENT) !== 0;
}

function isOnlyOvertaken(cursor: Cursor, isNone: boolean, found: number): boolean {
  return !isNone && (found & ANALYSIS_FAST_RETRANSMISSION) !== 0 && isOvertaken(cursor);
}

/** What a segment that is no copy changes: handshake, close, samples, payload. */
function updateEndpoints(cursor: Cursor, view: PacketView, found: number): void {
  const { ints, me, peer } = cursor;
  const flags = view.flags;
  ints[me + E_FLAGS] &= ~END_OLDER;
  if ((flags & TCP_SYN) !== 0) {
    noteSyn(cursor, view);
    beginCoverage(cursor, (view.sequence + 1) | 0);
  }
  if ((flags & (TCP_ACK | TCP_RST)) === TCP_ACK) {
    if ((ints[peer + E_FLAGS] & END_SYN_ACKED) === 0) noteHandshakeAck(cursor, view);
    if ((ints[peer + E_FLAGS] & (END_FIN_SENT | END_FIN_ACKED)) === END_FIN_SENT) noteFinAck(cursor, view);
    if (ints[peer + E_TIMED] > 0) sampleRtt(cursor, view.acknowledgment);
    noteAcknowledged(ints, me, view.acknowledgment);
  }
  if ((flags & (TCP_SYN | TCP_RST)) === 0) noteWindow(cursor, view);
  if ((ints[me + E_FLAGS] & END_NOT_TAKEN) !== 0) noteTaking(cursor, view);
  if ((flags & TCP_FIN) !== 0) noteFin(cursor, view);

  if (ints[peer + E_UNANSWERED] !== 0) {
    ints[peer + E_UNANSWERED_BEFORE] = ints[peer + E_UNANSWERED];
    ints[peer + E_UNANSWERED] = 0;
    if ((flags & TCP_RST) === 0) noteAnswer(cursor);
  }
  if ((found & UNANSWERED) !== 0) noteUnanswered(cursor, found);
  const length = view.dataLength;
  const space = length + ((flags & (TCP_SYN | TCP_FIN)) !== 0 ? 1 : 0);
  if (space === 0 || (flags & TCP_RST) !== 0) return;
  if ((found & ANALYSIS_RESENT) !== 0) forgetTimed(cursor);
  else timeSegment(cursor, (view.sequence + space) | 0);
  if (length > 0 && (found & ANALYSIS_KEEP_ALIVE) === 0) notePayload(cursor, view);
  // A FIN stands behind the last byte: what is missing before it was sent.
  else if ((flags & (TCP_SYN | TCP_FIN)) === TCP_FIN) cover(cursor, view.sequence, 0);
}

/** The sender answers what its peer had sent again, or asked: the silence before that did no harm. */
function noteAnswer({ ints, floats, at, peer, sender, peerTimes }: Cursor): void {
  const silence = ints[at + C_SILENCE_BEFORE + 1 - sender];
  if ((ints[peer + E_FLAGS] & END_FIN_ACKED) !== 0 || silence <= floats[peerTimes + ANSWERED_SILENCE]) return;
  floats[peerTimes + ANSWERED_SILENCE] = silence;
}

/** Sent again, or a probe: before the first of them in a row, the silence that the first of what they repeat broke. */
function noteUnanswered(cursor: Cursor, found: number): void {
  const { ints, floats, at, me, peer, times, myTimes, peerTimes } = cursor;
  if (++ints[me + E_UNANSWERED] > 1 || ints[peer + E_PACKETS] === 0) return;
  const isRepeated = (found & ANALYSIS_RESENT) !== 0;
  const first = isRepeated ? firstUnacknowledged(ints, floats, me, myTimes) : floats[times + T_NOW];
  ints[at + C_SILENCE_BEFORE + cursor.sender] = (first - floats[peerTimes + F_LAST_TIME]) / 1e6;
}

function countControl(cursor: Cursor, flags: number): void {
  const { ints, me } = cursor;
  if ((flags & TCP_SYN) !== 0) ints[me + E_SYNS]++;
  if ((flags & TCP_FIN) !== 0) ints[me + E_FINS]++;
  if ((flags & TCP_RST) !== 0) ints[me + E_RESETS]++;
}

/**
 * Wireshark's base_seq of both directions, which tells a repeated SYN from a new connection. A SYN that comes
 * again with the same number takes the expected sequence number back (RFC 9293 3.5.3: an RST may have taken its
 * number from an ACK and moved it).
 */
function noteBaseSequences(cursor: Cursor, view: PacketView): void {
  const { ints, me, peer } = cursor;
  const flags = view.flags;
  const mine = ints[me + E_FLAGS];
  if ((mine & END_BASE_SET) === 0) {
    ints[me + E_FLAGS] = mine | END_BASE_SET;
    ints[me + E_BASE_SEQUENCE] = (flags & TCP_SYN) !== 0 ? view.sequence : (view.sequence - 1) | 0;
  } else if ((flags & TCP_SYN) !== 0) {
    if ((flags & TCP_ACK) !== 0) ints[me + E_BASE_SEQUENCE] = view.sequence;
    else takeBackSequence(cursor);
  }
  if ((flags & TCP_ACK) !== 0 && (ints[peer + E_FLAGS] & END_BASE_SET) === 0) {
    ints[peer + E_FLAGS] |= END_BASE_SET;
    ints[peer + E_BASE_SEQUENCE] = (view.acknowledgment - 1) | 0;
  }
}

function takeBackSequence(cursor: Cursor): void {
  const { ints, me } = cursor;
  ints[me + E_NEXT_SEQUENCE] = ints[me + E_MAX_TO_ACKNOWLEDGE];
  repeatSynInWireshark(cursor);
}

/**
 * Does this SYN begin a new stream on a 4-tuple that is known? Wireshark's rule (4.0): it has another ISN.
 * The same ISN after an RST is the same connect() that tries again, as Windows does three times.
 */
export function beginsNewStream(ints: Int32Array, row: number, sender: number, view: PacketView): boolean {
  const me = row * INT_STRIDE + ENDPOINT_INT_0 + sender * ENDPOINT_INT_STRIDE;
  if ((view.flags & (TCP_SYN | TCP_ACK)) !== TCP_SYN || (ints[me + E_FLAGS] & END_BASE_SET) === 0) return false;
  return view.sequence !== ints[me + E_BASE_SEQUENCE];
}

function noteAcknowledged(ints: Int32Array, me: number, acknowledgment: number): void {
  const mine = ints[me + E_FLAGS];
  if ((mine & END_HAS_ACKED) === 0) {
    ints[me + E_FLAGS] = mine | END_HAS_ACKED;
    ints[me + E_ACKED] = acknowledgment;
  } else if (after(acknowledgment, ints[me + E_ACKED])) {
    ints[me + E_ACKED] = acknowledgment;
  }
}

/** How long this side's receive window is closed. */
function noteWindow(cursor: Cursor, view: PacketView): void {
  const { ints, floats, me, myTimes } = cursor;
  const mine = ints[me + E_FLAGS];
  if (view.window === 0) {
    if (ints[me + E_ZERO_WINDOW_FRAME] === 0) ints[me + E_ZERO_WINDOW_FRAME] = view.frame;
    if ((mine & END_WINDOW_CLOSED) !== 0) return;
    ints[me + E_FLAGS] = mine | END_WINDOW_CLOSED;
    floats[myTimes + F_ZERO_WINDOW_SINCE] = floats[cursor.times + T_NOW];
  } else if ((mine & END_WINDOW_CLOSED) !== 0) {
    ints[me + E_FLAGS] = mine & ~END_WINDOW_CLOSED;
    const shut = floats[cursor.times + T_NOW] - floats[myTimes + F_ZERO_WINDOW_SINCE];
    // Less than nothing where the clock was set back: then it is not known how long.
    if (shut > 0) floats[myTimes + F_ZERO_WINDOW_TIME] += shut;
  }
}

function notePayload(cursor: Cursor, view: PacketView): void {
  const { ints, floats, me, myTimes, times } = cursor;
  const now = floats[times + T_NOW];
  const before = ints[me + E_FIRST_DATA_FRAME] === 0 ? now : floats[myTimes + F_LAST_DATA_TIME];
  if (ints[me + E_FIRST_DATA_FRAME] === 0) {
    ints[me + E_FIRST_DATA_FRAME] = view.frame;
    floats[myTimes + F_FIRST_DATA_TIME] = now;
  }
  ints[me + E_LAST_DATA_FRAME] = view.frame;
  floats[myTimes + F_LAST_DATA_TIME] = now;
  const first = (view.flags & TCP_SYN) !== 0 ? (view.sequence + 1) | 0 : view.sequence;
  const known = floats[myTimes + F_UNIQUE_BYTES];
  cover(cursor, first, view.dataLength);
  if (floats[myTimes + F_UNIQUE_BYTES] > known) noteNewPayload(cursor, view, before);
}

function hasAnySyn(ints: Int32Array, at: number): boolean {
  return (ints[at + C_HANDSHAKE] & HANDSHAKE_ANY_SYN) !== 0;
}
