import type { Finding, Side } from '../record.ts';
import {
  C_ACK_FRAME,
  C_DUPLICATE_FRAME,
  C_EVENTS,
  C_FIRST_FRAME,
  C_HANDSHAKE,
  C_LAST_FRAME,
  C_PROTOCOL,
  C_RESENT_COPIES,
  C_REUSED_STREAM,
  C_SYN_ACK_COUNT,
  C_SYN_ACK_FRAME,
  C_SYN_COUNT,
  C_SYN_FRAME,
  C_UNSEEN_FRAME,
  E_ACKED_UNSEEN,
  E_DUPLICATES,
  E_FINS,
  E_FLAGS,
  E_LAST_DATA_FRAME,
  E_PACKETS,
  E_RESETS,
  E_RETRANSMISSIONS,
  E_ZERO_WINDOW_FRAME,
  END_HAS_ACKED,
  HANDSHAKE_ACK_IGNORED,
  HANDSHAKE_ACK_MISSED,
  HANDSHAKE_ASSUMED,
  T_UNSEEN,
} from './columns.ts';
import { lacksAcknowledged } from './coverage.ts';
import { zeroWindowNanoseconds } from './direction-record.ts';
import {
  EVENT_ICMP,
  EVENT_RST,
  EVENT_STRIDE,
  SHAPE_ACK,
  V_ENDPOINT,
  V_FRAME,
  V_KIND,
  V_SHAPE,
  V_VALUE,
  V_VERSION,
} from './event-columns.ts';
import { BOTH_SEEN, COUNTED, shownBy } from './evidence.ts';
import { counted, type FindingList, formatSeconds } from './finding-list.ts';
import { connectNanoseconds, handshakeOutcome } from './handshake-record.ts';
import { icmpMeaning } from './icmp-errors.ts';
import { isSubflow } from './multipath.ts';
import { type PacketNames, packetNames } from './packet-names.ts';
import type { RecordSource } from './record-source.ts';
import { protocolOf, type Sides } from './sides.ts';
import { seconds, watchedUntil } from './times.ts';

/** Packets of one direction that make its peer's silence a hole in the capture, not an unanswered call. */
const ONE_DIRECTION_AT_LEAST = 3;

/** Frames in the wrong order are not further apart: seconds, or frames. */
const OUT_OF_ORDER_TIME = 0.01;
const OUT_OF_ORDER_FRAMES = 3;

const TCP = 6;
const UDP = 17;

/** What is to be said of a connection that was refused, or not answered. */
export function failureOf(
  outcome: 'refused' | 'unanswered',
  synCount: number,
  words: PacketNames,
): Pick<Finding, 'code' | 'severity' | 'side' | 'message'> {
  return outcome === 'refused'
    ? {
        code: 'connection-refused',
        severity: 'error',
        side: 'server',
        message: `the ${words.syn} was answered with ${words.reset}`,
      }
    : {
        code: 'unanswered',
        severity: 'error',
        side: 'client',
        message: `no answer to ${counted(synCount, words.syn)}`,
      };
}

/** How the handshake failed or was slow. */
export function findInHandshake(source: RecordSource, row: number, sides: Sides, found: FindingList): void {
  const { slab, thresholds } = source;
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
  const words = packetNames({ protocol: protocolOf(ints, at) });
  const { evidence } = found;
  if (outcome === 'refused' || outcome === 'unanswered') {
    const again = evidence.refusedAgain();
    const isKnown =
      outcome === 'refused' ? evidence.doubt({ ...BOTH_SEEN, awaited: again }) === null : evidence.isSilenceKnown();
    const { code, severity, side, message } = failureOf(outcome, synCount, words);
    const basis = outcome === 'refused' ? BOTH_SEEN : { ...shownBy('client'), awaited: evidence.nextSyn() };
    const or = outcome === 'unanswered' && !isKnown ? ': none came, or its way back was not captured' : '';
    found.add(basis, code, isKnown ? severity : 'warning', side, `${message}${or}`, frames);
  } else if (outcome === 'aborted') {
    findAborted(source, row, sides, words, frames, found);
  } else if (outcome === 'half-open') {
    const message = `the client never acknowledged ${counted(synAckCount, words.synAck)}`;
    found.add({ ...BOTH_SEEN, awaited: evidence.nextSynAck() }, 'half-open', 'warning', 'client', message, frames);
  }
  if (isSlow) {
    const why = synCount > 1 ? `, after ${counted(synCount, words.syn)}` : '';
    const message = `connect() took ${formatSeconds(connect)}${why}`;
    found.add(BOTH_SEEN, 'slow-handshake', 'warning', 'server', message, frames);
  } else if (synCount > 1 && outcome === 'completed') {
    const message = `the client sent ${counted(synCount, words.syn)} until the answer`;
    found.add(BOTH_SEEN, 'handshake-retransmitted', 'warning', 'client', message, frames);
  } else if (synAckCount > 1 && outcome === 'completed' && (ints[at + C_HANDSHAKE] & HANDSHAKE_ACK_IGNORED) === 0) {
    const isMissed = (ints[at + C_HANDSHAKE] & HANDSHAKE_ACK_MISSED) !== 0;
    const why = isMissed
      ? ", also after the client's ACK: that was lost behind this capture, or else the accept queue was full"
      : '';
    const message = `the server sent ${counted(synAckCount, words.synAck)}${why}`;
    const where = [synAck, ints[at + C_ACK_FRAME]];
    found.add(shownBy('server'), 'handshake-retransmitted', 'warning', 'server', message, where);
  }
}

