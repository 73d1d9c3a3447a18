import { type PacketView, TCP_ACK, TCP_SYN } from '../../parsers/packet-view.ts';
import {
  C_EVENT_COUNTS,
  C_EVENTS,
  C_HANDSHAKE,
  C_IDLE_AT_FIN,
  C_SILENCE_BEFORE,
  C_STATUS,
  C_UNANSWERED_AT_FIN,
  E_ACKED,
  E_BASE_SEQUENCE,
  E_FIN_ACK_FRAME,
  E_FIN_FRAME,
  E_FIN_SEQUENCE,
  E_FLAGS,
  E_ISN,
  E_LAST_ACKNOWLEDGMENT,
  E_LAST_ANALYSIS,
  E_LAST_DATA_FRAME,
  E_NEXT_SEQUENCE,
  E_PACKETS,
  E_RESETS,
  E_SIGNATURE_SLOT,
  E_SYNS,
  E_UNANSWERED,
  E_UNANSWERED_BEFORE,
  END_CLOSED_SECOND,
  END_FIN_ACKED,
  END_FIN_AFTER_UNSEEN,
  END_FIN_SENT,
  END_HAS_ACKED,
  END_MET_FIN,
  END_OLDER,
  END_RESET_SENT,
  END_UNFINISHED,
  F_FIN_ACK_TIME,
  F_FIN_TIME,
  F_LAST_TIME,
  F_NEXT_SEQUENCE_TIME,
  F_PEER_BYTES_AT_FIN,
  F_UNIQUE_BYTES,
  HANDSHAKE_ABORTED,
  HANDSHAKE_ACCEPTED,
  HANDSHAKE_ASSUMED,
  HANDSHAKE_CLIENT_1,
  HANDSHAKE_REFUSED,
  HANDSHAKE_SYN,
  HANDSHAKE_SYN_ACK,
  ROW_RESET,
  T_NOW,
} from './columns.ts';
import { endOfSeen } from './coverage.ts';
import { type Cursor, ttlBefore } from './cursor.ts';
import { breaksCount } from './duplicates.ts';
import {
  EVENT_RST,
  EVENT_STRIDE,
  SHAPE_ACK,
  SHAPE_ACKS_ALL,
  SHAPE_AFTER_UNSEEN,
  SHAPE_AMID_WRITE,
  SHAPE_ANSWER,
  SHAPE_AT_FIN,
  SHAPE_FOR_OLDER,
  SHAPE_FROM_NEWER,
  SHAPE_HAS_SPOKEN,
  SHAPE_ID_BREAKS,
  SHAPE_NEXT,
  SHAPE_OF_OTHER,
  SHAPE_ONLY_SYNS,
  SHAPE_UNPROMPTED,
  SHAPE_ZERO,
  V_ANALYSIS,
  V_CAME_SINCE,
  V_DETAIL,
  V_ENDPOINT,
  V_FRAME,
  V_IDLE,
  V_IP_IDS,
  V_OWN_DATA_FRAME,
  V_PEER_DATA_FRAME,
  V_PEER_UNANSWERED,
  V_RESENT_FOR,
  V_SHAPE,
  V_SILENCE,
  V_SINCE_DATA,
  V_STATE,
  V_TTL,
  V_UNANSWERED,
  V_UNANSWERED_BEFORE,
  V_UNANSWERED_BYTES,
  V_VALUE,
} from './event-columns.ts';
import { addEvent, type EventPool, lastEvent } from './events.ts';
import { answersOlder, isOfOtherSynAck } from './incarnations.ts';
import { firstUnacknowledged } from './rtt.ts';
import { after, atOrBefore } from './sequence.ts';
import type { Slab } from './slab.ts';
import { CLOSE_WAIT, CLOSED, CLOSING, ESTABLISHED, LAST_ACK, SYN_RECEIVED, SYN_SENT, stateOf } from './tcp-state.ts';
import { cameSince, idleBefore, milliseconds, unansweredAtFin, unansweredAtReset } from './unanswered.ts';

