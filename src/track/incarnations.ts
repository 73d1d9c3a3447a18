import { type PacketView, TCP_ACK, TCP_RST, TCP_SYN } from '../../parsers/packet-view.ts';
import {
  C_CONNECTED_FRAME,
  C_HANDSHAKE,
  C_OLDER,
  C_OLDER_ACKNOWLEDGMENT,
  C_OTHER_FRAME,
  C_OTHER_ISN,
  C_OTHER_OPTIONS,
  C_OTHER_WINDOW,
  C_REUSED_STREAM,
  C_STATUS,
  C_STREAM,
  C_SYN_ACK_COUNT,
  C_SYN_ACK_FRAME,
  C_SYN_WINDOW,
  E_ACKED,
  E_COVER_END,
  E_FLAGS,
  E_GAPS,
  E_ISN,
  E_MAX_TO_ACKNOWLEDGE,
  E_NEXT_SEQUENCE,
  E_SYN_OPTIONS,
  E_TIMED,
  E_WINDOW_SCALE,
  END_COVERED,
  END_HAS_ACKED,
  END_OLDER,
  END_SYN_ACK_SENT,
  END_SYN_ACKED,
  END_SYN_SENT,
  ENDPOINT_INT_0,
  ENDPOINT_INT_STRIDE,
  F_LAST_TIME,
  HANDSHAKE_ACCEPTED,
  HANDSHAKE_ASSUMED,
  HANDSHAKE_CLIENT_1,
  HANDSHAKE_CONNECTED,
  HANDSHAKE_NOT_HEARD,
  HANDSHAKE_OTHER,
  HANDSHAKE_SYN_ACK,
  INT_STRIDE,
  ROW_RETIRED,
  ROW_USED,
  T_CONNECTED,
  T_CONNECTED_SYN,
  T_LAST_SYN,
  T_LAST_SYN_ACK,
  T_NOW,
  T_OTHER,
} from './columns.ts';
import type { Cursor } from './cursor.ts';
import { after, atOrBefore, distance } from './sequence.ts';
import { diverge } from './wireshark-numbers.ts';

/*
 * Whose packet it was. The frames of a 4-tuple from one SYN to the next are one stream, as in Wireshark. Not all of them
 * are of that connection: a host that still holds an older one of the same 4-tuple answers the SYN with an ACK of that
 * (RFC 9293 3.10.7.4, RFC 5961 4), and where two machines answer for one address only one of two SYN-ACKs counts. Such
 * segments count as packets, and take nothing forward.
 */

/** Numbers so near to those of the older connection are its own: a window without scaling, some times over. */
const NEAR = 1 << 20;
/** What a peer may have sent and had acknowledged while the capture missed its SYN-ACK and ACK: a first window. */
const FIRST_WINDOW = 1 << 16;

/** The acknowledgment covers the endpoint's SYN and nothing that it has not sent. */
export function acknowledgesSyn(ints: Int32Array, endpoint: number, acknowledgment: number): boolean {
  if ((ints[endpoint + E_FLAGS] & (END_SYN_SENT | END_SYN_ACK_SENT)) === 0) return false;
  return after(acknowledgment, ints[endpoint + E_ISN]) && atOrBefore(acknowledgment, ints[endpoint + E_NEXT_SEQUENCE]);
}

/**
 * Is the segment of an older connection of the same 4-tuple? One that comes to a side which waits for the answer to its
 * SYN and does not acknowledge that SYN is (RFC 9293 3.10.7.3), and so is the RST that such a one draws.
 */
export function isOfOlder(cursor: Cursor, view: PacketView): boolean {
  const { ints, at, me, peer } = cursor;
  const mine = ints[me + E_FLAGS];
  const theirs = ints[peer + E_FLAGS];
  if ((view.flags & TCP_SYN) !== 0) return false;
  if ((view.flags & TCP_RST) !== 0 && answersOlder(ints, at, peer, view.sequence)) return true;
  if ((theirs & (END_SYN_SENT | END_SYN_ACK_SENT | END_SYN_ACKED)) !== END_SYN_SENT) return false;
  if ((mine & (END_SYN_SENT | END_SYN_ACK_SENT)) !== 0 || (ints[at + C_HANDSHAKE] & HANDSHAKE_ASSUMED) !== 0)
    return false;
  if ((view.flags & TCP_ACK) === 0) return (view.flags & TCP_RST) !== 0;
  if (acknowledgesSyn(ints, peer, view.acknowledgment)) return false;
  // What acknowledges more than was seen may also tell of segments that the capture lacks.
  const beyond = distance(view.acknowledgment, ints[peer + E_NEXT_SEQUENCE]);
  if (beyond <= 0 || view.dataLength === 0) return true;
  return beyond > FIRST_WINDOW || hasOldNumbers(cursor, view);
}