/**
 * An RST before the third step. One with an ACK comes from a socket that was still there: a program that only wanted to
 * know whether the port is open, as load balancers do all day. One without answers for a socket that is not (RFC 9293 3.10.7.1).
 */
function findAborted(
  { slab, events }: RecordSource,
  row: number,
  sides: Sides,
  { reset }: PacketNames,
  frames: number[],
  found: FindingList,
): void {
  for (let event = events.first(slab, row); event >= 0; event = events.next(event)) {
    const v = event * EVENT_STRIDE;
    if (events.eventInts[v + V_KIND] !== EVENT_RST || events.eventInts[v + V_VALUE] !== 1) continue;
    const by = events.eventInts[v + V_ENDPOINT] === sides.clientEndpoint ? 'client' : 'server';
    const isCheck = by === 'client' && (events.eventInts[v + V_SHAPE] & SHAPE_ACK) !== 0;
    const tried = slab.ints[sides.at + C_SYN_COUNT] + slab.ints[sides.at + C_SYN_ACK_COUNT];
    const message = `the ${by} sent ${reset} before the handshake was complete`;
    const severity = isCheck && tried === 2 ? 'note' : 'warning';
    found.add(BOTH_SEEN, 'handshake-aborted', severity, by, message, [...frames, events.eventInts[v + V_FRAME]]);
    return;
  }
}

/** Loss, closed windows, ICMP errors, and what the capture itself lacks. */
export function findInPackets(source: RecordSource, row: number, sides: Sides, found: FindingList): void {
  if ((source.slab.ints[sides.at + C_PROTOCOL] & 0xff) === TCP) {
    const { ints } = source.slab;
    findInTransfer(source, sides, 'client', sides.client, sides.clientTimes, ints[sides.at + C_SYN_COUNT], found);
    findInTransfer(source, sides, 'server', sides.server, sides.serverTimes, ints[sides.at + C_SYN_ACK_COUNT], found);
  }
  if (source.slab.ints[sides.at + C_EVENTS] !== 0) findInIcmp(source, row, sides, found);
  findInCapture(source, sides, found);
}

/**
 * Bytes that were acknowledged are not in the capture. Frames in the wrong order come a little later, and what a capture
 * ends before it cannot lack.
 */
function lacksBytes(source: RecordSource, { at, times, client, server }: Sides): boolean {
  const { ints, floats } = source.slab;
  if (!lacksAcknowledged(ints, client, server) && !lacksAcknowledged(ints, server, client)) return false;
  const followed = watchedUntil(source, times) - floats[times + T_UNSEEN] / 1e9;
  return followed > OUT_OF_ORDER_TIME || ints[at + C_LAST_FRAME] - ints[at + C_UNSEEN_FRAME] >= OUT_OF_ORDER_FRAMES;
}

/** @param synCount SYNs of this side: those sent again say something of the handshake, which has findings of its own */
function findInTransfer(
  { slab, thresholds }: RecordSource,
  sides: Sides,
  side: Side,
  me: number,
  myTimes: number,
  synCount: number,
  found: FindingList,
): void {
  const { ints, floats } = slab;
  const endpoint = side === 'client' ? sides.clientEndpoint : 1 - sides.clientEndpoint;
  const synsAgain = Math.max(0, synCount - 1);
  const again = ints[me + E_RETRANSMISSIONS] - ints[sides.at + C_RESENT_COPIES + endpoint] - synsAgain;
  const packets = ints[me + E_PACKETS] - ints[me + E_DUPLICATES] - synsAgain;
  const share = again >= thresholds.retransmissionsAtLeast ? again / packets : 0;
  if (share > thresholds.retransmissionShare) {
    const percent = `${(share * 100).toFixed(1)} %`;
    const message = `${again} of ${packets} packets of the ${side} were sent again (${percent})`;
    found.add(shownBy(side), 'heavy-retransmission', 'warning', side, message, [ints[me + E_LAST_DATA_FRAME]]);
  }
  const stalled = seconds(zeroWindowNanoseconds(ints, floats, sides.times, me, myTimes));
  if (stalled > thresholds.zeroWindow) {
    const message = `the ${side}'s receive window was closed for ${formatSeconds(stalled)}`;
    found.add(shownBy(side), 'zero-window', 'warning', side, message, [ints[me + E_ZERO_WINDOW_FRAME]]);
  }
}

