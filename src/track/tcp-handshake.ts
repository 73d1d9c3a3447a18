import { type PacketView, TCP_ACK, TCP_RST, TCP_SYN } from '../../parsers/packet-view.ts';
import {
  C_ACK_FRAME,
  C_COMPLETENESS,
  C_CONNECTED_FRAME,
  C_HANDSHAKE,
  C_STATUS,
  C_SYN_ACK_COUNT,
  C_SYN_ACK_FRAME,
  C_SYN_COUNT,
  C_SYN_FRAME,
  C_SYN_WINDOW,
  E_BASE_SEQUENCE,
  E_FLAGS,
  E_ISN,
  E_LAST_DATA_FRAME,
  E_PACKETS,
  E_RESETS,
  E_SYN_OPTIONS,
  E_WINDOW_SCALE,
  END_BASE_SET,
  END_RESET_SENT,
  END_SYN_ACK_SENT,
  END_SYN_ACKED,
  END_SYN_SENT,
  END_UNSCALED,
  F_LAST_DATA_TIME,
  F_LAST_TIME,
  HANDSHAKE_ABORTED,
  HANDSHAKE_ACCEPTED,
  HANDSHAKE_ACK_IGNORED,
  HANDSHAKE_ACK_MISSED,
  HANDSHAKE_ANY_SYN,
  HANDSHAKE_ASSUMED,
  HANDSHAKE_CLIENT_1,
  HANDSHAKE_CLIENT_KNOWN,
  HANDSHAKE_CONNECTED,
  HANDSHAKE_FAST_OPEN,
  HANDSHAKE_NOT_HEARD,
  HANDSHAKE_OTHER,
  HANDSHAKE_REFUSED,
  HANDSHAKE_SIMULTANEOUS,
  HANDSHAKE_SYN,
  HANDSHAKE_SYN_ACK,
  ROW_CLOSED,
  ROW_RESET,
  T_ACCEPTED,
  T_ACCEPTED_SYN_ACK,
  T_ANY_SYN,
  T_CONNECTED,
  T_CONNECTED_SYN,
  T_INITIAL_RTT,
  T_LAST_SYN,
  T_LAST_SYN_ACK,
  T_NOW,
  T_SYN,
  T_SYN_ACK,
} from './columns.ts';
import type { Cursor } from './cursor.ts';
import { acknowledgesSyn, takeOther } from './incarnations.ts';
import { distance } from './sequence.ts';
import { isBeforePeer } from './tcp-close.ts';

/** Bits of E_SYN_OPTIONS: MSS (0xffff where absent) in the low half, then what follows. */
const OPTION_SCALE_SHIFT = 16; // 5 bits, 31 where absent
const OPTION_SACK_PERMITTED = 1 << 21;
const OPTION_TIMESTAMPS = 1 << 22;
const OPTION_FAST_OPEN = 1 << 23;

export function packOptions(view: PacketView): number {
  return (
    (view.mss & 0xffff) |
    ((view.windowScale & 31) << OPTION_SCALE_SHIFT) |
    (view.sackPermitted !== 0 ? OPTION_SACK_PERMITTED : 0) |
    (view.hasTimestamps !== 0 ? OPTION_TIMESTAMPS : 0) |
    (view.fastOpen !== 0 ? OPTION_FAST_OPEN : 0)
  );
}

export function unpackOptions(packed: number): {
  mss: number | null;
  windowScale: number | null;
  sackPermitted: boolean;
  timestamps: boolean;
  fastOpen: boolean;
} {
  const mss = packed & 0xffff;
  const windowScale = (packed >>> OPTION_SCALE_SHIFT) & 31;
  return {
    mss: mss === 0xffff ? null : mss,
    windowScale: windowScale === 31 ? null : windowScale,
    sackPermitted: (packed & OPTION_SACK_PERMITTED) !== 0,
    timestamps: (packed & OPTION_TIMESTAMPS) !== 0,
    fastOpen: (packed & OPTION_FAST_OPEN) !== 0,
  };
}

/**
 * The first SYN tells who called connect(): its sender, or the receiver of a SYN-ACK.
 * Copies of a SYN count for the time of the last one, as in Wireshark.
 */
