import type { Finding, Severity, Side } from '../record.ts';
import type { Sides } from './close-record.ts';
import { closeStyle, firstCloser } from './close-record.ts';
import {
  C_ACK_FRAME,
  C_EVENT_COUNTS,
  C_FIRST_FRAME,
  C_HANDSHAKE,
  C_PROTOCOL,
  C_REUSED_STREAM,
  C_SYN_ACK_COUNT,
  C_SYN_ACK_FRAME,
  C_SYN_COUNT,
  C_SYN_FRAME,
  E_ACKED_UNSEEN,
  E_DUPLICATES,
  E_FIN_FRAME,
  E_FLAGS,
  E_LAST_DATA_FRAME,
  E_PACKETS,
  E_RETRANSMISSIONS,
  END_CLOSED_SECOND,
  END_HAS_ACKED,
  END_WINDOW_CLOSED,
  F_FIN_TIME,
  F_ZERO_WINDOW_SINCE,
  F_ZERO_WINDOW_TIME,
  HANDSHAKE_ASSUMED,
  T_BASE_SECONDS,
  T_NOW,
} from './columns.ts';
import { EVENT_ICMP, EVENT_RST, EVENT_STRIDE, type EventPool, V_FRAME, V_KIND, V_VALUE, V_VERSION } from './events.ts';
import { connectNanoseconds, handshakeOutcome } from './handshake-record.ts';
import { icmpMeaning } from './icmp-errors.ts';
import type { Slab } from './slab.ts';
import type { Thresholds } from './thresholds.ts';
import { seconds } from './times.ts';

/** What a connection without findings has; shared, and never changed. */
const NONE: readonly Finding[] = [];

/** What the finding rules look at. */
export interface FindingContext {
  slab: Slab;
  events: EventPool;
  row: number;
  sides: Sides;
  thresholds: Thresholds;
  /** Capture time of the last packet of the capture so far, seconds since 1970: how long silence has lasted. */
  nowSeconds: number;
}

/** Packets of one direction that make its peer's silence a hole in the capture, not an unanswered call. */
const ONE_DIRECTION_AT_LEAST = 3;

/** Everything worth saying about a connection that needs no knowledge of its sockets. Worst first. */
export function makeFindings(context: FindingContext): readonly Finding[] {
  const { slab, sides } = context;
  const protocol = slab.ints[sides.at + C_PROTOCOL] & 0xff;
  const found: Finding[] = [];
  const add = (code: string, severity: Severity, side: Side | null, message: string, frames: number[]) => {
    found.push({ code, severity, side, message, frames: frames.filter((frame) => frame !== 0) });
  };
  if (protocol !== 17) {
    handshakeFindings(context, add);
    closeFindings(context, add);
  }
  if (protocol === 6) {
    transferFindings(context, add);
  }
  icmpFindings(context, add);
  captureFindings(context, add);
  if (found.length === 0) return NONE;
  return found.sort((a, b) => SEVERITY_ORDER[a.severity] - SEVERITY_ORDER[b.severity]);
}

export const SEVERITY_ORDER: Record<Severity, number> = { error: 0, warning: 1, note: 2 };

type Add = (code: string, severity: Severity, side: Side | null, message: string, frames: number[]) => void;