/** The first ICMP error says it; the record lists all. */
function findInIcmp(source: RecordSource, row: number, sides: Sides, found: FindingList): void {
  const { slab, events } = source;
  const outcome = handshakeOutcome(slab.ints[sides.at + C_HANDSHAKE]);
  for (let event = events.first(slab, row); event >= 0; event = events.next(event)) {
    const v = event * EVENT_STRIDE;
    if (events.eventInts[v + V_KIND] !== EVENT_ICMP) continue;
    const value = events.eventInts[v + V_VALUE];
    const meaning = icmpMeaning(events.eventInts[v + V_VERSION], value >>> 8, value & 0xff);
    const about = events.eventInts[v + V_ENDPOINT] === sides.clientEndpoint ? 'client' : 'server';
    const frames = [events.eventInts[v + V_FRAME]];
    // What quotes the server's packet comes from the client's host or from the way there: the server is not what failed.
    if (about === 'server') {
      const message = `ICMP about a packet of the server: ${meaning.text}`;
      found.add(COUNTED, 'icmp-error', 'note', 'client', message, frames);
      return;
    }
    const isFatal = meaning.fatal && (slab.ints[sides.at + C_PROTOCOL] & 0xff) === UDP;
    const fails = outcome === 'unreachable' || isFatal;
    // The socket of connect() may have been in use when the error came: then only the end of the SYNs tells.
    const isOver = isFatal || found.evidence.isConnectOver(events.eventTimes[event]);
    const code = fails && isOver ? 'unreachable' : 'icmp-error';
    found.add(COUNTED, code, code === 'unreachable' ? 'error' : 'note', 'server', `ICMP: ${meaning.text}`, frames);
    return;
  }
}

/** The side of which alone something was counted; null for both. */
function sideOf(client: number, server: number): Side | null {
  if (client > 0 && server > 0) return null;
  return client > 0 ? 'client' : 'server';
}

function of(side: Side | null): string {
  return side === null ? '' : `of the ${side} `;
}

function findInCapture(source: RecordSource, sides: Sides, found: FindingList): void {
  const { ints } = source.slab;
  const { at, client, server } = sides;
  const unseen = ints[client + E_ACKED_UNSEEN] + ints[server + E_ACKED_UNSEEN];
  if (ints[at + C_UNSEEN_FRAME] !== 0 && lacksBytes(source, sides)) {
    // The side that acknowledges counts them: it is its peer's that are missing. After duplicate ACKs Wireshark counts none.
    const ofClient = ints[server + E_ACKED_UNSEEN] || (unseen === 0 && lacksAcknowledged(ints, server, client) ? 1 : 0);
    const ofServer = ints[client + E_ACKED_UNSEEN] || (unseen === 0 && lacksAcknowledged(ints, client, server) ? 1 : 0);
    const side = sideOf(ofClient, ofServer);
    const message = `${counted(ofClient + ofServer, 'ACK')} of segments ${of(side)}that the capture does not have`;
    found.add(COUNTED, 'capture-loss', 'warning', side, message, [ints[at + C_UNSEEN_FRAME]]);
  }
  const duplicates = ints[client + E_DUPLICATES] + ints[server + E_DUPLICATES];
  if (duplicates > 0) {
    const side = sideOf(ints[client + E_DUPLICATES], ints[server + E_DUPLICATES]);
    const message = `${counted(duplicates, 'packet')} ${of(side)}captured twice`;
    found.add(COUNTED, 'duplicate-packets', 'note', side, message, [ints[at + C_DUPLICATE_FRAME]]);
  }
  const endings = ints[client + E_FINS] + ints[server + E_FINS] + ints[client + E_RESETS] + ints[server + E_RESETS];
  if (endings > 0 && isSubflow(ints, at)) {
    const message = 'a subflow of a Multipath TCP connection: a FIN or RST ends the subflow, a DATA_FIN the connection';
    found.add(COUNTED, 'mptcp-subflow', 'note', null, message, [ints[at + C_FIRST_FRAME]]);
  }
  const reused = ints[at + C_REUSED_STREAM];
  if (reused > 0) {
    const message = `same addresses and ports as stream ${reused - 1}`;
    found.add(COUNTED, 'port-reuse', 'note', 'client', message, [ints[at + C_FIRST_FRAME]]);
  }
  if ((ints[at + C_PROTOCOL] & 0xff) !== TCP) return;
  const silent = ints[client + E_PACKETS] === 0 ? client : ints[server + E_PACKETS] === 0 ? server : -1;
  if (silent < 0) return;
  const other = silent === client ? server : client;
  const packets = ints[other + E_PACKETS] - ints[other + E_DUPLICATES];
  const talksOn = (ints[other + E_FLAGS] & END_HAS_ACKED) !== 0 && packets >= ONE_DIRECTION_AT_LEAST;
  if (talksOn || (ints[at + C_HANDSHAKE] & HANDSHAKE_ASSUMED) !== 0) {
    const side = silent === client ? 'client' : 'server';
    const message = `no packet of the ${side} was captured`;
    found.add(COUNTED, 'one-direction', 'warning', side, message, [ints[at + C_FIRST_FRAME]]);
  }
}
