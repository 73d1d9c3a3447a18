import type { Close, CloseStep, CloseStyle, Side, TcpState } from '../record.ts';
import {
  C_EVENTS,
  C_HANDSHAKE,
  C_STATUS,
  E_FIN_ACK_FRAME,
  E_FIN_FRAME,
  E_FLAGS,
  E_PACKETS,
  E_UNANSWERED,
  END_CLOSED_SECOND,
  END_FIN_ACKED,
  END_FIN_AFTER_UNSEEN,
  END_FIN_SENT,
  F_FIN_ACK_TIME,
  F_FIN_TIME,
  HANDSHAKE_ACCEPTED,
  HANDSHAKE_ASSUMED,
  HANDSHAKE_CONNECTED,
  HANDSHAKE_SYN,
  HANDSHAKE_UNREACHABLE,
  INT_STRIDE,
  ROW_RESET,
  T_BASE_SECONDS,
} from './columns.ts';
import {
  EVENT_RST,
  EVENT_STRIDE,
  SHAPE_AFTER_UNSEEN,
  V_ENDPOINT,
  V_FRAME,
  V_KIND,
  V_SHAPE,
  V_VALUE,
} from './event-columns.ts';
import type { EventPool } from './events.ts';
import { BOTH_SEEN, Evidence, shownBy } from './evidence.ts';
import type { RecordSource } from './record-source.ts';
import type { Sides } from './sides.ts';
import type { Rows } from './slab.ts';
import { stateOf, TCP_STATES } from './tcp-state.ts';
import { elapsed, formatTime } from './times.ts';

/** So many segments sent again into silence, each after a longer wait, and the sender was left alone. */
const ABANDONED_AFTER = 3;

/** How the connection ended, or how far its end came. */
export function closeStyle(source: RecordSource, sides: Sides): CloseStyle {
  const { ints } = source.slab;
  const { at, client, server } = sides;
  const clientFlags = ints[client + E_FLAGS];
  const serverFlags = ints[server + E_FLAGS];
  const fins = (clientFlags & END_FIN_SENT) / END_FIN_SENT + (serverFlags & END_FIN_SENT) / END_FIN_SENT;
  const allAcked = (clientFlags & serverFlags & END_FIN_ACKED) !== 0;
  if ((ints[at + C_STATUS] & ROW_RESET) !== 0 && !allAcked) return fins > 0 ? 'reset-after-fin' : 'reset';
  if (fins === 2) return ((clientFlags | serverFlags) & END_CLOSED_SECOND) !== 0 ? 'graceful' : 'simultaneous';
  if (isAbandoned(source, sides)) return 'abandoned';
  return fins === 1 ? 'half-closed' : 'open';
}

/** One side went on trying for nothing, and has stopped: its next try is overdue. */
function isAbandoned(source: RecordSource, sides: Sides): boolean {
  const { ints } = source.slab;
  const { at, client, server } = sides;
  const handshake = ints[at + C_HANDSHAKE];
  const connected = HANDSHAKE_ACCEPTED | HANDSHAKE_ASSUMED | HANDSHAKE_CONNECTED;
  if ((handshake & HANDSHAKE_SYN) !== 0 && (handshake & connected) === 0) {
    if ((handshake & HANDSHAKE_UNREACHABLE) !== 0) return true;
    const evidence = new Evidence(source, sides);
    const awaited = evidence.nextSyn();
    return evidence.isSilenceKnown() && evidence.doubt({ ...shownBy('client'), awaited }) === null;
  }
  if (ints[client + E_UNANSWERED] < ABANDONED_AFTER && ints[server + E_UNANSWERED] < ABANDONED_AFTER) return false;
  return isLeftAlone(source, sides, 'client') || isLeftAlone(source, sides, 'server');
}

/** The side has given up to send again what nobody answered. */
function isLeftAlone(source: RecordSource, sides: Sides, side: Side): boolean {
  if (source.slab.ints[sides[side] + E_UNANSWERED] < ABANDONED_AFTER) return false;
  const evidence = new Evidence(source, sides);
  return evidence.doubt({ ...BOTH_SEEN, awaited: evidence.nextRetransmission(side) }) === null;
}

export function makeClose(source: RecordSource, row: number, sides: Sides): Close {
  const { slab, events } = source;
  const { ints, floats } = slab;
  const { at, client, server } = sides;
  const style = closeStyle(source, sides);
  const state = {
    client: TCP_STATES[stateOf(ints, at, client, server)],
    server: TCP_STATES[stateOf(ints, at, server, client)],
  };
  return {
    style,
    firstCloser: firstCloser(source, row, sides, style),
    steps: makeSteps(slab, events, row, sides),
    finToAck: {
      client: finToAck(ints, floats, client, sides.clientTimes),
      server: finToAck(ints, floats, server, sides.serverTimes),
    },
    closeWait: {
      client: closeWait(ints, floats, client, sides.clientTimes, sides.serverTimes),
      server: closeWait(ints, floats, server, sides.serverTimes, sides.clientTimes),
    },
    timeWait: timeWait(state.client, state.server),
    state,
  };
}

/**
 * Who sent the first FIN, or the RST where no FIN came; both where neither FIN knew of the other. Not known where the
 * other side may have closed before: it is not in the capture, or something is missing that the FIN acknowledges.
 */
