import type { PacketView } from '../../parsers/packet-view.ts';
import {
  SCTP_ABORT,
  SCTP_ABORT_REFLECTS,
  SCTP_COOKIE_ACK,
  SCTP_COOKIE_ECHO,
  SCTP_DATA,
  SCTP_INIT,
  SCTP_INIT_ACK,
  SCTP_SHUTDOWN,
  SCTP_SHUTDOWN_ACK,
  SCTP_SHUTDOWN_COMPLETE,
} from '../../parsers/transport/sctp.ts';
import {
  C_ACK_FRAME,
  C_CONNECTED_FRAME,
  C_HANDSHAKE,
  C_STATUS,
  C_SYN_ACK_COUNT,
  C_SYN_ACK_FRAME,
  C_SYN_COUNT,
  C_SYN_FRAME,
  E_BASE_SEQUENCE,
  E_FIN_ACK_FRAME,
  E_FIN_FRAME,
  E_FINS,
  E_FLAGS,
  E_RESETS,
  E_SYNS,
  END_BASE_SET,
  END_CLOSED_SECOND,
  END_FIN_ACKED,
  END_FIN_SENT,
  END_RESET_SENT,
  END_SYN_ACK_SENT,
  END_SYN_ACKED,
  END_SYN_SENT,
  F_FIN_ACK_TIME,
  F_FIN_TIME,
  F_LAST_TIME,
  F_PEER_BYTES_AT_FIN,
  F_UNIQUE_BYTES,
  HANDSHAKE_ABORTED,
  HANDSHAKE_ACCEPTED,
  HANDSHAKE_CLIENT_1,
  HANDSHAKE_CLIENT_KNOWN,
  HANDSHAKE_CONNECTED,
  HANDSHAKE_REFUSED,
  HANDSHAKE_SYN,
  HANDSHAKE_SYN_ACK,
  ROW_CLOSED,
  ROW_RESET,
  T_ACCEPTED,
  T_ACCEPTED_SYN_ACK,
  T_CONNECTED,
  T_CONNECTED_SYN,
  T_LAST_SYN,
  T_LAST_SYN_ACK,
  T_NOW,
  T_SYN,
  T_SYN_ACK,
} from './columns.ts';
import type { Cursor } from './cursor.ts';
import { noteDatagramPayload } from './datagrams.ts';
import { isDuplicateSctp } from './duplicates.ts';
import { EVENT_RST, EVENT_STRIDE, V_DETAIL, V_ENDPOINT, V_FRAME, V_STATE, V_VALUE } from './event-columns.ts';
import type { EventPool } from './events.ts';
import type { Slab } from './slab.ts';
import { stateOf } from './tcp-state.ts';
import { noteZeekDatagram } from './zeek.ts';

/**
 * A packet of an SCTP association (RFC 9260 section 5 and 9), told in the columns that TCP uses: INIT is its SYN,
 * INIT ACK its SYN-ACK, COOKIE ECHO its ACK, SHUTDOWN and SHUTDOWN ACK its two FINs, ABORT its RST.
 * E_BASE_SEQUENCE holds the tag that an endpoint chose for packets sent to it.
 *
 * @returns true when the association is over
 */
export function updateSctp(cursor: Cursor, view: PacketView, slab: Slab, events: EventPool): boolean {
  const { ints, at, me, peer } = cursor;
  if (isDuplicateSctp(cursor, view)) return false;
  cursor.floats[cursor.myTimes + F_LAST_TIME] = cursor.floats[cursor.times + T_NOW];
  noteZeekDatagram(cursor);
  const chunks = view.chunks;
  if ((chunks & (SCTP_INIT | SCTP_INIT_ACK)) !== 0) noteInit(cursor, view);
  if ((chunks & (SCTP_COOKIE_ECHO | SCTP_COOKIE_ACK)) !== 0) noteCookie(cursor, view);
  if ((chunks & (SCTP_SHUTDOWN | SCTP_SHUTDOWN_ACK | SCTP_SHUTDOWN_COMPLETE)) !== 0) noteShutdown(cursor, view);
  if ((chunks & SCTP_ABORT) !== 0) noteAbort(cursor, view, slab, events);
  if ((chunks & SCTP_DATA) !== 0) noteDatagramPayload(cursor, view);
  if ((ints[at + C_STATUS] & ROW_RESET) !== 0) return true;
  return (ints[me + E_FLAGS] & ints[peer + E_FLAGS] & END_FIN_SENT) !== 0;
}

/** An INIT on a known address pair begins a new association once the old one is over. */
export function beginsNewAssociation(ints: Int32Array, at: number, view: PacketView): boolean {
  return (view.chunks & SCTP_INIT) !== 0 && (ints[at + C_STATUS] & ROW_CLOSED) !== 0;
}

function noteInit(cursor: Cursor, view: PacketView): void {
  const { ints, floats, at, me, times } = cursor;
  const isAck = (view.chunks & SCTP_INIT_ACK) !== 0;
  const now = floats[times + T_NOW];
  let handshake = ints[at + C_HANDSHAKE];
  ints[me + E_SYNS]++;
  ints[me + E_FLAGS] |= END_BASE_SET | (isAck ? END_SYN_ACK_SENT : END_SYN_SENT);
  ints[me + E_BASE_SEQUENCE] = view.initiateTag;
  if ((handshake & HANDSHAKE_CLIENT_KNOWN) === 0) {
    const client = isAck ? 1 - cursor.sender : cursor.sender;
    handshake |= HANDSHAKE_CLIENT_KNOWN | (client === 1 ? HANDSHAKE_CLIENT_1 : 0);
  }
  if (isAck) {
    ints[at + C_SYN_ACK_COUNT]++;
    floats[times + T_LAST_SYN_ACK] = now;
    if ((handshake & HANDSHAKE_SYN_ACK) === 0) {
      handshake |= HANDSHAKE_SYN_ACK;
      ints[at + C_SYN_ACK_FRAME] = view.frame;
      floats[times + T_SYN_ACK] = now;
    }
  } else {
    ints[at + C_SYN_COUNT]++;
    floats[times + T_LAST_SYN] = now;
    if ((handshake & HANDSHAKE_SYN) === 0) {
      handshake |= HANDSHAKE_SYN;
      ints[at + C_SYN_FRAME] = view.frame;
      floats[times + T_SYN] = now;
    }
  }
  ints[at + C_HANDSHAKE] = handshake;
}