function handshakeFindings({ slab, sides, thresholds }: FindingContext, add: Add): void {
  const { ints, floats } = slab;
  const { at, times } = sides;
  const outcome = handshakeOutcome(ints[at + C_HANDSHAKE]);
  const syn = ints[at + C_SYN_FRAME];
  const synAck = ints[at + C_SYN_ACK_FRAME];
  const synCount = ints[at + C_SYN_COUNT];
  if (outcome === 'refused') add('connection-refused', 'error', 'server', 'the SYN was answered with RST', [syn]);
  if (outcome === 'unanswered') {
    add('unanswered', 'error', 'server', `no answer to ${times_(synCount, 'SYN')}`, [syn]);
  }
  if (outcome === 'aborted')
    add('handshake-aborted', 'warning', null, 'reset before the handshake was complete', [syn, synAck]);
  if (outcome === 'half-open') {
    const again = ints[at + C_SYN_ACK_COUNT];
    add('half-open', 'warning', 'client', `${times_(again, 'SYN-ACK')} never acknowledged`, [syn, synAck]);
  }
  const connect = seconds(connectNanoseconds(ints, floats, at, times));
  if (connect > thresholds.slowHandshake) {
    const why = synCount > 1 ? `, after ${times_(synCount, 'SYN')}` : '';
    add('slow-handshake', 'warning', 'server', `connect() took ${formatSeconds(connect)}${why}`, [syn, synAck]);
  } else if (synCount > 1 && outcome !== 'unanswered' && outcome !== 'refused') {
    add('handshake-retransmitted', 'warning', null, `${times_(synCount, 'SYN')} until the answer`, [syn, synAck]);
  } else if (ints[at + C_SYN_ACK_COUNT] > 1 && outcome === 'completed') {
    const again = ints[at + C_SYN_ACK_COUNT];
    add('handshake-retransmitted', 'warning', null, `${times_(again, 'SYN-ACK')} sent`, [
      synAck,
      ints[at + C_ACK_FRAME],
    ]);
  }
}

function closeFindings(context: FindingContext, add: Add): void {
  const { slab, events, row, sides, thresholds } = context;
  const { ints, floats } = slab;
  const style = closeStyle(ints, sides.at, sides.client, sides.server);
  if (style === 'reset' || style === 'reset-after-fin') {
    const outcome = handshakeOutcome(ints[sides.at + C_HANDSHAKE]);
    if (outcome !== 'refused' && outcome !== 'aborted') {
      const by = firstCloser(ints, sides, 'reset');
      const frames: number[] = [];
      for (let event = events.first(slab, row); event >= 0; event = events.next(event)) {
        const v = event * EVENT_STRIDE;
        if (events.ints[v + V_KIND] === EVENT_RST) frames.push(events.ints[v + V_FRAME]);
      }
      const side = by === 'both' ? null : by;
      if (style === 'reset') add('reset', 'error', side, `reset by the ${side}`, frames);
      else add('reset-after-fin', 'warning', null, 'reset after a FIN', frames);
    }
  }
  if (style === 'abandoned' && handshakeOutcome(ints[sides.at + C_HANDSHAKE]) === 'completed') {
    add('abandoned', 'error', null, 'sent again and again without an answer, then silence', []);
  }
  const open = context.nowSeconds - floats[sides.times + T_BASE_SECONDS];
  const ends = [
    ['client', sides.client, sides.clientTimes, sides.server, sides.serverTimes],
    ['server', sides.server, sides.serverTimes, sides.client, sides.clientTimes],
  ] as const;
  for (const [side, me, myTimes, peer, peerTimes] of ends) {
    const peerFin = ints[peer + E_FIN_FRAME];
    if (peerFin === 0) continue;
    const waitedFrom = floats[peerTimes + F_FIN_TIME];
    if ((ints[me + E_FLAGS] & END_CLOSED_SECOND) !== 0) {
      const waited = seconds(floats[myTimes + F_FIN_TIME] - waitedFrom);
      if (waited > thresholds.closeWait) {
        add('long-close-wait', 'warning', side, `closed ${formatSeconds(waited)} after the peer's FIN`, [
          peerFin,
          ints[me + E_FIN_FRAME],
        ]);
      }
    } else if (style === 'half-closed') {
      const waited = open - seconds(waitedFrom);
      if (waited > thresholds.closeWait) {
        add('half-closed', 'warning', side, `still open ${formatSeconds(waited)} after the peer's FIN`, [peerFin]);
      }
    }
  }
}

