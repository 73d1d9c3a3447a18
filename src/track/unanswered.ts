import { type PacketView, TCP_ACK, TCP_PSH } from '../../parsers/packet-view.ts';
import {
  ANSWERED_SILENCE,
  E_ANSWERED,
  E_COVER_END,
  E_FLAGS,
  E_LAST_ACKNOWLEDGMENT,
  E_LAST_ANALYSIS,
  E_LAST_DATA_FRAME,
  E_NEXT_SEQUENCE,
  E_PACKETS,
  E_SYN_OPTIONS,
  END_CROSSED,
  END_FIN_SENT,
  END_GOES_ON,
  END_HELD_UP,
  END_NO_REQUEST,
  END_UNFINISHED,
  END_UNPUSHED,
  F_LAST_DATA_TIME,
  F_LAST_TIME,
  F_NEXT_SEQUENCE_TIME,
  F_UNIQUE_BYTES,
  PENDING_SILENCE,
  T_ACCEPTED,
  T_CONNECTED_SYN,
  T_NOW,
} from './columns.ts';
import type { Cursor } from './cursor.ts';
import { after, distance } from './sequence.ts';
import { ANALYSIS_LOST_SEGMENT } from './tcp-analysis.ts';
import { INT32_MAX } from './words.ts';

/*
 * Whether a side has answered what its peer said last. A request is payload of the peer that came after this side's last new
 * payload; what was still on its way then belongs to what that payload answers.
 */

/** Of the last new payload. */
export const END_OF_PAYLOAD = END_UNFINISHED | END_UNPUSHED | END_CROSSED | END_NO_REQUEST;
/** A segment that is not the last of its write is of full size; the least size that all hosts take (RFC 9293 3.7.1). */
export const LEAST_FULL_SIZE = 536;
/** Room that options may take of the MSS. */
const MOST_OPTIONS = 40;

/**
 * Does the write go on after this segment, of LEAST_FULL_SIZE or more? Without PSH it does (RFC 9293 3.9.1.2). A write that is
 * cut into pieces has PSH in some of them; those are as long as the sender's MSS allows.
 */
export function isAmidWrite(view: PacketView, options: number): boolean {
  if ((view.flags & TCP_PSH) === 0) return true;
  const mss = options & 0xffff;
  return view.dataLength <= mss && view.dataLength >= mss - MOST_OPTIONS;
}

/** Nanoseconds after which what a side sends is no more of the same write, unless it was held up. */
export const PAUSE = 250e6;
/** A sender that waited for an ACK goes on so soon after it, and a round trip: nanoseconds. */
const AT_ONCE = 100e6;

/**
 * New payload of the sender after a PAUSE since its last: keeps the silences that were answered, and tells whether the sender
 * goes on without an answer. It does not by itself if it was held up: amid a write, or by congestion control (RFC 5681) or
 * Nagle's algorithm (RFC 9293 3.7.4), which the ACK before sets free. Nor does what follows the peer's FIN tell: to that it says goodbye.
 * @param mine E_FLAGS of the sender, as its last payload left them
 * @returns what they are now
 */
export function flagsAfterPause(cursor: Cursor, view: PacketView, mine: number): number {
  const { ints, peer } = cursor;
  if ((mine & END_FIN_SENT) !== 0) return mine;
  noteSilence(cursor, view);
  if (ints[peer + E_ANSWERED] === view.sequence) return mine & ~END_HELD_UP;
  if ((ints[peer + E_FLAGS] & END_FIN_SENT) !== 0 || (mine & END_UNPUSHED) !== 0) return mine;
  if (isSetFree(cursor, view)) {
    if ((mine & END_UNFINISHED) !== 0) return mine;
    // What goes on and on at the pace of the ACKs is no request in two pieces.
    if ((mine & END_HELD_UP) === 0) return mine | END_HELD_UP;
  }
  return mine | END_GOES_ON;
}

/** The peer's last packet, just before, acknowledges all that the sender had sent. */
function isSetFree({ ints, floats, peer, times, peerTimes }: Cursor, view: PacketView): boolean {
  if (ints[peer + E_LAST_ACKNOWLEDGMENT] !== view.sequence) return false;
  const since = floats[times + T_NOW] - floats[peerTimes + F_LAST_TIME];
  return since <= Math.max(0, floats[times + T_ACCEPTED] - floats[times + T_CONNECTED_SYN]) + AT_ONCE;
}

/** What the sender last said after a silence was answered if all is acknowledged now; and here another silence ends. */
function noteSilence({ ints, floats, at, peer, sender, times, myTimes, peerTimes }: Cursor, view: PacketView): void {
  if (ints[peer + E_LAST_ACKNOWLEDGMENT] !== view.sequence) return;
  const pending = ints[at + PENDING_SILENCE + sender];
  if (pending > floats[myTimes + ANSWERED_SILENCE]) floats[myTimes + ANSWERED_SILENCE] = pending;
  ints[at + PENDING_SILENCE + sender] = milliseconds(floats[times + T_NOW] - floats[peerTimes + F_LAST_TIME]);
}

/**
 * New payload of the sender: how far its peer was. The fast path has the same lines.
 * @param before when it sent payload last
 */