/** COOKIE ECHO makes the association at the server, COOKIE ACK lets the client's connect() return. */
function noteCookie(cursor: Cursor, view: PacketView): void {
  const { ints, floats, at, me, peer, times } = cursor;
  const now = floats[times + T_NOW];
  const handshake = ints[at + C_HANDSHAKE];
  if ((view.chunks & SCTP_COOKIE_ECHO) !== 0 && (handshake & HANDSHAKE_ACCEPTED) === 0) {
    ints[at + C_HANDSHAKE] = handshake | HANDSHAKE_ACCEPTED;
    ints[at + C_ACK_FRAME] = view.frame;
    ints[peer + E_FLAGS] |= END_SYN_ACKED;
    floats[times + T_ACCEPTED] = now;
    floats[times + T_ACCEPTED_SYN_ACK] = floats[times + T_LAST_SYN_ACK];
  } else if ((view.chunks & SCTP_COOKIE_ACK) !== 0 && (handshake & HANDSHAKE_CONNECTED) === 0) {
    ints[at + C_HANDSHAKE] = handshake | HANDSHAKE_CONNECTED;
    ints[at + C_CONNECTED_FRAME] = view.frame;
    ints[peer + E_FLAGS] |= END_SYN_ACKED;
    ints[me + E_FLAGS] |= END_SYN_ACKED;
    floats[times + T_CONNECTED] = now;
    floats[times + T_CONNECTED_SYN] = floats[times + T_LAST_SYN];
  }
}

function noteShutdown(cursor: Cursor, view: PacketView): void {
  const { ints, floats, me, peer, myTimes, peerTimes } = cursor;
  const now = floats[cursor.times + T_NOW];
  if ((view.chunks & (SCTP_SHUTDOWN | SCTP_SHUTDOWN_ACK)) !== 0 && (ints[me + E_FLAGS] & END_FIN_SENT) === 0) {
    ints[me + E_FLAGS] |= END_FIN_SENT | ((view.chunks & SCTP_SHUTDOWN_ACK) !== 0 ? END_CLOSED_SECOND : 0);
    ints[me + E_FIN_FRAME] = view.frame;
    floats[myTimes + F_FIN_TIME] = now;
    floats[myTimes + F_PEER_BYTES_AT_FIN] = floats[peerTimes + F_UNIQUE_BYTES];
  }
  if ((view.chunks & (SCTP_SHUTDOWN | SCTP_SHUTDOWN_ACK)) !== 0) ints[me + E_FINS]++;
  const acknowledges = (view.chunks & (SCTP_SHUTDOWN_ACK | SCTP_SHUTDOWN_COMPLETE)) !== 0;
  if (acknowledges && (ints[peer + E_FLAGS] & (END_FIN_SENT | END_FIN_ACKED)) === END_FIN_SENT) {
    ints[peer + E_FLAGS] |= END_FIN_ACKED;
    ints[peer + E_FIN_ACK_FRAME] = view.frame;
    floats[peerTimes + F_FIN_ACK_TIME] = now;
  }
}

/**
 * An ABORT counts if it carries its receiver's tag or, with the T bit, its sender's own (RFC 9260 8.5.1). A tag that
 * the capture did not show cannot be held against it.
 */
function noteAbort(cursor: Cursor, view: PacketView, slab: Slab, events: EventPool): void {
  const { ints, at, me, peer } = cursor;
  ints[me + E_RESETS]++;
  const owner = (view.chunks & SCTP_ABORT_REFLECTS) !== 0 ? me : peer;
  const accepted =
    (ints[owner + E_FLAGS] & END_BASE_SET) === 0 || view.verificationTag === ints[owner + E_BASE_SEQUENCE];
  const event = events.add(slab, cursor.row, EVENT_RST);
  if (event >= 0) {
    const v = event * EVENT_STRIDE;
    events.eventInts[v + V_ENDPOINT] = cursor.sender;
    events.eventInts[v + V_FRAME] = view.frame;
    events.eventInts[v + V_VALUE] = accepted ? 1 : 0;
    events.eventInts[v + V_DETAIL] = stateOf(ints, at, peer, me);
    events.eventInts[v + V_STATE] = stateOf(ints, at, me, peer);
    events.eventTimes[event] = cursor.floats[cursor.times + T_NOW];
  }
  if (!accepted) return;
  ints[me + E_FLAGS] |= END_RESET_SENT;
  ints[at + C_STATUS] |= ROW_RESET;
  const handshake = ints[at + C_HANDSHAKE];
  if ((handshake & HANDSHAKE_ACCEPTED) === 0 && (handshake & HANDSHAKE_SYN) !== 0) {
    const fromClient = ((handshake & HANDSHAKE_CLIENT_1) !== 0 ? 1 : 0) === cursor.sender;
    const refused = !fromClient && (handshake & HANDSHAKE_SYN_ACK) === 0;
    ints[at + C_HANDSHAKE] = handshake | (refused ? HANDSHAKE_REFUSED : HANDSHAKE_ABORTED);
  }
}
