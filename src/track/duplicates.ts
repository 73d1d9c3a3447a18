import { type PacketView, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../../parsers/packet-view.ts';
import {
  SCTP_ABORT,
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
  C_DUPLICATE_FRAME,
  C_FIRST_NANOSECONDS,
  C_HANDSHAKE,
  E_ACKED,
  E_DUPLICATE_ACK_RUN,
  E_DUPLICATES,
  E_FIN_SEQUENCE,
  E_FLAGS,
  E_ISN,
  E_LAST_ACKNOWLEDGMENT,
  E_NEXT_SEQUENCE,
  E_PACKETS,
  E_RESET_RUN,
  E_RESETS,
  E_SIGNATURE_SLOT,
  E_SIGNATURES,
  E_TIMED,
  E_TIMED_ENDS,
  E_ZEEK_RST,
  END_ACK_COPIED,
  END_COPIED,
  END_FIN_SENT,
  END_HAS_ACKED,
  END_RESET_COPIED,
  END_SYN_ACK_SENT,
  END_SYN_SENT,
  END_TWICE_ON_WAY,
  F_LAST_TIME,
  F_NEXT_SEQUENCE_TIME,
  F_TIMED,
  HANDSHAKE_NOT_HEARD,
  T_INITIAL_RTT,
  T_LAST_SYN,
  T_LAST_SYN_ACK,
  T_NOW,
} from './columns.ts';
import { isCovered } from './coverage.ts';
import { type Cursor, ttlBefore } from './cursor.ts';
import { TIMED_KEPT } from './rtt.ts';
import { after, atOrAfter, distance } from './sequence.ts';

/** A copy arrives at once: mirror ports and `any` see a packet twice within this of the sender's last packet; nanoseconds. */
export const COPY_WINDOW = 100e6;
/**
 * Without an IP identification (IPv6, and Linux's 0 on DF segments) copies and retransmissions look
 * alike; no retransmission comes this soon (the least RTO is 200 ms, tail loss probes wait 2 RTT).
 */
const COPY_WINDOW_WITHOUT_ID = 1e6;
/** The same for an RST, which is never sent again. */
const RESET_COPY_WINDOW = 5e6;
/** Where a capture was merged of two, of one packet at two places, a copy comes as much later as the way takes from one to the other. */
const FARTHEST = 1e9;

/**
 * Is the segment an exact copy of one of the sender's last packets? Then it has the same IP identification
 * and the same checksum over everything else, and it takes nothing forward. Counts it; a copy tells nothing about
 * the endpoints. Comes before anything else of the segment is noted.
 */
export function isDuplicate(cursor: Cursor, view: PacketView): boolean {
  const { ints, me } = cursor;
  const signature = signatureOf(view);
  if ((view.flags & TCP_RST) !== 0) return isCopyOfReset(cursor, view, signature);
  if (isOld(cursor, view) && isCopyOfOld(cursor, view, signature)) {
    ints[me + E_FLAGS] |= END_COPIED;
    noteCopy(cursor, view);
    return true;
  }
  ints[me + E_FLAGS] &= ~END_ACK_COPIED;
  remember(ints, me, signature, view.ipId);
  return false;
}

/** The segment takes nothing forward: no number that its sender has not used before, no ACK that it has not given. */
function isOld({ ints, me }: Cursor, view: PacketView): boolean {
  if (view.dataLength > 0 || (view.flags & (TCP_SYN | TCP_FIN)) !== 0) {
    const nextSequence = ints[me + E_NEXT_SEQUENCE];
    return nextSequence !== 0 && !atOrAfter(view.sequence, nextSequence);
  }
  const hasAcked = (ints[me + E_FLAGS] & END_HAS_ACKED) !== 0;
  if (hasAcked) return !after(view.acknowledgment, ints[me + E_ACKED]);
  return ints[me + E_PACKETS] > 1 && view.acknowledgment === ints[me + E_LAST_ACKNOWLEDGMENT];
}

function isCopyOfOld(cursor: Cursor, view: PacketView, signature: number): boolean {
  const { ints, me } = cursor;
  const isPureAck = view.dataLength === 0 && (view.flags & (TCP_SYN | TCP_FIN)) === 0;
  if (isFarther(cursor, view)) {
    const isSame = isKnown(cursor, signature, FARTHEST) || view.ipId === ints[me + E_SIGNATURE_SLOT] >>> 16;
    if (isSame && hadOneTtl(cursor, view) && (view.ipId !== 0 || !isPureAck)) {
      ints[me + E_FLAGS] |= END_TWICE_ON_WAY;
      return true;
    }
    if (isSeenBefore(cursor, view, isPureAck)) return true;
  }
  if (isPureAck && view.ipId === 0) return isCopiedAck(cursor, signature);
  if (isPureAck) return isKnown(cursor, signature, COPY_WINDOW) || isAmongCopies(cursor, view);
  if (isKnown(cursor, signature, windowOf(view)) || isAtBeginning(cursor, view)) return true;
  return (view.flags & TCP_SYN) !== 0 ? isSynAtOnce(cursor, view) : isCopyInBurst(cursor, view);
}

/**
 * A SYN or SYN-ACK with the same number, sooner after the last than any is sent again, whatever came between: a SYN-ACK after
 * a second (RFC 6298 2.1), but a SYN after two ticks where an ACK of an older connection came (tcp_rcv_synsent_state_process).
 */
function isSynAtOnce({ ints, floats, at, me, times }: Cursor, view: PacketView): boolean {
  const isSynAck = (view.flags & TCP_ACK) !== 0;
  if ((ints[me + E_FLAGS] & (isSynAck ? END_SYN_ACK_SENT : END_SYN_SENT)) === 0) return false;
  if (view.sequence !== ints[me + E_ISN]) return false;
  const since = floats[times + T_NOW] - floats[times + (isSynAck ? T_LAST_SYN_ACK : T_LAST_SYN)];
  // A SYN after the SYN-ACK draws another at once.
  const isFree = isSynAck && (ints[at + C_HANDSHAKE] & HANDSHAKE_NOT_HEARD) === 0;
  return since >= 0 && since <= (isFree ? COPY_WINDOW : COPY_WINDOW_WITHOUT_ID);
}

/** The connection is younger than anything that is sent again, but for duplicate ACKs. */
function isAtBeginning(cursor: Cursor, view: PacketView): boolean {
  const { ints, floats, at, me, times } = cursor;
  const age = floats[times + T_NOW] - ints[at + C_FIRST_NANOSECONDS];
  if (age < 0 || age > COPY_WINDOW_WITHOUT_ID || view.dataLength === 0 || isAskedFor(cursor)) return false;
  return isCovered(ints, me, view.sequence, view.dataLength);
}

/** The peer has sent duplicate ACKs: these ask for a retransmission (RFC 5681 3.2). A copy of an ACK is one, too. */
function isAskedFor({ ints, peer }: Cursor): boolean {
  return ints[peer + E_DUPLICATE_ACK_RUN] > (ints[peer + E_DUPLICATES] === 0 ? 0 : 1);
}

/**
 * Pure ACKs repeat on purpose (duplicate ACKs): without an identification they cannot be told from copies. But where a
 * capture is known to have packets twice, every second one is.
 */
function isCopiedAck(cursor: Cursor, signature: number): boolean {
  const { ints, me, peer } = cursor;
  const mine = ints[me + E_FLAGS];
  if (((mine | ints[peer + E_FLAGS]) & END_COPIED) === 0 || (mine & END_ACK_COPIED) !== 0) return false;
  if (!isKnown(cursor, signature, COPY_WINDOW_WITHOUT_ID)) return false;
  ints[me + E_FLAGS] = mine | END_ACK_COPIED;
  return true;
}

/** An ACK of a burst whose copies come after all of it: its identification is one that its sender gave before others. */
function isAmongCopies(cursor: Cursor, view: PacketView): boolean {
  const { ints, me, peer } = cursor;
  if (((ints[me + E_FLAGS] | ints[peer + E_FLAGS]) & END_COPIED) === 0) return false;
  return sinceLast(cursor) <= COPY_WINDOW_WITHOUT_ID && isBehind(ints[me + E_SIGNATURE_SLOT], view.ipId);
}

/**
 * Is it a fast retransmission to Wireshark only because each duplicate ACK came twice? What fills a gap within a round
 * trip of the last new segment was overtaken by it, and not sent again.
 */
export function isOvertaken(cursor: Cursor): boolean {
  const { ints, floats, me, peer, times, myTimes } = cursor;
  if (((ints[me + E_FLAGS] | ints[peer + E_FLAGS]) & END_COPIED) === 0) return false;
  if (ints[peer + E_DUPLICATE_ACK_RUN] > MOST_COPIED_RUN) return false;
  const sinceNext = floats[times + T_NOW] - floats[myTimes + F_NEXT_SEQUENCE_TIME];
  return sinceNext >= 0 && sinceNext < floats[times + T_INITIAL_RTT];
}

/** The packet has passed more routers than others of its sender: it was captured farther on its way. */
function isFarther(cursor: Cursor, view: PacketView): boolean {
  const { ints, me } = cursor;
  return ints[me + E_PACKETS] > 1 && view.ttl < (ttlBefore(cursor, view) & 0xff) && sinceLast(cursor) <= FARTHEST;
}

/** All before had the same TTL: then the first of two that are alike had it, too. An injected RST, or a SYN-ACK of a proxy, has another. */
function hadOneTtl(cursor: Cursor, view: PacketView): boolean {
  const range = ttlBefore(cursor, view);
  return range >>> 8 === (range & 0xff);
}

/**
 * Where a capture has packets of two places on their way, what comes with the smaller TTL has come with the greater one
 * before: it is a copy unless the capture missed the first.
 */
function isSeenBefore({ ints, me, peer }: Cursor, view: PacketView, isPureAck: boolean): boolean {
  if (((ints[me + E_FLAGS] | ints[peer + E_FLAGS]) & END_TWICE_ON_WAY) === 0) return false;
  if (isPureAck || (view.flags & TCP_SYN) !== 0) return true;
  if (isNewFin(ints, me, view)) return false;
  return view.dataLength === 0 || isCovered(ints, me, view.sequence, view.dataLength);
}

/**
 * Is the RST a copy? Each segment that reaches a closed socket is answered with one, those of the same ACK with the same
 * RST (RFC 9293 3.10.7.1), and Linux gives these no identification. So one that is like another is a copy if there is no
 * other segment that it may answer, and every second one is where a capture is known to have packets twice.
 */
function isCopyOfReset(cursor: Cursor, view: PacketView, signature: number): boolean {
  const { ints, me, peer } = cursor;
  const mine = ints[me + E_FLAGS];
  const word = ints[me + E_RESET_RUN];
  const heard = (ints[peer + E_PACKETS] - ints[peer + E_DUPLICATES]) & 0xffff;
  const hasId = view.ipId !== 0;
  if (
    hasId &&
    ints[me + E_DUPLICATES] !== 0 &&
    sinceLast(cursor) <= COPY_WINDOW &&
    isBehind(ints[me + E_SIGNATURE_SLOT], view.ipId)
  ) {
    noteCopy(cursor, view);
    return true;
  }
  if (isFarther(cursor, view) && isResetSeenBefore(cursor, view, signature)) {
    noteCopy(cursor, view);
    return true;
  }
  if (isKnown(cursor, signature, hasId ? COPY_WINDOW : RESET_COPY_WINDOW)) {
    const waiting = ints[peer + E_TIMED];
    const isAnotherPossible =
      heard !== (word & 0xffff) ||
      waiting > word >>> 16 ||
      waiting === TIMED_KEPT ||
      isMoreWaiting(cursor, word >>> 16);
    // Copies of two places on the way differ in their TTLs.
    const areCopiesKnown = ((mine | ints[peer + E_FLAGS]) & (END_COPIED | END_TWICE_ON_WAY)) === END_COPIED;
    if (hasId || !isAnotherPossible || (areCopiesKnown && (mine & END_RESET_COPIED) === 0)) {
      ints[me + E_FLAGS] = mine | END_RESET_COPIED;
      noteCopy(cursor, view);
      return true;
    }
  }
  const run = sinceLast(cursor) <= RESET_COPY_WINDOW ? word >>> 16 : 0;
  ints[me + E_FLAGS] = mine & ~END_RESET_COPIED;
  ints[me + E_RESET_RUN] = (Math.min(run + 1, MOST_IN_RUN) << 16) | heard;
  remember(ints, me, signature, view.ipId);
  return false;
}

/**
 * None of the peer's segments is timed, as after a retransmission, and more of its bytes wait for an answer than RSTs have
 * come: each answers a segment, which has one at least.
 */
function isMoreWaiting({ ints, me, peer }: Cursor, answered: number): boolean {
  if (ints[peer + E_TIMED] !== 0 || (ints[me + E_FLAGS] & END_HAS_ACKED) === 0) return false;
  return distance(ints[peer + E_NEXT_SEQUENCE], ints[me + E_ACKED]) > answered;
}

/** The RST has passed more routers than another one of its sender with the same number. */
function isResetSeenBefore(cursor: Cursor, view: PacketView, signature: number): boolean {
  const { ints, me, peer } = cursor;
  const isSame = isKnown(cursor, signature, FARTHEST);
  if (isSame && hadOneTtl(cursor, view)) {
    ints[me + E_FLAGS] |= END_TWICE_ON_WAY;
    return true;
  }
  const isOnWay = ((ints[me + E_FLAGS] | ints[peer + E_FLAGS]) & END_TWICE_ON_WAY) !== 0;
  return isOnWay && (isSame || (ints[me + E_RESETS] > 0 && ints[me + E_ZEEK_RST] === view.sequence));
}

/** The same for a datagram. Without an IP identification a repeated datagram cannot be told from a copy. */
export function isDuplicateDatagram(cursor: Cursor, view: PacketView): boolean {
  if (view.ipId === 0) return false;
  const signature = (view.ipId << 16) | ((view.checksum + view.dataLength) & 0xffff);
  if (isKnown(cursor, signature, COPY_WINDOW)) {
    noteCopy(cursor, view);
    return true;
  }
  remember(cursor.ints, cursor.me, signature, view.ipId);
  return false;
}

/**
 * The same for a packet of SCTP. Without an IP identification only those are told that nobody sends twice at once (RFC 9260
 * 6.3.1: the least RTO is 1 s): what begins or ends an association. An ABORT answers each packet of one that is not known.
 */
export function isDuplicateSctp(cursor: Cursor, view: PacketView): boolean {
  if (view.ipId !== 0) return isDuplicateDatagram(cursor, view);
  const { chunks } = view;
  if ((chunks & SENT_ONCE) === 0 || (chunks & SCTP_DATA) !== 0) return false;
  const signature = view.verificationTag ^ Math.imul(chunks + view.dataLength, 0x9e3779b1);
  if (isKnown(cursor, signature, (chunks & SCTP_ABORT) !== 0 ? RESET_COPY_WINDOW : COPY_WINDOW)) {
    noteCopy(cursor, view);
    return true;
  }
  remember(cursor.ints, cursor.me, signature, 0);
  return false;
}

/**
 * Where the copies of a burst come after all of it, more than four packets are between. Nothing is sent again within a
 * millisecond but for duplicate ACKs; and what a counting sender sends again has another, later identification.
 */
function isCopyInBurst(cursor: Cursor, view: PacketView): boolean {
  const { ints, floats, me, myTimes, times } = cursor;
  if (isNewFin(ints, me, view)) return false;
  const areCopiesKnown = ints[me + E_DUPLICATES] !== 0 && sinceLast(cursor) <= windowOf(view);
  const isOfBurst = areCopiesKnown && isCovered(ints, me, view.sequence, view.dataLength);
  if (isOfBurst && view.ipId !== 0 && isBehind(ints[me + E_SIGNATURE_SLOT], view.ipId)) return true;
  if (isAskedFor(cursor)) return false;
  const last = (view.sequence + view.dataLength) | 0;
  const end = (view.flags & TCP_FIN) !== 0 ? (last + 1) | 0 : last;
  for (let i = 0; i < ints[me + E_TIMED]; i++) {
    if (ints[me + E_TIMED_ENDS + i] !== end) continue;
    return floats[times + T_NOW] - floats[myTimes + F_TIMED + i] <= COPY_WINDOW_WITHOUT_ID;
  }
  return isOfBurst && view.ipId === 0;
}

/** A FIN of which none was seen before. */
function isNewFin(ints: Int32Array, me: number, view: PacketView): boolean {
  if ((view.flags & TCP_FIN) === 0) return false;
  const end = (view.sequence + view.dataLength) | 0;
  return (ints[me + E_FLAGS] & END_FIN_SENT) === 0 || end !== ints[me + E_FIN_SEQUENCE];
}

function windowOf(view: PacketView): number {
  return view.ipId !== 0 ? COPY_WINDOW : COPY_WINDOW_WITHOUT_ID;
}

/** The identification is one that a counting sender gave before its last. @param word E_SIGNATURE_SLOT before the packet */
function isBehind(word: number, ipId: number): boolean {
  const step = ((word >>> 16) - ipId) & 0xffff;
  return (word & IDS_COUNT) !== 0 && step > 0 && step < COUNTING_STEP;
}

/** Is the signature among the sender's last four, and did it send anything so recently? */
function isKnown(cursor: Cursor, signature: number, copyWindow: number): boolean {
  const { ints, me } = cursor;
  if (sinceLast(cursor) > copyWindow) return false;
  const known = Math.min(ints[me + E_PACKETS] - 1, SIGNATURES_KEPT);
  for (let i = 0; i < known; i++) {
    if (ints[me + E_SIGNATURES + i] === signature) return true;
  }
  return false;
}

/** Nanoseconds since the sender's packet before. */
function sinceLast({ floats, times, myTimes }: Cursor): number {
  return floats[times + T_NOW] - floats[myTimes + F_LAST_TIME];
}

function noteCopy({ ints, at, me }: Cursor, { frame }: PacketView): void {
  ints[me + E_DUPLICATES]++;
  if (ints[at + C_DUPLICATE_FRAME] === 0) ints[at + C_DUPLICATE_FRAME] = frame;
}

/**
 * Keeps a packet's signature in the place of the oldest, and its IP identification: E_SIGNATURE_SLOT holds the next
 * place in its low bits, IDS_COUNT where the last step of the identification was a small one, IDS_COUNTED where the step
 * before it was one, too, and the identification above.
 */
export function remember(ints: Int32Array, me: number, signature: number, ipId: number): void {
  const word = ints[me + E_SIGNATURE_SLOT];
  const step = (ipId - (word >>> 16) - 1) & 0xffff;
  ints[me + E_SIGNATURES + (word & SLOT_MASK)] = signature;
  const counts = step < COUNTING_STEP ? IDS_COUNT | ((word & IDS_COUNT) << 1) : 0;
  ints[me + E_SIGNATURE_SLOT] = ((word + 1) & SLOT_MASK) | counts | (ipId << 16);
}

/**
 * Does the IP identification fall out of the row of its sender's, which counts its packets? One small step may be chance
 * where identifications are random, two in a row are a count. One of 0 tells nothing: Linux sends its answers so.
 * @param word E_SIGNATURE_SLOT before the packet
 */
export function breaksCount(word: number, ipId: number): boolean {
  if ((word & IDS_COUNTED) === 0 || ipId === 0 || word >>> 16 === 0) return false;
  const step = (ipId - (word >>> 16)) & 0xffff;
  return step > MOST_COUNTED && step < 0x10000 - MOST_REORDERED;
}

/**
 * IP identification and checksum: the same in a copy, and hardly ever in another packet of the same stream.
 * The sequence number tells segments apart whose checksum the network card was to fill in.
 */
export function signatureOf(view: PacketView): number {
  return ((view.ipId << 16) | view.checksum) ^ Math.imul(view.sequence, 0x9e3779b1);
}

/** Duplicate ACKs and their copies, and the copy of the ACK before: fewer than two of them ask for a retransmission in Wireshark. */
const MOST_COPIED_RUN = 3;
const SENT_ONCE =
  SCTP_INIT |
  SCTP_INIT_ACK |
  SCTP_COOKIE_ECHO |
  SCTP_COOKIE_ACK |
  SCTP_SHUTDOWN |
  SCTP_SHUTDOWN_ACK |
  SCTP_SHUTDOWN_COMPLETE |
  SCTP_ABORT;
/** Counted in the upper half of E_RESET_RUN. */
const MOST_IN_RUN = 0x7fff;
/** A power of two, and the room that columns.ts gives. */
const SIGNATURES_KEPT = 4;
const SLOT_MASK = SIGNATURES_KEPT - 1;
/** Bits of E_SIGNATURE_SLOT beside the slot. */
const IDS_COUNT = 4;
const IDS_COUNTED = 8;
/** A host that counts gives other connections and unseen packets some numbers between two of this one. */
const COUNTING_STEP = 256;
const MOST_COUNTED = 4096;
const MOST_REORDERED = 64;