/** Its sequence number is near to what its sender had sent on the older connection. */
function hasOldNumbers({ ints, at, row }: Cursor, view: PacketView): boolean {
  const older = olderRow(ints, row);
  if (older < 0) return false;
  const receiver = (ints[at + C_OLDER] - 1) & 1;
  const endpoint = older * INT_STRIDE + ENDPOINT_INT_0 + (1 - receiver) * ENDPOINT_INT_STRIDE;
  return Math.abs(distance(view.sequence, ints[endpoint + E_NEXT_SEQUENCE])) < NEAR;
}

/** The row of C_OLDER, -1 where it has none any more. */
export function olderRow(ints: Int32Array, row: number): number {
  const at = row * INT_STRIDE;
  if (ints[at + C_OLDER] === 0) return -1;
  const older = (ints[at + C_OLDER] - 1) >>> 1;
  const isWaiting = (ints[older * INT_STRIDE + C_STATUS] & (ROW_USED | ROW_RETIRED)) === ROW_USED;
  return isWaiting && ints[older * INT_STRIDE + C_STREAM] === ints[at + C_REUSED_STREAM] - 1 ? older : -1;
}

/** The SYN was answered: nothing more is to be heard of the older connection that waits for it. */
export function isAnswered(ints: Int32Array, at: number): boolean {
  return ints[at + C_OLDER] !== 0 && (ints[at + C_HANDSHAKE] & HANDSHAKE_SYN_ACK) !== 0;
}

/** An RST of this number answers what `endpoint` sent on an older connection. */
export function answersOlder(ints: Int32Array, at: number, endpoint: number, sequence: number): boolean {
  return (ints[endpoint + E_FLAGS] & END_OLDER) !== 0 && sequence === ints[at + C_OLDER_ACKNOWLEDGMENT];
}

/** A segment of an older connection was sent, not an RST that answers one. */
export function noteOlder({ ints, at, me, peer }: Cursor, view: PacketView): void {
  if ((ints[peer + E_FLAGS] & END_OLDER) !== 0) return;
  ints[me + E_FLAGS] |= END_OLDER;
  if ((view.flags & TCP_ACK) !== 0) ints[at + C_OLDER_ACKNOWLEDGMENT] = view.acknowledgment;
}

/**
 * Is it a second SYN-ACK, with another number, or the RST of its sender? Two servers behind one address, or one that
 * has forgotten its first SYN-ACK; the client keeps to the one that it took.
 */
export function isOfOther(cursor: Cursor, view: PacketView): boolean {
  const { ints, at, me, peer } = cursor;
  if ((ints[me + E_FLAGS] & END_SYN_ACK_SENT) === 0) return false;
  if ((view.flags & TCP_RST) !== 0) return isOfOtherSynAck(ints, at, me, view.sequence);
  if ((view.flags & (TCP_SYN | TCP_ACK)) !== (TCP_SYN | TCP_ACK) || view.sequence === ints[me + E_ISN]) return false;
  return (ints[at + C_HANDSHAKE] & HANDSHAKE_CONNECTED) !== 0 || !acknowledgesSyn(ints, peer, view.acknowledgment);
}

/** The number after that of the SYN-ACK that its receiver did not take. */
export function isOfOtherSynAck(ints: Int32Array, at: number, endpoint: number, sequence: number): boolean {
  if ((ints[at + C_HANDSHAKE] & HANDSHAKE_OTHER) === 0) return false;
  const next = (ints[at + C_OTHER_ISN] + 1) | 0;
  return sequence === next && ints[at + C_OTHER_ISN] !== ints[endpoint + E_ISN];
}

/** Keeps the other SYN-ACK: the client may turn out to have taken that. @param options packed by packOptions */
export function noteOther({ ints, floats, at, times }: Cursor, view: PacketView, options: number): void {
  if ((view.flags & TCP_SYN) === 0) return;
  const isKnown = (ints[at + C_HANDSHAKE] & HANDSHAKE_OTHER) !== 0 && ints[at + C_OTHER_ISN] === view.sequence;
  if (isKnown) return;
  ints[at + C_HANDSHAKE] |= HANDSHAKE_OTHER;
  ints[at + C_OTHER_ISN] = view.sequence;
  ints[at + C_OTHER_FRAME] = view.frame;
  ints[at + C_OTHER_WINDOW] = view.window;
  ints[at + C_OTHER_OPTIONS] = options;
  floats[times + T_OTHER] = floats[times + T_NOW];
}

/**
 * The client acknowledges the other SYN-ACK, or its sender goes on from it: it is the server's, unless the first has said
 * more than its SYN-ACK.
 */
