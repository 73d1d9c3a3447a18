import { type PacketView, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../../parsers/packet-view.ts';
import type { ZeekState } from '../record.ts';
import {
  C_HISTORY,
  C_HISTORY_LENGTH,
  C_HISTORY_SEEN,
  E_NEXT_SEQUENCE,
  E_ZEEK,
  E_ZEEK_FIN,
  E_ZEEK_GAPS,
  E_ZEEK_RESENT,
  E_ZEEK_RST,
  E_ZEEK_SYN,
  E_ZEEK_ZERO_WINDOWS,
} from './columns.ts';
import { atOrBefore } from './sequence.ts';
import { ANALYSIS_ACKED_UNSEEN } from './tcp-analysis.ts';

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

/** Appends a letter the first time that an endpoint earns it; true if it had it already. */
function appendOnce(ints: Int32Array, at: number, endpoint: number, letter: number): boolean {
  const bit = 1 << ((letter === LETTER_SYN_ACK ? LETTER_SYN : letter) + 16 * endpoint);
  if ((ints[at + C_HISTORY_SEEN] & bit) !== 0) return true;
  ints[at + C_HISTORY_SEEN] |= bit;
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
 * (Zeek's documentation of conn.log; src/packet_analysis/protocol/tcp). Runs before `analyzeSegment` moves E_NEXT_SEQUENCE.
 *
 * @param endpoint 0 or 1, the sender; `fromOriginator` 1 if it is the side that Zeek calls originator
 */
export function updateZeek(
  ints: Int32Array,
  at: number,
  endpoint: number,
  fromOriginator: boolean,
  me: number,
  peer: number,
  view: PacketView,
): void {
  const flags = view.flags;
  const length = view.dataLength;
  const control = flags & (TCP_SYN | TCP_FIN | TCP_RST);
  if (control === 0) {
    if (length > 0) appendOnce(ints, at, endpoint, LETTER_DATA);
    else if ((flags & TCP_ACK) !== 0) appendOnce(ints, at, endpoint, LETTER_ACK);
  } else if ((control & (control - 1)) !== 0) {
    const torn = (flags & (TCP_FIN | TCP_RST)) === (TCP_FIN | TCP_RST);
    appendOnce(ints, at, endpoint, torn ? LETTER_INCONSISTENT : LETTER_MULTI_FLAG);
  } else {
    controlLetter(ints, at, endpoint, me, view);
  }

  const state = ints[me + E_ZEEK];
  const peerState = ints[peer + E_ZEEK];
  if (view.window === 0 && (flags & TCP_RST) === 0 && peerState !== ZEEK_CLOSED && state !== ZEEK_RESET) {
    appendScaled(ints, at, endpoint, me + E_ZEEK_ZERO_WINDOWS, LETTER_ZERO_WINDOW);
  }
  if (length > 0 && state !== ZEEK_RESET && (flags & (TCP_SYN | TCP_RST)) === 0) {
    const next = ints[me + E_NEXT_SEQUENCE];
    if (next !== 0 && atOrBefore((view.sequence + length) | 0, next)) {
      appendScaled(ints, at, endpoint, me + E_ZEEK_RESENT, LETTER_RESENT);
    }
  }

  if (control === 0 && (state === ZEEK_ESTABLISHED || state === ZEEK_CLOSED)) return;
  ints[me + E_ZEEK] = nextState(ints, state, peerState, peer, flags, length, fromOriginator);
}

/** What `analyzeSegment` found shows a gap in what the peer sent. */
export function noteZeekGap(ints: Int32Array, at: number, endpoint: number, peer: number, found: number): void {
  if ((found & ANALYSIS_ACKED_UNSEEN) !== 0 && ints[peer + E_ZEEK] !== ZEEK_RESET) {
    appendScaled(ints, at, endpoint ^ 1, peer + E_ZEEK_GAPS, LETTER_GAP);
  }
}

/** A lone SYN, FIN or RST: its letter, again only when it comes with another sequence number. */
function controlLetter(ints: Int32Array, at: number, endpoint: number, me: number, view: PacketView): void {
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
  if (appendOnce(ints, at, endpoint, letter) && sequence !== ints[column]) append(ints, at, endpoint, letter);
  ints[column] = sequence;
}

function nextState(
  ints: Int32Array,
  state: number,
  peerState: number,
  peer: number,
  flags: number,
  length: number,
  fromOriginator: boolean,
): number {
  if ((flags & TCP_RST) !== 0) return ZEEK_RESET;
  if (state === ZEEK_RESET) return state;
  if ((flags & TCP_FIN) !== 0) return ZEEK_CLOSED;
  if (state === ZEEK_CLOSED) return state;
  if ((flags & TCP_SYN) !== 0) {
    if (state === ZEEK_ESTABLISHED || state === ZEEK_PARTIAL) return state;
    if (fromOriginator) return (flags & TCP_ACK) !== 0 ? ZEEK_SYN_ACK_SENT : ZEEK_SYN_SENT;
    if (peerState === ZEEK_SYN_SENT) ints[peer + E_ZEEK] = ZEEK_ESTABLISHED;
    return ZEEK_ESTABLISHED;
  }
  if (state === ZEEK_INACTIVE) {
    if (!fromOriginator && length === 0 && peerState === ZEEK_SYN_SENT) return state;
    return (flags & TCP_ACK) !== 0 && peerState === ZEEK_ESTABLISHED ? ZEEK_ESTABLISHED : ZEEK_PARTIAL;
  }
  if ((state === ZEEK_SYN_SENT || state === ZEEK_SYN_ACK_SENT) && (flags & TCP_ACK) !== 0) {
    return peerState === ZEEK_INACTIVE ? state : ZEEK_ESTABLISHED;
  }
  return state;
}

/** The history as conn.log writes it. @param originator endpoint that Zeek calls originator */
export function zeekHistory(ints: Int32Array, at: number, originator: number): string {
  // '^': the first packet came from the responder, and the roles were turned round.
  let history = originator === 1 ? '^' : '';
  const length = ints[at + C_HISTORY_LENGTH];
  for (let i = 0; i < length; i++) {
    const code = (ints[at + C_HISTORY + ((i / 6) | 0)] >>> ((i % 6) * 5)) & 31;
    const letter = LETTERS[code >> 1];
    history += (code & 1) === originator ? letter.toUpperCase() : letter;
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
export function noteZeekDatagram(ints: Int32Array, at: number, endpoint: number): void {
  appendOnce(ints, at, endpoint, LETTER_DATA);
}