export function noteRoles(cursor: Cursor, view: PacketView, isCopy: boolean): void {
  const { ints, floats, at, me, times } = cursor;
  if ((view.flags & TCP_ACK) === 0) {
    ints[at + C_HANDSHAKE] |= HANDSHAKE_ANY_SYN;
    floats[times + T_ANY_SYN] = floats[times + T_NOW];
  }
  const handshake = ints[at + C_HANDSHAKE];
  if ((handshake & HANDSHAKE_CLIENT_KNOWN) !== 0) {
    if ((handshake & HANDSHAKE_FAILED) !== 0 && (view.flags & TCP_ACK) === 0 && !isCopy) tryAgain(cursor);
    return;
  }
  const client = (view.flags & TCP_ACK) !== 0 ? 1 - cursor.sender : cursor.sender;
  // What the RSTs before its first SYN-ACK refused were earlier SYNs, which the capture does not have.
  if ((view.flags & TCP_ACK) !== 0 && ints[me + E_PACKETS] === ints[me + E_RESETS] + 1) tryAgain(cursor);
  const isAfterReset = (ints[at + C_STATUS] & ROW_RESET) !== 0 && isBeforePeer(cursor);
  ints[at + C_HANDSHAKE] =
    handshake |
    HANDSHAKE_CLIENT_KNOWN |
    (client === 1 ? HANDSHAKE_CLIENT_1 : 0) |
    (isAfterReset ? noteEarlyReset(cursor, view) : 0);
}

/**
 * The RST that answers a SYN stands in front of it in the file, where frames are in the wrong order. It refuses the SYN
 * if it acknowledges it (RFC 9293 3.10.7.3); else it changes nothing. Comes before the SYN sets a base sequence number.
 * @returns the bits of C_HANDSHAKE that this adds
 */
function noteEarlyReset({ ints, at, me, peer }: Cursor, view: PacketView): number {
  if (ints[me + E_PACKETS] !== 1 || ints[peer + E_PACKETS] !== ints[peer + E_RESETS]) return 0;
  const isAcknowledged = (ints[me + E_FLAGS] & END_BASE_SET) !== 0 && ints[me + E_BASE_SEQUENCE] === view.sequence;
  if (isAcknowledged) return HANDSHAKE_REFUSED;
  ints[at + C_STATUS] &= ~(ROW_RESET | ROW_CLOSED);
  ints[peer + E_FLAGS] &= ~END_RESET_SENT;
  return 0;
}

const HANDSHAKE_FAILED = HANDSHAKE_REFUSED | HANDSHAKE_ABORTED;

/** The same SYN after an RST: connect() tries again, and what the RST ended begins anew. */
function tryAgain(cursor: Cursor): void {
  cursor.ints[cursor.at + C_HANDSHAKE] &= ~HANDSHAKE_FAILED;
  cursor.ints[cursor.at + C_STATUS] &= ~(ROW_RESET | ROW_CLOSED);
}

