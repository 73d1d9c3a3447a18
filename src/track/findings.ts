import type { CloseStyle, Finding, Severity, Side } from '../record.ts';
import type { Sides } from './close-record.ts';
import { closeStyle, finFrame, firstCloser } from './close-record.ts';
import {
  C_ACK_FRAME,
  C_DUPLICATE_FRAME,
  C_EVENTS,
  C_FIRST_FRAME,
  C_HANDSHAKE,
  C_PROTOCOL,
  C_REUSED_STREAM,
  C_SYN_ACK_COUNT,
  C_SYN_ACK_FRAME,
  C_SYN_COUNT,
  C_SYN_FRAME,
  C_UNSEEN_FRAME,
  E_ACKED_UNSEEN,
  E_DUPLICATES,
  E_FIN_FRAME,
  E_FLAGS,
  E_LAST_DATA_FRAME,
  E_PACKETS,
  E_RETRANSMISSIONS,
  E_ZERO_WINDOW_FRAME,
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
import { EVENT_ICMP, EVENT_RST, EVENT_STRIDE, V_DETAIL, V_FRAME, V_KIND, V_VALUE, V_VERSION } from './events.ts';
import { connectNanoseconds, handshakeOutcome } from './handshake-record.ts';
import { icmpMeaning } from './icmp-errors.ts';
import type { RecordSource } from './record-source.ts';
import { CLOSED } from './tcp-state.ts';
import { seconds } from './times.ts';

/** What a connection without findings has; shared, and never changed. */
const NONE: readonly Finding[] = [];

/** Packets of one direction that make its peer's silence a hole in the capture, not an unanswered call. */
const ONE_DIRECTION_AT_LEAST = 3;

export const SEVERITY_ORDER: Record<Severity, number> = { error: 0, warning: 1, note: 2 };

/**
 * Everything worth saying about a connection that needs no knowledge of its sockets. Worst first.
 * Most connections have nothing to say: until something is found, nothing is made.
 */
export function makeFindings(source: RecordSource, row: number, sides: Sides): readonly Finding[] {
  const found = new FindingList();
  const protocol = source.slab.ints[sides.at + C_PROTOCOL] & 0xff;
  if (protocol !== UDP) {
    findInHandshake(source, sides, found);
    findInClose(source, row, sides, found);
  }
  if (protocol === TCP) {
    findInTransfer(source, sides, 'client', sides.client, sides.clientTimes, found);
    findInTransfer(source, sides, 'server', sides.server, sides.serverTimes, found);
  }
  if (source.slab.ints[sides.at + C_EVENTS] !== 0) findInIcmp(source, row, sides, found);
  findInCapture(source, sides, found);
  return found.worstFirst();
}

const TCP = 6;
const UDP = 17;

/** What the steps of the handshake are called. */
const TCP_WORDS = { syn: 'SYN', synAck: 'SYN-ACK', reset: 'RST' };
const SCTP_WORDS = { syn: 'INIT', synAck: 'INIT ACK', reset: 'ABORT' };

/** Collects findings; makes no list before the first. */
class FindingList {
  #findings: Finding[] | null = null;

  add(code: string, severity: Severity, side: Side | null, message: string, frames: number[]): void {
    this.#findings ??= [];
    this.#findings.push({ code, severity, side, message, frames: frames.filter((frame) => frame !== 0) });
  }

  worstFirst(): readonly Finding[] {
    if (this.#findings === null) return NONE;
    return this.#findings.sort((a, b) => SEVERITY_ORDER[a.severity] - SEVERITY_ORDER[b.severity]);
  }
}

function findInHandshake({ slab, thresholds }: RecordSource, sides: Sides, found: FindingList): void {
  const { ints, floats } = slab;
  const { at, times } = sides;
  const outcome = handshakeOutcome(ints[at + C_HANDSHAKE]);
  const synCount = ints[at + C_SYN_COUNT];
  const synAckCount = ints[at + C_SYN_ACK_COUNT];
  const connect = seconds(connectNanoseconds(ints, floats, at, times));
  const isSlow = connect > thresholds.slowHandshake;
  if ((outcome === 'completed' || outcome === 'not-captured') && synCount <= 1 && synAckCount <= 1 && !isSlow) return;

  const syn = ints[at + C_SYN_FRAME];
  const synAck = ints[at + C_SYN_ACK_FRAME];
  const frames = [syn, synAck];
  const words = (ints[at + C_PROTOCOL] & 0xff) === TCP ? TCP_WORDS : SCTP_WORDS;
  if (outcome === 'refused') {
    found.add('connection-refused', 'error', 'server', `the ${words.syn} was answered with ${words.reset}`, frames);
  } else if (outcome === 'unanswered') {
    found.add('unanswered', 'error', 'server', `no answer to ${counted(synCount, words.syn)}`, frames);
  } else if (outcome === 'aborted') {
    found.add('handshake-aborted', 'warning', null, 'reset before the handshake was complete', frames);
  } else if (outcome === 'half-open') {
    const message = `${counted(synAckCount, words.synAck)} never acknowledged`;
    found.add('half-open', 'warning', 'client', message, frames);
  }
  if (isSlow) {
    const why = synCount > 1 ? `, after ${counted(synCount, words.syn)}` : '';
    found.add('slow-handshake', 'warning', 'server', `connect() took ${formatSeconds(connect)}${why}`, frames);
  } else if (synCount > 1 && outcome === 'completed') {
    found.add('handshake-retransmitted', 'warning', null, `${counted(synCount, words.syn)} until the answer`, frames);
  } else if (synAckCount > 1 && outcome === 'completed') {
    const message = `${counted(synAckCount, words.synAck)} sent`;
    found.add('handshake-retransmitted', 'warning', null, message, [synAck, ints[at + C_ACK_FRAME]]);
  }
}

function findInClose(source: RecordSource, row: number, sides: Sides, found: FindingList): void {
  const { ints } = source.slab;
  const style = closeStyle(ints, sides.at, sides.client, sides.server);
  const outcome = handshakeOutcome(ints[sides.at + C_HANDSHAKE]);
  if ((style === 'reset' || style === 'reset-after-fin') && outcome !== 'refused' && outcome !== 'aborted') {
    const frames = resetFrames(source, row, 1);
    const by = firstCloser(ints, sides, 'reset');
    const side = by === 'both' ? null : by;
    if (style === 'reset') found.add('reset', 'error', side, `reset by the ${side}`, frames);
    else found.add('reset-after-fin', 'warning', null, 'reset after a FIN', frames);
  }
  const ignored = resetFrames(source, row, 0);
  if (ignored.length > 0) {
    found.add(
      'reset-ignored',
      'note',
      null,
      `${counted(ignored.length, 'RST')} that the receiver does not accept`,
      ignored,
    );
  }
  if (style === 'abandoned' && outcome === 'completed') {
    found.add('abandoned', 'error', null, 'sent again and again without an answer, then silence', []);
  }
  findInCloseWait(source, sides, 'client', style, found);
  findInCloseWait(source, sides, 'server', style, found);
}

/** How long `side` kept its end open after the peer's FIN. */
function findInCloseWait(source: RecordSource, sides: Sides, side: Side, style: CloseStyle, found: FindingList): void {
  const { ints, floats } = source.slab;
  const isClient = side === 'client';
  const me = isClient ? sides.client : sides.server;
  const peerFin = finFrame(ints, isClient ? sides.server : sides.client);
  if (peerFin === 0) return;
  const waitedFrom = floats[(isClient ? sides.serverTimes : sides.clientTimes) + F_FIN_TIME];
  if ((ints[me + E_FLAGS] & END_CLOSED_SECOND) !== 0) {
    const closed = floats[(isClient ? sides.clientTimes : sides.serverTimes) + F_FIN_TIME];
    const waited = seconds(closed - waitedFrom);
    if (waited > source.thresholds.closeWait) {
      const message = `closed ${formatSeconds(waited)} after the peer's FIN`;
      found.add('long-close-wait', 'warning', side, message, [peerFin, ints[me + E_FIN_FRAME]]);
    }
  } else if (style === 'half-closed') {
    const waited = source.nowSeconds - floats[sides.times + T_BASE_SECONDS] - seconds(waitedFrom);
    if (waited > source.thresholds.closeWait) {
      const message = `still open ${formatSeconds(waited)} after the peer's FIN`;
      found.add('half-closed', 'warning', side, message, [peerFin]);
    }
  }
}

const NO_FRAMES: number[] = [];

/** Frames of the RSTs that were accepted (1), or not (0) although the receiver was not closed. */
function resetFrames({ slab, events }: RecordSource, row: number, accepted: number): number[] {
  if (events.first(slab, row) < 0) return NO_FRAMES;
  const frames: number[] = [];
  for (let event = events.first(slab, row); event >= 0; event = events.next(event)) {
    const v = event * EVENT_STRIDE;
    const isReset = events.ints[v + V_KIND] === EVENT_RST && events.ints[v + V_VALUE] === accepted;
    if (isReset && (accepted === 1 || events.ints[v + V_DETAIL] !== CLOSED)) frames.push(events.ints[v + V_FRAME]);
  }
  return frames;
}

function findInTransfer(
  { slab, thresholds }: RecordSource,
  sides: Sides,
  side: Side,
  me: number,
  myTimes: number,
  found: FindingList,
): void {
  const { ints, floats } = slab;
  const again = ints[me + E_RETRANSMISSIONS] - ints[me + E_DUPLICATES];
  const share = again / ints[me + E_PACKETS];
  if (again >= thresholds.retransmissionsAtLeast && share > thresholds.retransmissionShare) {
    const message = `${again} of ${ints[me + E_PACKETS]} packets sent again (${(share * 100).toFixed(1)} %)`;
    found.add('heavy-retransmission', 'warning', side, message, [ints[me + E_LAST_DATA_FRAME]]);
  }
  const stalled = seconds(zeroWindowNanoseconds(ints, floats, sides.times, me, myTimes));
  if (stalled > thresholds.zeroWindow) {
    const message = `receive window closed for ${formatSeconds(stalled)}`;
    found.add('zero-window', 'warning', side, message, [ints[me + E_ZERO_WINDOW_FRAME]]);
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

/** The first ICMP error says it; the record lists all. */
function findInIcmp({ slab, events }: RecordSource, row: number, sides: Sides, found: FindingList): void {
  const outcome = handshakeOutcome(slab.ints[sides.at + C_HANDSHAKE]);
  for (let event = events.first(slab, row); event >= 0; event = events.next(event)) {
    const v = event * EVENT_STRIDE;
    if (events.ints[v + V_KIND] !== EVENT_ICMP) continue;
    const value = events.ints[v + V_VALUE];
    const meaning = icmpMeaning(events.ints[v + V_VERSION], value >>> 8, value & 0xff);
    const fails = outcome === 'unreachable' || (meaning.fatal && (slab.ints[sides.at + C_PROTOCOL] & 0xff) === UDP);
    const code = fails ? 'unreachable' : 'icmp-error';
    found.add(code, fails ? 'error' : 'note', null, `ICMP: ${meaning.text}`, [events.ints[v + V_FRAME]]);
    return;
  }
}

function findInCapture({ slab }: RecordSource, sides: Sides, found: FindingList): void {
  const { ints } = slab;
  const { at, client, server } = sides;
  const unseen = ints[client + E_ACKED_UNSEEN] + ints[server + E_ACKED_UNSEEN];
  if (unseen > 0) {
    const message = `${counted(unseen, 'ACK')} of segments that the capture does not have`;
    found.add('capture-loss', 'warning', null, message, [ints[at + C_UNSEEN_FRAME]]);
  }
  const duplicates = ints[client + E_DUPLICATES] + ints[server + E_DUPLICATES];
  if (duplicates > 0) {
    const message = `${counted(duplicates, 'packet')} captured twice`;
    found.add('duplicate-packets', 'note', null, message, [ints[at + C_DUPLICATE_FRAME]]);
  }
  const reused = ints[at + C_REUSED_STREAM];
  if (reused > 0) {
    const message = `same addresses and ports as stream ${reused - 1}`;
    found.add('port-reuse', 'note', 'client', message, [ints[at + C_FIRST_FRAME]]);
  }
  if ((ints[at + C_PROTOCOL] & 0xff) !== TCP) return;
  const silent = ints[client + E_PACKETS] === 0 ? client : ints[server + E_PACKETS] === 0 ? server : -1;
  if (silent < 0) return;
  const other = silent === client ? server : client;
  const talksOn = (ints[other + E_FLAGS] & END_HAS_ACKED) !== 0 && ints[other + E_PACKETS] >= ONE_DIRECTION_AT_LEAST;
  if (talksOn || (ints[at + C_HANDSHAKE] & HANDSHAKE_ASSUMED) !== 0) {
    const side = silent === client ? 'client' : 'server';
    found.add('one-direction', 'warning', side, `no packet of the ${side} was captured`, [ints[at + C_FIRST_FRAME]]);
  }
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

function formatSeconds(value: number): string {
  return value < 1 ? `${(value * 1000).toFixed(0)} ms` : `${value.toFixed(1)} s`;
}