export function firstCloser(
  { slab: { ints }, events }: Pick<RecordSource, 'slab' | 'events'>,
  row: number,
  sides: Sides,
  style: CloseStyle,
): Side | 'both' | null {
  const { client, server } = sides;
  if (ints[client + E_PACKETS] === 0 || ints[server + E_PACKETS] === 0) return null;
  if (style === 'simultaneous' || (style === 'reset-after-fin' && areFinsCrossing(ints, client, server))) return 'both';
  const clientFin = finFrame(ints, client);
  const serverFin = finFrame(ints, server);
  if (clientFin !== 0 || serverFin !== 0) {
    const first = serverFin === 0 || (clientFin !== 0 && clientFin < serverFin) ? 'client' : 'server';
    return (ints[sides[first] + E_FLAGS] & END_FIN_AFTER_UNSEEN) === 0 ? first : null;
  }
  return style === 'reset' ? firstReset(events, ints, row, sides) : null;
}

/** Who sent the first RST that its receiver accepts; not known where a FIN may be missing before it. */
function firstReset(events: EventPool, ints: Int32Array, row: number, sides: Sides): Side | null {
  for (let event = ints[row * INT_STRIDE + C_EVENTS] - 1; event >= 0; event = events.next(event)) {
    const v = event * EVENT_STRIDE;
    if (events.eventInts[v + V_KIND] !== EVENT_RST || events.eventInts[v + V_VALUE] !== 1) continue;
    if ((events.eventInts[v + V_SHAPE] & SHAPE_AFTER_UNSEEN) !== 0) return null;
    return events.eventInts[v + V_ENDPOINT] === sides.clientEndpoint ? 'client' : 'server';
  }
  return null;
}

/** Each sent its FIN before it acknowledged the other's; a RST between them does not tell who closed. */
function areFinsCrossing(ints: Int32Array, client: number, server: number): boolean {
  const [clientFin, serverFin] = [ints[client + E_FIN_FRAME], ints[server + E_FIN_FRAME]];
  if (clientFin === 0 || serverFin === 0) return false;
  const [clientFinAck, serverFinAck] = [ints[client + E_FIN_ACK_FRAME], ints[server + E_FIN_ACK_FRAME]];
  return (serverFinAck === 0 || serverFinAck > clientFin) && (clientFinAck === 0 || clientFinAck > serverFin);
}

/** Frame of the FIN that closed a direction, 0 where none did. */
export function finFrame(ints: Int32Array, side: number): number {
  return (ints[side + E_FLAGS] & END_FIN_SENT) !== 0 ? ints[side + E_FIN_FRAME] : 0;
}

function makeSteps(slab: Rows, events: EventPool, row: number, sides: Sides): CloseStep[] {
  const { ints, floats } = slab;
  const base = floats[sides.times + T_BASE_SECONDS];
  const steps: CloseStep[] = [];
  const add = (frame: number, time: number, from: Side, what: CloseStep['what']) => {
    if (frame === 0) return;
    const step = { frame, time: formatTime(base, time), from, what };
    let at = steps.push(step) - 1;
    for (; at > 0 && steps[at - 1].frame > frame; at--) steps[at] = steps[at - 1];
    steps[at] = step;
  };
  // In this order: within a frame the ACK counts before the FIN.
  add(ints[sides.client + E_FIN_ACK_FRAME], floats[sides.clientTimes + F_FIN_ACK_TIME], 'server', 'ACK of FIN');
  add(ints[sides.server + E_FIN_ACK_FRAME], floats[sides.serverTimes + F_FIN_ACK_TIME], 'client', 'ACK of FIN');
  add(ints[sides.client + E_FIN_FRAME], floats[sides.clientTimes + F_FIN_TIME], 'client', 'FIN');
  add(ints[sides.server + E_FIN_FRAME], floats[sides.serverTimes + F_FIN_TIME], 'server', 'FIN');
  for (let event = events.first(slab, row); event >= 0; event = events.next(event)) {
    const v = event * EVENT_STRIDE;
    if (events.eventInts[v + V_KIND] !== EVENT_RST) continue;
    const from = events.eventInts[v + V_ENDPOINT] === sides.clientEndpoint ? 'client' : 'server';
    add(events.eventInts[v + V_FRAME], events.eventTimes[event], from, 'RST');
  }
  return steps;
}

function finToAck(ints: Int32Array, floats: Float64Array, side: number, sideTimes: number): number | null {
  if ((ints[side + E_FLAGS] & END_FIN_ACKED) === 0) return null;
  // Null would say that it was not acknowledged.
  return elapsed(floats[sideTimes + F_FIN_TIME], floats[sideTimes + F_FIN_ACK_TIME]) ?? 0;
}

/** From the peer's FIN to the own one, for the side that closed second. */
function closeWait(
  ints: Int32Array,
  floats: Float64Array,
  side: number,
  sideTimes: number,
  peerTimes: number,
): number | null {
  if ((ints[side + E_FLAGS] & END_CLOSED_SECOND) === 0) return null;
  return elapsed(floats[peerTimes + F_FIN_TIME], floats[sideTimes + F_FIN_TIME]);
}

function timeWait(client: TcpState, server: TcpState): Close['timeWait'] {
  if (client === 'TIME-WAIT') return server === 'TIME-WAIT' ? 'both' : 'client';
  return server === 'TIME-WAIT' ? 'server' : null;
}