/** A SYN or SYN-ACK: the first of each, when connect() returned. Comes after `noteRoles`. */
export function noteSyn(cursor: Cursor, view: PacketView): void {
  const { ints, floats, at, me, peer, times } = cursor;
  const isSynAck = (view.flags & TCP_ACK) !== 0;
  const now = floats[times + T_NOW];
  let handshake = ints[at + C_HANDSHAKE];
  const fromClient = ((handshake & HANDSHAKE_CLIENT_1) !== 0 ? 1 : 0) === cursor.sender;

  const isFirst = (ints[me + E_FLAGS] & (END_SYN_SENT | END_SYN_ACK_SENT)) === 0;
  // A SYN-ACK that acknowledged nothing does not bind: the one that does is the server's.
  const isBetter =
    isSynAck && (handshake & HANDSHAKE_CONNECTED) === 0 && acknowledgesSyn(ints, peer, view.acknowledgment);
  if (isFirst || isBetter) {
    ints[me + E_ISN] = view.sequence;
    ints[at + C_SYN_WINDOW + cursor.sender] = view.window;
    ints[me + E_SYN_OPTIONS] = packOptions(view);
  }
  ints[me + E_FLAGS] |= isSynAck ? END_SYN_ACK_SENT : END_SYN_SENT;

  if (!isSynAck) {
    if (fromClient) {
      ints[at + C_SYN_COUNT]++;
      if ((handshake & HANDSHAKE_SYN) === 0) {
        handshake |= HANDSHAKE_SYN;
        ints[at + C_SYN_FRAME] = view.frame;
        floats[times + T_SYN] = now;
      }
      if ((handshake & HANDSHAKE_CONNECTED) === 0) floats[times + T_LAST_SYN] = now;
      else handshake |= HANDSHAKE_NOT_HEARD;
    } else if ((ints[peer + E_FLAGS] & END_SYN_SENT) !== 0) {
      handshake |= HANDSHAKE_SIMULTANEOUS;
    }
  } else {
    if (!fromClient) ints[at + C_SYN_ACK_COUNT]++;
    if (!fromClient) handshake |= whatBecameOfAck(cursor, handshake);
    if ((handshake & HANDSHAKE_SYN_ACK) === 0) {
      handshake |= HANDSHAKE_SYN_ACK;
      ints[at + C_SYN_ACK_FRAME] = view.frame;
      floats[times + T_SYN_ACK] = now;
    }
    if ((handshake & HANDSHAKE_ACCEPTED) === 0 && !fromClient) floats[times + T_LAST_SYN_ACK] = now;
    if ((handshake & HANDSHAKE_CONNECTED) === 0 && !fromClient && acknowledgesSyn(ints, peer, view.acknowledgment)) {
      handshake |= HANDSHAKE_CONNECTED;
      ints[at + C_CONNECTED_FRAME] = view.frame;
      floats[times + T_CONNECTED] = now;
      floats[times + T_CONNECTED_SYN] = floats[times + T_LAST_SYN];
      if (distance(view.acknowledgment, ints[peer + E_ISN]) > 1) handshake |= HANDSHAKE_FAST_OPEN;
    }
  }
  ints[at + C_HANDSHAKE] = handshake;
}

/** A client acknowledges a SYN-ACK that comes again, which is a second after the first at the earliest; a copy of its ACK comes sooner. */
const ACKED_AGAIN_AFTER = 500e6;

/**
 * A SYN-ACK again, although its ACK passed longer than a round trip ago and cannot have crossed it: the ACK was lost behind this
 * capture, or dropped because the accept queue was full (tcp_check_req). The second where what the client sent since has passed
 * as long ago.
 */
function whatBecameOfAck({ ints, floats, at, peer, times, peerTimes }: Cursor, handshake: number): number {
  if ((handshake & (HANDSHAKE_ACCEPTED | HANDSHAKE_SIMULTANEOUS)) !== HANDSHAKE_ACCEPTED) return 0;
  if (ints[at + C_SYN_ACK_COUNT] < 2) return 0;
  const now = floats[times + T_NOW];
  const accepted = floats[times + T_ACCEPTED];
  // Which of several SYNs it answers is not known: at the most, the round trip began with the first.
  const syn = ints[at + C_SYN_COUNT] > 1 ? floats[times + T_SYN] : floats[times + T_CONNECTED_SYN];
  const roundTrip = floats[times + T_CONNECTED] - syn;
  if (now - accepted <= roundTrip) return 0;
  const last = floats[peerTimes + F_LAST_TIME];
  const saidMore =
    last - accepted > ACKED_AGAIN_AFTER ||
    (ints[peer + E_LAST_DATA_FRAME] !== 0 && floats[peerTimes + F_LAST_DATA_TIME] > accepted);
  return saidMore && now - last > roundTrip ? HANDSHAKE_ACK_MISSED | HANDSHAKE_ACK_IGNORED : HANDSHAKE_ACK_MISSED;
}