/** The segment acknowledges the peer's FIN, if it covers it and nothing that was not sent. */
export function noteFinAck(cursor: Cursor, view: PacketView): void {
  const { ints, floats, peer, peerTimes } = cursor;
  const theirs = ints[peer + E_FLAGS];
  if ((theirs & (END_FIN_SENT | END_FIN_ACKED)) !== END_FIN_SENT) return;
  const acknowledgment = view.acknowledgment;
  if (after(acknowledgment, ints[peer + E_FIN_SEQUENCE]) && atOrBefore(acknowledgment, ints[peer + E_NEXT_SEQUENCE])) {
    ints[peer + E_FLAGS] = theirs | END_FIN_ACKED;
    ints[peer + E_FIN_ACK_FRAME] = view.frame;
    floats[peerTimes + F_FIN_ACK_TIME] = floats[cursor.times + T_NOW];
  } else if (view.dataLength > 0) {
    ints[cursor.me + E_FLAGS] |= END_MET_FIN;
  }
}

/**
 * A FIN: the first of this side closes its direction. One beside a SYN is not processed (RFC 9293 3.10.7.4), and one
 * after an RST closes nothing: their frame is kept, for there was a FIN. Comes after `noteFinAck` of the same segment.
 */
export function noteFin(cursor: Cursor, view: PacketView): void {
  const { ints, floats, me, peer, myTimes, peerTimes } = cursor;
  const mine = ints[me + E_FLAGS];
  if ((mine & END_FIN_SENT) !== 0) return;
  const wasReset = (ints[cursor.at + C_STATUS] & ROW_RESET) !== 0 && !isBeforePeer(cursor);
  const isVain = (view.flags & TCP_SYN) !== 0 || wasReset;
  if (ints[me + E_FIN_FRAME] === 0 || !isVain) {
    ints[me + E_FIN_FRAME] = view.frame;
    floats[myTimes + F_FIN_TIME] = floats[cursor.times + T_NOW];
    floats[myTimes + F_PEER_BYTES_AT_FIN] = floats[peerTimes + F_UNIQUE_BYTES];
  }
  if (isVain) return;
  const sent = ints[peer + E_NEXT_SEQUENCE];
  if ((view.flags & TCP_ACK) !== 0 && sent !== 0 && after(view.acknowledgment, sent)) {
    ints[me + E_FLAGS] |= END_FIN_AFTER_UNSEEN;
  }
  const unanswered = unansweredAtFin(cursor, view);
  ints[cursor.at + C_UNANSWERED_AT_FIN + cursor.sender] = unanswered;
  ints[cursor.at + C_IDLE_AT_FIN + cursor.sender] = idleBefore(cursor, unanswered);
  const second = (ints[peer + E_FLAGS] & END_FIN_ACKED) !== 0;
  ints[me + E_FLAGS] |= END_FIN_SENT | (second ? END_CLOSED_SECOND : 0);
  ints[me + E_FIN_SEQUENCE] = (view.sequence + view.dataLength) | 0;
  if ((ints[peer + E_FLAGS] & ANSWERS_UNSEEN) === ANSWERS_UNSEEN) noteFinAckedBefore(cursor);
}

const ANSWERS_UNSEEN = END_FIN_SENT | END_FIN_AFTER_UNSEEN | END_HAS_ACKED;

/**
 * The peer's FIN stands before this one in the file, and acknowledges it: it was sent after this one had come (RFC 9293 3.10.7.4),
 * and the frames are in the wrong order. The two did not cross.
 */
function noteFinAckedBefore({ ints, floats, me, peer, myTimes, peerTimes }: Cursor): void {
  if (ints[peer + E_ACKED] !== ((ints[me + E_FIN_SEQUENCE] + 1) | 0)) return;
  ints[me + E_FLAGS] |= END_FIN_ACKED;
  ints[me + E_FIN_ACK_FRAME] = ints[peer + E_FIN_FRAME];
  floats[myTimes + F_FIN_ACK_TIME] = floats[peerTimes + F_FIN_TIME];
  ints[peer + E_FLAGS] = (ints[peer + E_FLAGS] & ~END_FIN_AFTER_UNSEEN) | END_CLOSED_SECOND;
}