export function noteNewPayload(cursor: Cursor, view: PacketView, before: number): void {
  const { ints, floats, me, peer, times } = cursor;
  const sent = ints[peer + E_NEXT_SEQUENCE];
  if (floats[times + T_NOW] - before > PAUSE) ints[me + E_FLAGS] = flagsAfterPause(cursor, view, ints[me + E_FLAGS]);
  // An ACK of what the capture does not have yet: the sender knew it.
  ints[me + E_ANSWERED] = after(view.acknowledgment, sent) ? view.acknowledgment : sent;
  let bits = view.wantsNoAnswer !== 0 ? END_NO_REQUEST : 0;
  if (view.dataLength >= LEAST_FULL_SIZE && isAmidWrite(view, ints[me + E_SYN_OPTIONS])) {
    bits |= (view.flags & TCP_PSH) === 0 ? END_UNFINISHED | END_UNPUSHED : END_UNFINISHED;
  }
  if (view.acknowledgment !== sent || (ints[peer + E_FLAGS] & END_UNFINISHED) !== 0) bits |= END_CROSSED;
  ints[me + E_FLAGS] = (ints[me + E_FLAGS] & ~END_OF_PAYLOAD) | bits;
}

/**
 * Payload bytes of the peer that the sender of this FIN or RST has answered by no byte; negative where none of it had come
 * when the FIN or RST was sent. 0 also where the peer had closed or says only farewell, and where the capture may have missed
 * what decides it. Comes after the sequence analysis of a FIN, and before that of an RST.
 */
export function unansweredBytes(cursor: Cursor, view: PacketView): number {
  const { ints, floats, me, peer, myTimes, peerTimes } = cursor;
  const mine = ints[me + E_FLAGS];
  const theirs = ints[peer + E_FLAGS];
  if ((theirs & (END_FIN_SENT | END_NO_REQUEST)) !== 0 || (mine & END_CROSSED) !== 0) return 0;
  const sent = ints[peer + E_NEXT_SEQUENCE];
  if (ints[me + E_PACKETS] === 1 || after(view.acknowledgment, sent)) return 0;
  if (view.dataLength > 0 && after((view.sequence + view.dataLength) | 0, ints[me + E_COVER_END])) return 0;
  const said = floats[peerTimes + F_UNIQUE_BYTES];
  const asked = floats[myTimes + F_UNIQUE_BYTES] === 0 ? said : distance(sent, ints[me + E_ANSWERED]);
  if (asked <= 0 || asked > said) return 0;
  return cameSince(cursor, view) > 0 ? asked : -asked;
}

/** Payload bytes of the peer that the segment acknowledges, and that had come since its sender last sent new payload. */
export function cameSince({ ints, floats, me, peer, myTimes, peerTimes }: Cursor, view: PacketView): number {
  const { acknowledgment } = view;
  if ((view.flags & TCP_ACK) === 0) return 0;
  const sent = ints[peer + E_NEXT_SEQUENCE] - (ints[peer + E_FLAGS] & END_FIN_SENT) / END_FIN_SENT;
  const missing = Math.max(0, distance(sent, acknowledgment));
  const since =
    floats[myTimes + F_UNIQUE_BYTES] > 0 ? distance(sent, ints[me + E_ANSWERED]) : floats[peerTimes + F_UNIQUE_BYTES];
  return Math.max(0, since - missing);
}

/** The same for a FIN, which stands behind all that its sender sent. */
export function unansweredAtFin(cursor: Cursor, view: PacketView): number {
  const { ints, me } = cursor;
  return (ints[me + E_LAST_ANALYSIS] & ANALYSIS_LOST_SEGMENT) !== 0 ? 0 : unansweredBytes(cursor, view);
}

/** The same for an RST, which tells nothing of a peer whose bytes before it are not in the capture. */
export function unansweredAtReset(cursor: Cursor, view: PacketView): number {
  return after(view.sequence, cursor.ints[cursor.me + E_NEXT_SEQUENCE]) ? 0 : unansweredBytes(cursor, view);
}

/** Of nanoseconds, as an int32 column holds them: none where the clock was set back, 24 days at the most. */
export function milliseconds(nanoseconds: number): number {
  return Math.min(Math.max(nanoseconds, 0) / 1e6, INT32_MAX);
}

/**
 * Milliseconds since the last payload of either side; since that of the sender alone where what its peer said last had not
 * come. @param unanswered what `unansweredBytes` gives
 */
export function idleBefore(cursor: Cursor, unanswered: number): number {
  const { ints, floats, me, peer, times, myTimes, peerTimes } = cursor;
  let last = ints[me + E_LAST_DATA_FRAME] === 0 ? 0 : floats[myTimes + F_LAST_DATA_TIME];
  if (ints[me + E_LAST_DATA_FRAME] === 0 || unanswered >= 0) {
    const theirs = ints[peer + E_PACKETS] === 0 ? 0 : floats[peerTimes + F_NEXT_SEQUENCE_TIME];
    last = Math.max(last, theirs);
  }
  return milliseconds(floats[times + T_NOW] - last);
}