export function takeOther(cursor: Cursor, view: PacketView): void {
  const { ints, at, me, peer } = cursor;
  const handshake = ints[at + C_HANDSHAKE];
  if ((handshake & HANDSHAKE_OTHER) === 0 || (view.flags & (TCP_SYN | TCP_RST | TCP_ACK)) !== TCP_ACK) return;
  const next = (ints[at + C_OTHER_ISN] + 1) | 0;
  const fromClient = ((handshake & HANDSHAKE_CLIENT_1) !== 0 ? 1 : 0) === cursor.sender;
  const server = fromClient ? peer : me;
  const first = ints[server + E_ISN];
  if (ints[at + C_OTHER_ISN] === first || ints[server + E_NEXT_SEQUENCE] !== ((first + 1) | 0)) return;
  if (fromClient) {
    if (view.acknowledgment === next) bindOther(cursor, server, me, true);
  } else if (view.sequence === next && (ints[server + E_FLAGS] & END_SYN_ACKED) === 0) {
    bindOther(cursor, server, peer, false);
  }
}

function bindOther(cursor: Cursor, server: number, client: number, fromClient: boolean): void {
  const { ints, floats, at, times, myTimes, peerTimes } = cursor;
  const isn = ints[at + C_OTHER_ISN];
  const options = ints[at + C_OTHER_OPTIONS];
  const window = ints[at + C_OTHER_WINDOW];
  const frame = ints[at + C_OTHER_FRAME];
  const handshake = ints[at + C_HANDSHAKE];
  const offered = at + C_SYN_WINDOW + (server === at + ENDPOINT_INT_0 ? 0 : 1);
  ints[at + C_OTHER_ISN] = ints[server + E_ISN];
  ints[at + C_OTHER_FRAME] = ints[at + C_SYN_ACK_FRAME];
  ints[at + C_OTHER_OPTIONS] = ints[server + E_SYN_OPTIONS];
  ints[at + C_OTHER_WINDOW] = ints[offered];
  ints[server + E_ISN] = isn;
  ints[offered] = window;
  ints[server + E_SYN_OPTIONS] = options;
  beginSequences(ints, server, (isn + 1) | 0);
  if ((ints[client + E_FLAGS] & END_HAS_ACKED) !== 0) ints[client + E_ACKED] = (isn + 1) | 0;
  const scale = (options >>> 16) & 31;
  if (ints[server + E_WINDOW_SCALE] >= 0 && scale !== 31) ints[server + E_WINDOW_SCALE] = scale;
  if ((handshake & HANDSHAKE_ACCEPTED) !== 0) return;
  if ((handshake & HANDSHAKE_CONNECTED) !== 0) {
    ints[at + C_CONNECTED_FRAME] = frame;
    floats[times + T_CONNECTED] = floats[times + T_OTHER];
    const wasSentAgain = (handshake & HANDSHAKE_NOT_HEARD) !== 0;
    const lastOfClient = floats[(fromClient ? myTimes : peerTimes) + F_LAST_TIME];
    floats[times + T_CONNECTED_SYN] = wasSentAgain ? lastOfClient : floats[times + T_LAST_SYN];
  }
  floats[times + T_LAST_SYN_ACK] = floats[times + T_OTHER];
}

/** All that is known of the endpoint's numbers is where its bytes begin. */
function beginSequences(ints: Int32Array, endpoint: number, sequence: number): void {
  ints[endpoint + E_NEXT_SEQUENCE] = sequence;
  ints[endpoint + E_MAX_TO_ACKNOWLEDGE] = sequence;
  ints[endpoint + E_FLAGS] |= END_COVERED;
  ints[endpoint + E_COVER_END] = sequence;
  ints[endpoint + E_GAPS] = 0;
  ints[endpoint + E_TIMED] = 0;
}

/** A SYN-ACK that acknowledges the SYN comes after one that did not: that was not of this connection. */
export function forgetUnanswering(cursor: Cursor, view: PacketView): void {
  const { ints, at, me, peer } = cursor;
  if ((view.flags & (TCP_SYN | TCP_ACK)) !== (TCP_SYN | TCP_ACK) || (ints[me + E_FLAGS] & END_SYN_ACK_SENT) === 0)
    return;
  if ((ints[at + C_HANDSHAKE] & HANDSHAKE_CONNECTED) !== 0 || view.sequence === ints[me + E_ISN]) return;
  if (!acknowledgesSyn(ints, peer, view.acknowledgment)) return;
  diverge(cursor);
  beginSequences(ints, me, view.sequence);
  ints[me + E_FLAGS] &= ~END_HAS_ACKED;
  ints[at + C_SYN_ACK_COUNT] = 0;
}