/** The packet was captured before the peer's last one, which stands in front of it in the file: the frames are in the wrong order. */
export function isBeforePeer({ ints, floats, peer, times, peerTimes }: Cursor): boolean {
  return ints[peer + E_PACKETS] > 0 && floats[times + T_NOW] < floats[peerTimes + F_LAST_TIME];
}

/**
 * An RST: kept with the state of its receiver, and ends the connection if that receiver accepts it.
 * Must come before the sequence analysis moves E_NEXT_SEQUENCE. There must be room for an event.
 * @param lastId E_SIGNATURE_SLOT of its sender before it
 */
export function noteReset(cursor: Cursor, view: PacketView, lastId: number, slab: Slab, events: EventPool): void {
  const { ints, at, me, peer, row } = cursor;
  const receiverState = stateOf(ints, at, peer, me);
  const accepted = isAccepted(ints, me, peer, receiverState, view);
  let event = addEvent(events, slab, row, EVENT_RST);
  // What ended the connection must be among those that are kept.
  if (event < 0 && accepted && receiverState !== CLOSED) event = lastEvent(events, slab, row, EVENT_RST);
  if (event >= 0) {
    const v = event * EVENT_STRIDE;
    events.eventInts[v + V_ENDPOINT] = cursor.sender;
    events.eventInts[v + V_FRAME] = view.frame;
    events.eventInts[v + V_VALUE] = accepted ? 1 : 0;
    events.eventInts[v + V_DETAIL] = receiverState;
    noteResetShape(cursor, view, lastId, events, v);
    events.eventTimes[event] = cursor.floats[cursor.times + T_NOW];
  }
  if (!accepted) return;
  ints[me + E_FLAGS] |= END_RESET_SENT;
  if (receiverState !== CLOSED) ints[at + C_STATUS] |= ROW_RESET;

  const handshake = ints[at + C_HANDSHAKE];
  const begun = (handshake & (HANDSHAKE_SYN | HANDSHAKE_SYN_ACK)) !== 0;
  if (begun && (handshake & (HANDSHAKE_ACCEPTED | HANDSHAKE_ASSUMED | HANDSHAKE_REFUSED | HANDSHAKE_ABORTED)) === 0) {
    const fromClient = ((handshake & HANDSHAKE_CLIENT_1) !== 0 ? 1 : 0) === cursor.sender;
    const refused = !fromClient && (handshake & HANDSHAKE_SYN_ACK) === 0;
    // Of a client that is not in the capture it is not known whether it had completed the handshake.
    const isUnknown = !fromClient && ints[peer + E_PACKETS] === 0;
    if (!isUnknown) ints[at + C_HANDSHAKE] |= refused ? HANDSHAKE_REFUSED : HANDSHAKE_ABORTED;
  }
}

/**
 * An RST that was captured in a newer connection of the same 4-tuple, and answers what the older one, on which the cursor
 * stands, had sent: it ends the older one if its receiver accepts it. There must be room for an event.
 * @param now its time, as those of the older connection's row
 */
