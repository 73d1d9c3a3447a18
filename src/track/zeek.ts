import { type PacketView, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../../parsers/packet-view.ts';
import type { ZeekState } from '../record.ts';
import {
  C_HANDSHAKE,
  C_HISTORY,
  C_HISTORY_LENGTH,
  E_ZEEK,
  E_ZEEK_FIN,
  E_ZEEK_GAPS,
  E_ZEEK_RESENT,
  E_ZEEK_RST,
  E_ZEEK_SYN,
  E_ZEEK_ZERO_WINDOWS,
  HANDSHAKE_CLIENT_1,
  HANDSHAKE_CLIENT_KNOWN,
} from './columns.ts';
import type { Cursor } from './cursor.ts';
import { ANALYSIS_ACKED_UNSEEN, ANALYSIS_KEEP_ALIVE, ANALYSIS_OUT_OF_ORDER, ANALYSIS_RESENT } from './tcp-analysis.ts';

/** Zeek's endpoint states (values of E_ZEEK), as conn_state is made of them. */
export const ZEEK_INACTIVE = 0;
export const ZEEK_SYN_SENT = 1;
export const ZEEK_SYN_ACK_SENT = 2;
export const ZEEK_PARTIAL = 3;
export const ZEEK_ESTABLISHED = 4;
export const ZEEK_CLOSED = 5;
export const ZEEK_RESET = 6;

/** Letters of conn.log's history, by code. The originator's are written in upper case. */
const LETTERS = 'shadfrgtwiq';
const ORIGINATOR_LETTERS = LETTERS.toUpperCase();
const LETTER_SYN = 0;
const LETTER_SYN_ACK = 1;
const LETTER_ACK = 2;
const LETTER_DATA = 3;
const LETTER_FIN = 4;
const LETTER_RST = 5;
const LETTER_GAP = 6;
const LETTER_RESENT = 7;
const LETTER_ZERO_WINDOW = 8;
const LETTER_INCONSISTENT = 9;
const LETTER_MULTI_FLAG = 10;

/** Letters kept in order: 6 words of 6. A history that is longer loses its tail. */
const HISTORY_KEPT = 36;

function append(ints: Int32Array, at: number, endpoint: number, letter: number): void {
  const length = ints[at + C_HISTORY_LENGTH];
  if (length >= HISTORY_KEPT) return;
  ints[at + C_HISTORY_LENGTH] = length + 1;
  ints[at + C_HISTORY + ((length / 6) | 0)] |= ((letter << 1) | endpoint) << ((length % 6) * 5);
}

/** The state is in the low bits of E_ZEEK; letter L was earned if bit EARNED_SHIFT + L is set. */
const STATE_MASK = 15;
const EARNED_SHIFT = 4;
const EARNED_ACK = 1 << (EARNED_SHIFT + LETTER_ACK);
const EARNED_DATA = 1 << (EARNED_SHIFT + LETTER_DATA);

/** Appends a letter the first time that an endpoint earns it; true if it had it already. SYN and SYN-ACK are one. */
function appendOnce(ints: Int32Array, at: number, endpoint: number, me: number, letter: number): boolean {
  const bit = 1 << (EARNED_SHIFT + (letter === LETTER_SYN_ACK ? LETTER_SYN : letter));
  if ((ints[me + E_ZEEK] & bit) !== 0) return true;
  ints[me + E_ZEEK] |= bit;
  append(ints, at, endpoint, letter);
  return false;
}

/** Appends a letter at its 1st, 10th, 100th … occurrence. */
function appendScaled(ints: Int32Array, at: number, endpoint: number, counter: number, letter: number): void {
  const count = ++ints[counter];
  if (count === 1 || count === 10 || count === 100 || count === 1000 || count === 10_000 || count === 100_000) {
    append(ints, at, endpoint, letter);
  }
}

/**
 * Moves Zeek's view of a TCP connection on by one segment: the history letters and the two endpoint states
 * (Zeek's documentation of conn.log; src/packet_analysis/protocol/tcp). Most segments change nothing.
 *
 * @param found what `analyzeSegment` found
 */
export function updateZeek(cursor: Cursor, view: PacketView, found: number): void {
  const { ints, me, peer } = cursor;
  const flags = view.flags;
  const control = flags & (TCP_SYN | TCP_FIN | TCP_RST);
  const zeek = ints[me + E_ZEEK];
  const state = zeek & STATE_MASK;
  const isOrdinary = control === 0 && view.window !== 0 && (found & NOTEWORTHY) === 0;
  if (isOrdinary && hasNothingForZeek(zeek, view.dataLength)) return;
  noteHistory(cursor, view, found);
  if (control === 0 && (state === ZEEK_ESTABLISHED || state === ZEEK_CLOSED)) return;
  const moved = nextState(cursor, state, ints[peer + E_ZEEK] & STATE_MASK, flags, view.dataLength);
  ints[me + E_ZEEK] = (ints[me + E_ZEEK] & ~STATE_MASK) | moved;
}

/** An ordinary segment changes nothing: its letter is earned, and its sender's state moves by SYN, FIN and RST only. */
export function hasNothingForZeek(zeek: number, length: number): boolean {
  const state = zeek & STATE_MASK;
  if (state !== ZEEK_ESTABLISHED && state !== ZEEK_CLOSED) return false;
  return (zeek & (length > 0 ? EARNED_DATA : EARNED_ACK)) !== 0;
}

/** What makes a letter besides flags and payload: a gap, and everything that does not advance the sequence. */
const NOT_ADVANCED = ANALYSIS_RESENT | ANALYSIS_OUT_OF_ORDER | ANALYSIS_KEEP_ALIVE;
const NOTEWORTHY = NOT_ADVANCED | ANALYSIS_ACKED_UNSEEN;

function noteHistory(cursor: Cursor, view: PacketView, found: number): void {
  const { ints, at, me, peer, sender } = cursor;
  const flags = view.flags;
  const length = view.dataLength;
  const control = flags & (TCP_SYN | TCP_FIN | TCP_RST);
  if (control === 0) {
    if (length > 0) appendOnce(ints, at, sender, me, LETTER_DATA);
    else if ((flags & TCP_ACK) !== 0) appendOnce(ints, at, sender, me, LETTER_ACK);
  } else if ((control & (control - 1)) !== 0) {
    const torn = (flags & (TCP_FIN | TCP_RST)) === (TCP_FIN | TCP_RST);
    appendOnce(ints, at, sender, me, torn ? LETTER_INCONSISTENT : LETTER_MULTI_FLAG);
  } else {
    noteControl(ints, at, sender, me, view);
  }
  const state = ints[me + E_ZEEK] & STATE_MASK;
  const peerState = ints[peer + E_ZEEK] & STATE_MASK;
  if (view.window === 0 && (flags & TCP_RST) === 0 && peerState !== ZEEK_CLOSED && state !== ZEEK_RESET) {
    appendScaled(ints, at, sender, me + E_ZEEK_ZERO_WINDOWS, LETTER_ZERO_WINDOW);
  }
  const isData = length > 0 && (flags & (TCP_SYN | TCP_RST)) === 0;
  if (isData && (found & NOT_ADVANCED) !== 0 && state !== ZEEK_RESET) {
    appendScaled(ints, at, sender, me + E_ZEEK_RESENT, LETTER_RESENT);
  }
  if ((found & ANALYSIS_ACKED_UNSEEN) !== 0 && peerState !== ZEEK_RESET) {
    appendScaled(ints, at, sender ^ 1, peer + E_ZEEK_GAPS, LETTER_GAP);
  }
}

/** A lone SYN, FIN or RST: its letter, again only when it comes with another sequence number. */
function noteControl(ints: Int32Array, at: number, endpoint: number, me: number, view: PacketView): void {
  let letter = LETTER_RST;
  let column = me + E_ZEEK_RST;
  let sequence = view.sequence;
  if ((view.flags & TCP_SYN) !== 0) {
    letter = (view.flags & TCP_ACK) !== 0 ? LETTER_SYN_ACK : LETTER_SYN;
    column = me + E_ZEEK_SYN;
  } else if ((view.flags & TCP_FIN) !== 0) {
    letter = LETTER_FIN;
    column = me + E_ZEEK_FIN;
    sequence = (sequence + view.dataLength) | 0;
  }
  if (appendOnce(ints, at, endpoint, me, letter) && sequence !== ints[column]) append(ints, at, endpoint, letter);
  ints[column] = sequence;
}

function nextState(cursor: Cursor, state: number, peerState: number, flags: number, length: number): number {
  if ((flags & TCP_RST) !== 0) return ZEEK_RESET;
  if (state === ZEEK_RESET) return state;
  if ((flags & TCP_FIN) !== 0) return ZEEK_CLOSED;
  if (state === ZEEK_CLOSED) return state;
  if ((flags & TCP_SYN) !== 0) {
    if (state === ZEEK_ESTABLISHED || state === ZEEK_PARTIAL) return state;
    if (isFromOriginator(cursor)) return (flags & TCP_ACK) !== 0 ? ZEEK_SYN_ACK_SENT : ZEEK_SYN_SENT;
    if (peerState === ZEEK_SYN_SENT) establish(cursor);
    return ZEEK_ESTABLISHED;
  }
  if (state === ZEEK_INACTIVE) {
    if (length === 0 && peerState === ZEEK_SYN_SENT && !isFromOriginator(cursor)) return state;
    return (flags & TCP_ACK) !== 0 && peerState === ZEEK_ESTABLISHED ? ZEEK_ESTABLISHED : ZEEK_PARTIAL;
  }
  if ((state === ZEEK_SYN_SENT || state === ZEEK_SYN_ACK_SENT) && (flags & TCP_ACK) !== 0) {
    return peerState === ZEEK_INACTIVE ? state : ZEEK_ESTABLISHED;
  }
  return state;
}

/** The peer's SYN was answered. */
function establish({ ints, peer }: Cursor): void {
  ints[peer + E_ZEEK] = (ints[peer + E_ZEEK] & ~STATE_MASK) | ZEEK_ESTABLISHED;
}

/** Zeek's originator: the client, or the sender of the first packet. */
function isFromOriginator({ ints, at, sender }: Cursor): boolean {
  const handshake = ints[at + C_HANDSHAKE];
  if ((handshake & HANDSHAKE_CLIENT_KNOWN) === 0) return sender === 0;
  return ((handshake & HANDSHAKE_CLIENT_1) !== 0 ? 1 : 0) === sender;
}

/** Zeek's state of an endpoint. @param side index of its int columns */
export function zeekStateOf(ints: Int32Array, side: number): number {
  return ints[side + E_ZEEK] & STATE_MASK;
}

/** The history as conn.log writes it. @param originator endpoint that Zeek calls originator */
export function zeekHistory(ints: Int32Array, at: number, originator: number): string {
  // '^': the first packet came from the responder, and the roles were turned round.
  let history = originator === 1 ? '^' : '';
  const length = ints[at + C_HISTORY_LENGTH];
  for (let i = 0; i < length; i++) {
    const code = (ints[at + C_HISTORY + ((i / 6) | 0)] >>> ((i % 6) * 5)) & 31;
    history += ((code & 1) === originator ? ORIGINATOR_LETTERS : LETTERS)[code >> 1];
  }
  return history;
}

/** conn_state of a TCP connection from the two endpoint states and whether either sent payload. */
export function zeekTcpState(originator: number, responder: number, anyPayload: boolean): ZeekState {
  const originatorInactive = originator === ZEEK_INACTIVE || originator === ZEEK_PARTIAL;
  const responderInactive = responder === ZEEK_INACTIVE || responder === ZEEK_PARTIAL;
  if (responder === ZEEK_RESET) {
    if (originator === ZEEK_SYN_SENT || originator === ZEEK_SYN_ACK_SENT) return 'REJ';
    if (originator === ZEEK_RESET && !anyPayload) return 'REJ';
    return originatorInactive ? 'RSTRH' : 'RSTR';
  }
  if (originator === ZEEK_RESET) return responderInactive ? 'RSTOS0' : 'RSTO';
  if (originator === ZEEK_CLOSED) {
    if (responder === ZEEK_CLOSED) return 'SF';
    return responderInactive ? 'SH' : 'S2';
  }
  if (responder === ZEEK_CLOSED) return originatorInactive ? 'SHR' : 'S3';
  if (originator === ZEEK_SYN_SENT && responder === ZEEK_INACTIVE) return 'S0';
  if (originator === ZEEK_ESTABLISHED && responder === ZEEK_ESTABLISHED) return 'S1';
  return 'OTH';
}

/** conn_state of a UDP exchange: who sent anything. */
export function zeekUdpState(originatorActive: boolean, responderActive: boolean): ZeekState {
  if (originatorActive) return responderActive ? 'SF' : 'S0';
  return responderActive ? 'SHR' : 'OTH';
}

/** Data of a UDP or SCTP endpoint: its history letter. */
export function noteZeekDatagram({ ints, at, me, sender }: Cursor): void {
  appendOnce(ints, at, sender, me, LETTER_DATA);
}