function transferFindings({ slab, sides, thresholds }: FindingContext, add: Add): void {
  const { ints, floats } = slab;
  const ends = [
    ['client', sides.client, sides.clientTimes],
    ['server', sides.server, sides.serverTimes],
  ] as const;
  for (const [side, me, myTimes] of ends) {
    const again = ints[me + E_RETRANSMISSIONS] - ints[me + E_DUPLICATES];
    const share = again / ints[me + E_PACKETS];
    if (again >= thresholds.retransmissionsAtLeast && share > thresholds.retransmissionShare) {
      const message = `${again} of ${ints[me + E_PACKETS]} packets sent again (${(share * 100).toFixed(1)} %)`;
      add('heavy-retransmission', 'warning', side, message, [ints[me + E_LAST_DATA_FRAME]]);
    }
    const stalled = seconds(zeroWindowNanoseconds(ints, floats, sides.times, me, myTimes));
    if (stalled > thresholds.zeroWindow) {
      add('zero-window', 'warning', side, `receive window closed for ${formatSeconds(stalled)}`, []);
    }
  }
}

/** Nanoseconds that a side's receive window was closed, up to its last packet. */
export function zeroWindowNanoseconds(
  ints: Int32Array,
  floats: Float64Array,
  times: number,
  side: number,
  sideTimes: number,
): number {
  const before = floats[sideTimes + F_ZERO_WINDOW_TIME];
  if ((ints[side + E_FLAGS] & END_WINDOW_CLOSED) === 0) return before;
  return before + floats[times + T_NOW] - floats[sideTimes + F_ZERO_WINDOW_SINCE];
}

function icmpFindings({ slab, events, row, sides }: FindingContext, add: Add): void {
  if (slab.ints[sides.at + C_EVENT_COUNTS] >>> (16 * EVENT_ICMP) === 0) return;
  const outcome = handshakeOutcome(slab.ints[sides.at + C_HANDSHAKE]);
  for (let event = events.first(slab, row); event >= 0; event = events.next(event)) {
    const v = event * EVENT_STRIDE;
    if (events.ints[v + V_KIND] !== EVENT_ICMP) continue;
    const value = events.ints[v + V_VALUE];
    const meaning = icmpMeaning(events.ints[v + V_VERSION], value >>> 8, value & 0xff);
    const fails = outcome === 'unreachable' || (meaning.fatal && (slab.ints[sides.at + C_PROTOCOL] & 0xff) === 17);
    const code = fails ? 'unreachable' : 'icmp-error';
    add(code, fails ? 'error' : 'note', null, `ICMP: ${meaning.text}`, [events.ints[v + V_FRAME]]);
    return; // one says it; the record lists all
  }
}

function captureFindings({ slab, sides }: FindingContext, add: Add): void {
  const { ints } = slab;
  const { at, client, server } = sides;
  const unseen = ints[client + E_ACKED_UNSEEN] + ints[server + E_ACKED_UNSEEN];
  if (unseen > 0) {
    add('capture-loss', 'warning', null, `${times_(unseen, 'ACK')} of segments that the capture does not have`, []);
  }
  const duplicates = ints[client + E_DUPLICATES] + ints[server + E_DUPLICATES];
  if (duplicates > 0) add('duplicate-packets', 'note', null, `${times_(duplicates, 'packet')} captured twice`, []);
  const reused = ints[at + C_REUSED_STREAM];
  if (reused > 0) {
    add('port-reuse', 'note', 'client', `same addresses and ports as stream ${reused - 1}`, [ints[at + C_FIRST_FRAME]]);
  }
  if ((ints[at + C_PROTOCOL] & 0xff) !== 6) return;
  const silent = ints[client + E_PACKETS] === 0 ? client : ints[server + E_PACKETS] === 0 ? server : -1;
  if (silent < 0) return;
  const other = silent === client ? server : client;
  const talksOn = (ints[other + E_FLAGS] & END_HAS_ACKED) !== 0 && ints[other + E_PACKETS] >= ONE_DIRECTION_AT_LEAST;
  if (talksOn || (ints[at + C_HANDSHAKE] & HANDSHAKE_ASSUMED) !== 0) {
    const side = silent === client ? 'client' : 'server';
    add('one-direction', 'warning', side, `no packet of the ${side} was captured`, [ints[at + C_FIRST_FRAME]]);
  }
}

function times_(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

function formatSeconds(value: number): string {
  return value < 1 ? `${(value * 1000).toFixed(0)} ms` : `${value.toFixed(1)} s`;
}