export function noteResetOfOlder(
  cursor: Cursor,
  view: PacketView,
  now: number,
  slab: Slab,
  events: EventPool,
): boolean {
  const { ints, floats, at, me, peer, times } = cursor;
  const isNext = view.sequence === ints[me + E_NEXT_SEQUENCE];
  const isAcked = (ints[peer + E_FLAGS] & END_HAS_ACKED) !== 0 && view.sequence === ints[peer + E_ACKED];
  const receiverState = stateOf(ints, at, peer, me);
  // Beyond these no program has a socket of it any more.
  const isHeld = receiverState >= SYN_RECEIVED && receiverState <= CLOSE_WAIT;
  if (!isHeld || !(isNext || isAcked) || !isAccepted(ints, me, peer, receiverState, view)) return false;
  const last = floats[times + T_NOW];
  floats[times + T_NOW] = now;
  const before = ints[at + C_EVENT_COUNTS];
  noteReset(cursor, view, ints[me + E_SIGNATURE_SLOT], slab, events);
  floats[times + T_NOW] = last;
  if (ints[at + C_EVENT_COUNTS] !== before) {
    let event = ints[at + C_EVENTS] - 1;
    while (events.next(event) >= 0) event = events.next(event);
    events.eventInts[event * EVENT_STRIDE + V_SHAPE] |= SHAPE_FROM_NEWER;
  }
  return true;
}

/** What tells why an RST was sent. Comes before anything of this segment changes the columns, but those that count packets. */
function noteResetShape(cursor: Cursor, view: PacketView, lastId: number, { eventInts }: EventPool, v: number): void {
  const { ints, floats, at, me, peer, times, myTimes, peerTimes } = cursor;
  const mine = ints[me + E_FLAGS];
  const { sequence } = view;
  const sent = ints[me + E_NEXT_SEQUENCE];
  let shape = (view.flags & TCP_ACK) !== 0 ? SHAPE_ACK : 0;
  if (sequence === 0) shape |= SHAPE_ZERO;
  if (ints[peer + E_PACKETS] > 0 && sequence === ints[peer + E_LAST_ACKNOWLEDGMENT]) shape |= SHAPE_ANSWER;
  if (answersOlder(ints, at, peer, sequence)) shape |= SHAPE_ANSWER | SHAPE_FOR_OLDER;
  if (isOfOtherSynAck(ints, at, me, sequence)) shape |= SHAPE_OF_OTHER;
  if (sent !== 0 && sequence === sent) shape |= SHAPE_NEXT;
  if ((mine & END_FIN_SENT) !== 0 && sequence === ints[me + E_FIN_SEQUENCE]) shape |= SHAPE_AT_FIN;
  if (comesAfterUnseen(cursor, view)) shape |= SHAPE_AFTER_UNSEEN;
  const isSilent = ints[me + E_PACKETS] === ints[me + E_SYNS] + ints[me + E_RESETS];
  if (isSilent || (mine & END_OLDER) !== 0) shape |= SHAPE_ONLY_SYNS;
  if (view.acknowledgment === ints[peer + E_NEXT_SEQUENCE]) shape |= SHAPE_ACKS_ALL;
  if ((ints[peer + E_FLAGS] & END_UNFINISHED) !== 0) shape |= SHAPE_AMID_WRITE;
  if (breaksCount(lastId, view.ipId)) shape |= SHAPE_ID_BREAKS;
  const isHeardOut = ints[me + E_LAST_ACKNOWLEDGMENT] === ints[peer + E_NEXT_SEQUENCE];
  if (isHeardOut && floats[peerTimes + F_LAST_TIME] <= floats[myTimes + F_LAST_TIME]) shape |= SHAPE_UNPROMPTED;
  if (hasSpoken(ints, me, peer)) shape |= SHAPE_HAS_SPOKEN;
  eventInts[v + V_SHAPE] = shape;
  eventInts[v + V_IP_IDS] = (lastId & 0xffff0000) | view.ipId;
  eventInts[v + V_STATE] = stateOf(ints, at, me, peer);
  const earlier = ints[me + E_PACKETS] === 1 ? 0 : ttlBefore(cursor, view);
  eventInts[v + V_TTL] = (view.ttl << 16) | earlier;
  eventInts[v + V_PEER_DATA_FRAME] = ints[peer + E_LAST_DATA_FRAME];
  eventInts[v + V_OWN_DATA_FRAME] = ints[me + E_LAST_DATA_FRAME];
  eventInts[v + V_UNANSWERED] = ints[me + E_UNANSWERED];
  eventInts[v + V_PEER_UNANSWERED] = ints[peer + E_UNANSWERED];
  eventInts[v + V_UNANSWERED_BEFORE] = ints[me + E_UNANSWERED_BEFORE];
  eventInts[v + V_ANALYSIS] = ints[me + E_LAST_ANALYSIS];
  if (ints[me + E_PACKETS] === 1) return;
  const unanswered = unansweredAtReset(cursor, view);
  eventInts[v + V_UNANSWERED_BYTES] = unanswered;
  eventInts[v + V_SINCE_DATA] = idleBefore(cursor, unanswered);
  eventInts[v + V_CAME_SINCE] = cameSince(cursor, view);
  const heard = floats[myTimes + F_LAST_TIME];
  eventInts[v + V_SILENCE] = milliseconds(floats[times + T_NOW] - heard);
  eventInts[v + V_RESENT_FOR] = (heard - floats[myTimes + F_NEXT_SEQUENCE_TIME]) / 1e6;
  const isAsked = ints[peer + E_UNANSWERED] > 0;
  eventInts[v + V_IDLE] = isAsked
    ? ints[at + C_SILENCE_BEFORE + 1 - cursor.sender]
    : (firstUnacknowledged(ints, floats, peer, peerTimes) - heard) / 1e6;
}