/** An ACK while a SYN of the other side is not yet acknowledged: the third step, or its like. */
export function noteHandshakeAck(cursor: Cursor, view: PacketView): void {
  const { ints, floats, at, me, peer, times } = cursor;
  const handshake = ints[at + C_HANDSHAKE];
  const fromClient = ((handshake & HANDSHAKE_CLIENT_1) !== 0 ? 1 : 0) === cursor.sender;
  if ((handshake & HANDSHAKE_OTHER) !== 0) takeOther(cursor, view);
  const theirs = ints[peer + E_FLAGS];
  if ((theirs & (END_SYN_SENT | END_SYN_ACK_SENT)) !== 0) {
    if ((theirs & END_SYN_ACKED) === 0 && acknowledgesSyn(ints, peer, view.acknowledgment)) {
      ints[peer + E_FLAGS] = theirs | END_SYN_ACKED;
      if (fromClient) {
        // The client goes on: the RST that seemed to refuse it did not reach it.
        if ((handshake & HANDSHAKE_REFUSED) !== 0) tryAgain(cursor);
        ints[at + C_HANDSHAKE] |= HANDSHAKE_ACCEPTED;
        ints[at + C_ACK_FRAME] = view.frame;
        floats[times + T_ACCEPTED] = floats[times + T_NOW];
        floats[times + T_ACCEPTED_SYN_ACK] = floats[times + T_LAST_SYN_ACK];
      }
    }
  } else if (fromClient && (ints[me + E_FLAGS] & END_SYN_SENT) !== 0 && (view.flags & (TCP_SYN | TCP_RST)) === 0) {
    // The client goes on as if it had its SYN-ACK: it did, and the capture has not.
    ints[at + C_HANDSHAKE] |= HANDSHAKE_ASSUMED;
  } else if (ints[peer + E_PACKETS] === 0 && (ints[me + E_FLAGS] & END_SYN_ACK_SENT) !== 0 && goesOn(cursor, view)) {
    // So does a server whose client is not in the capture: out of SYN-RECEIVED only an ACK leads (RFC 9293 3.10.7.4).
    ints[at + C_HANDSHAKE] |= HANDSHAKE_ASSUMED;
  }
}

/** More than the handshake: payload, or an ACK of some. */
function goesOn({ ints, peer }: Cursor, view: PacketView): boolean {
  if ((view.flags & (TCP_SYN | TCP_RST)) !== 0) return false;
  return view.dataLength > 0 || view.acknowledgment !== ((ints[peer + E_BASE_SEQUENCE] + 1) | 0);
}

/** What Wireshark remembers of window scaling (verify_tcp_window_scaling): known only if both SYNs are. */
export function noteWindowScale(cursor: Cursor, view: PacketView): void {
  const { ints, me, peer } = cursor;
  if (view.windowScale >= 0) ints[me + E_WINDOW_SCALE] = view.windowScale;
  if (ints[me + E_WINDOW_SCALE] === -1) {
    ints[me + E_WINDOW_SCALE] = -2;
    ints[peer + E_WINDOW_SCALE] = -2;
  } else if ((view.flags & TCP_ACK) !== 0 && ints[peer + E_WINDOW_SCALE] === -2) {
    ints[me + E_WINDOW_SCALE] = -2;
  }
  ints[me + E_FLAGS] |= END_UNSCALED;
}

/** Wireshark's initial RTT: last SYN to first segment with ACK and without SYN, whoever sent them. */
export function noteInitialRtt(cursor: Cursor): void {
  const { floats, times } = cursor;
  floats[times + T_INITIAL_RTT] = floats[times + T_NOW] - floats[times + T_ANY_SYN];
}

/** Bits of C_COMPLETENESS, as Wireshark's tcp.completeness. */
const COMPLETENESS_SYN = 1;
const COMPLETENESS_SYN_ACK = 2;
export const COMPLETENESS_ACK = 4;
export const COMPLETENESS_DATA = 8;
export const COMPLETENESS_FIN = 16;
export const COMPLETENESS_RST = 32;

/** The bits that a segment adds. @param isFirst the segment begins the stream */
export function completenessOf(flags: number, length: number, isFirst: boolean): number {
  if (isFirst) {
    if ((flags & (TCP_SYN | TCP_ACK)) !== TCP_SYN) return 0;
    return length > 0 ? COMPLETENESS_SYN | COMPLETENESS_DATA : COMPLETENESS_SYN;
  }
  let bits = 0;
  if ((flags & TCP_ACK) !== 0) {
    if ((flags & TCP_SYN) !== 0) bits = COMPLETENESS_SYN_ACK;
    else bits = length > 0 ? COMPLETENESS_DATA : COMPLETENESS_ACK;
    if ((flags & 1) !== 0) bits |= COMPLETENESS_FIN;
  }
  return (flags & TCP_RST) !== 0 ? bits | COMPLETENESS_RST : bits;
}

/** Adds a segment to the stream's completeness. */
export function noteCompleteness(cursor: Cursor, view: PacketView, isFirst: boolean): void {
  cursor.ints[cursor.at + C_COMPLETENESS] |= completenessOf(view.flags, view.dataLength, isFirst);
}
