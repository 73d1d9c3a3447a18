import type { PacketView } from '../../parsers/packet-view.ts';
import {
  C_HANDSHAKE,
  E_ACKED,
  E_FLAGS,
  E_ISN,
  E_NEXT_SEQUENCE,
  E_PACKETS,
  END_HAS_ACKED,
  HANDSHAKE_ACCEPTED,
  HANDSHAKE_CONNECTED,
  HANDSHAKE_SYN,
  HANDSHAKE_UNREACHABLE,
  T_BASE_SECONDS,
} from './columns.ts';
import type { Cursor } from './cursor.ts';
import { COPY_WINDOW } from './duplicates.ts';
import {
  EVENT_ICMP,
  EVENT_STRIDE,
  V_ADDRESS,
  V_DETAIL,
  V_ENDPOINT,
  V_FRAME,
  V_IP_IDS,
  V_KIND,
  V_STATE,
  V_VALUE,
  V_VERSION,
} from './event-columns.ts';
import type { EventPool } from './events.ts';
import { icmpMeaning } from './icmp-errors.ts';
import { atOrBefore, before } from './sequence.ts';
import type { Slab } from './slab.ts';
import { ESTABLISHED, stateOf } from './tcp-state.ts';
import { W_TWO_WAY } from './words.ts';

/**
 * An ICMP error that quotes a packet of the connection; the cursor's sender sent the quoted packet.
 * For TCP it counts only if the quoted sequence number is in flight (tcp_v4_err, RFC 5927 section 4).
 */
export function noteIcmpError(cursor: Cursor, view: PacketView, slab: Slab, events: EventPool): void {
  const { ints, floats, at, me, peer, times } = cursor;
  const now = (view.seconds - floats[times + T_BASE_SECONDS]) * 1e9 + view.nanoseconds;
  // It came the other way than the packet that it quotes.
  if (ints[me + E_PACKETS] !== 0) slab.words[W_TWO_WAY] = 1;
  if (isCopy(cursor, view, now, slab, events)) return;
  const isTcp = view.quotedProtocol === 6;
  const inFlight = !isTcp || isInFlight(ints, me, peer, view.quotedSequence);
  const handshake = ints[at + C_HANDSHAKE];
  const { errno } = icmpMeaning(view.ipVersion, view.icmpType, view.icmpCode);
  // "Too big" only lowers the path MTU (tcp_v4_mtu_reduced).
  const pending =
    errno !== null &&
    errno !== 'EMSGSIZE' &&
    (handshake & (HANDSHAKE_SYN | HANDSHAKE_CONNECTED | HANDSHAKE_ACCEPTED)) === HANDSHAKE_SYN &&
    (!isTcp || view.quotedSequence === ints[me + E_ISN]);
  if (pending) ints[at + C_HANDSHAKE] = handshake | HANDSHAKE_UNREACHABLE;

  const event = events.add(slab, cursor.row, EVENT_ICMP);
  if (event < 0) return;
  const v = event * EVENT_STRIDE;
  events.eventInts[v + V_ENDPOINT] = cursor.sender;
  events.eventInts[v + V_FRAME] = view.frame;
  events.eventInts[v + V_VALUE] = (view.icmpType << 8) | view.icmpCode;
  events.eventInts[v + V_DETAIL] = inFlight ? 1 : 0;
  events.eventInts[v + V_STATE] = isTcp ? stateOf(ints, at, me, peer) : ESTABLISHED;
  events.eventInts[v + V_VERSION] = view.ipVersion;
  events.eventInts[v + V_ADDRESS] = view.source0;
  events.eventInts[v + V_ADDRESS + 1] = view.source1;
  events.eventInts[v + V_ADDRESS + 2] = view.source2;
  events.eventInts[v + V_ADDRESS + 3] = view.source3;
  events.eventInts[v + V_IP_IDS] = view.ipId;
  events.eventTimes[event] = now;
}

/**
 * A mirror port shows an error twice: the same IP identification, sender and kind, about the same side. One without
 * identification, as over IPv6, may be another.
 */
function isCopy(cursor: Cursor, view: PacketView, now: number, slab: Slab, events: EventPool): boolean {
  if (view.ipId === 0) return false;
  for (let event = events.first(slab, cursor.row); event >= 0; event = events.next(event)) {
    const v = event * EVENT_STRIDE;
    const isSame =
      events.eventInts[v + V_KIND] === EVENT_ICMP &&
      events.eventInts[v + V_IP_IDS] === view.ipId &&
      events.eventInts[v + V_ENDPOINT] === cursor.sender &&
      events.eventInts[v + V_VALUE] === ((view.icmpType << 8) | view.icmpCode) &&
      events.eventInts[v + V_ADDRESS] === view.source0;
    if (isSame && now - events.eventTimes[event] <= COPY_WINDOW) return true;
  }
  return false;
}

/** Sent, and not acknowledged. */
function isInFlight(ints: Int32Array, me: number, peer: number, sequence: number): boolean {
  if (!before(sequence, ints[me + E_NEXT_SEQUENCE])) return false;
  return (ints[peer + E_FLAGS] & END_HAS_ACKED) === 0 || atOrBefore(ints[peer + E_ACKED], sequence);
}