/** Its numbers lie beyond what the capture has of its sender, or of its receiver: data or a FIN of them is missing. */
function comesAfterUnseen({ ints, me, peer }: Cursor, view: PacketView): boolean {
  const sent = endOfSeen(ints, me);
  if (sent !== 0 && view.sequence !== 0 && after(view.sequence, sent)) return true;
  const received = endOfSeen(ints, peer);
  return (view.flags & TCP_ACK) !== 0 && received !== 0 && after(view.acknowledgment, received);
}

/** The endpoint sent payload, or acknowledged some. */
function hasSpoken(ints: Int32Array, me: number, peer: number): boolean {
  if (ints[me + E_LAST_DATA_FRAME] !== 0) return true;
  if ((ints[me + E_FLAGS] & END_HAS_ACKED) === 0 || ints[peer + E_LAST_DATA_FRAME] === 0) return false;
  return after(ints[me + E_ACKED], (ints[peer + E_BASE_SEQUENCE] + 1) | 0);
}

/**
 * Would the receiver accept the RST? RFC 9293 section 3.10.7.3 in SYN-SENT: the ACK must acknowledge the SYN.
 * Elsewhere RFC 5961 section 3.2: the sequence number must be RCV.NXT. That lies between what the receiver
 * last acknowledged and what was sent to it; either end can be it, a point between cannot be told.
 * Linux also takes one before RCV.NXT once a FIN was received (tcp_reset_check).
 */
function isAccepted(ints: Int32Array, me: number, peer: number, receiverState: number, view: PacketView): boolean {
  if (receiverState === CLOSED) return false;
  const theirs = ints[peer + E_FLAGS];
  if (receiverState === SYN_SENT) {
    if ((view.flags & TCP_ACK) === 0) return false;
    const acknowledgment = view.acknowledgment;
    return after(acknowledgment, ints[peer + E_ISN]) && atOrBefore(acknowledgment, ints[peer + E_NEXT_SEQUENCE]);
  }
  const sent = ints[me + E_NEXT_SEQUENCE];
  const sequence = view.sequence;
  const acknowledged = (theirs & END_HAS_ACKED) !== 0;
  if (sent === 0 && !acknowledged) return true; // nothing known to hold it against
  if (sent !== 0 && sequence === sent) return true;
  if (acknowledged && sequence === ints[peer + E_ACKED]) return true;
  if (receiverState === CLOSE_WAIT || receiverState === LAST_ACK || receiverState === CLOSING) {
    return sequence === ((sent - 1) | 0);
  }
  // Data that the capture missed: beyond what was seen sent, the receiver may be further on.
  return receiverState === ESTABLISHED && sent === 0;
}
