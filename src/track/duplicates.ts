import { type PacketView, TCP_FIN, TCP_RST, TCP_SYN } from '../../parsers/packet-view.ts';
import {
  C_DUPLICATE_FRAME,
  E_DUPLICATES,
  E_LAST_ACKNOWLEDGMENT,
  E_NEXT_SEQUENCE,
  E_PACKETS,
  E_SIGNATURE_SLOT,
  E_SIGNATURES,
  F_LAST_TIME,
  T_NOW,
} from './columns.ts';
import type { Cursor } from './cursor.ts';
import { atOrAfter } from './sequence.ts';

/** A copy arrives at once: mirror ports and `any` see a packet twice within this of the sender's last packet; nanoseconds. */
export const COPY_WINDOW = 100e6;
/**
 * Without an IP identification (IPv6, and Linux's 0 on DF segments) copies and retransmissions look
 * alike; no retransmission comes this soon (the least RTO is 200 ms, tail loss probes wait 2 RTT).
 */
const COPY_WINDOW_WITHOUT_ID = 1e6;

/**
 * Is the segment an exact copy of one of the sender's last four packets? Then it has the same IP identification
 * and the same checksum over everything else, and it takes nothing forward. Counts it; a copy tells nothing about
 * the endpoints, nor does an RST like the one before.
 */
export function isDuplicate(cursor: Cursor, view: PacketView): boolean {
  const { ints, me } = cursor;
  const signature = signatureOf(view);
  const control = view.flags & (TCP_SYN | TCP_FIN | TCP_RST);
  const nextSequence = ints[me + E_NEXT_SEQUENCE];
  if (view.dataLength > 0 || control !== 0) {
    const isNew = nextSequence === 0 || (atOrAfter(view.sequence, nextSequence) && (control & TCP_RST) === 0);
    if (!isNew && isKnown(cursor, view, signature, view.ipId !== 0 ? COPY_WINDOW : COPY_WINDOW_WITHOUT_ID)) return true;
  } else if (view.ipId !== 0 && view.acknowledgment === ints[me + E_LAST_ACKNOWLEDGMENT]) {
    // Pure ACKs repeat on purpose (duplicate ACKs): without an identification they cannot be told from copies.
    if (isKnown(cursor, view, signature, COPY_WINDOW)) return true;
  }
  remember(cursor.ints, cursor.me, signature, view.ipId);
  return false;
}

/** The same for a datagram. Without an IP identification a repeated datagram cannot be told from a copy. */
export function isDuplicateDatagram(cursor: Cursor, view: PacketView): boolean {
  if (view.ipId === 0) return false;
  const signature = (view.ipId << 16) | ((view.checksum + view.dataLength) & 0xffff);
  if (isKnown(cursor, view, signature, COPY_WINDOW)) return true;
  remember(cursor.ints, cursor.me, signature, view.ipId);
  return false;
}

/** Is the signature among the sender's last four, and did it send anything so recently? */
function isKnown(cursor: Cursor, view: PacketView, signature: number, copyWindow: number): boolean {
  const { ints, floats, me } = cursor;
  const sinceLast = floats[cursor.times + T_NOW] - floats[cursor.myTimes + F_LAST_TIME];
  if (sinceLast > copyWindow) return false;
  const known = Math.min(ints[me + E_PACKETS] - 1, SIGNATURES_KEPT);
  for (let i = 0; i < known; i++) {
    if (ints[me + E_SIGNATURES + i] === signature) {
      if (isAnotherReset(cursor, view)) return true;
      ints[me + E_DUPLICATES]++;
      if (ints[cursor.at + C_DUPLICATE_FRAME] === 0) ints[cursor.at + C_DUPLICATE_FRAME] = view.frame;
      return true;
    }
  }
  return false;
}

/**
 * Each segment that reaches a closed socket is answered with an RST of the same number (RFC 9293 3.10.7.1), and Linux
 * gives those no identification. Two alike say the same as one, and are two where nothing else came twice.
 */
function isAnotherReset({ ints, me, peer }: Cursor, view: PacketView): boolean {
  return (view.flags & TCP_RST) !== 0 && view.ipId === 0 && (ints[me + E_DUPLICATES] | ints[peer + E_DUPLICATES]) === 0;
}

/**
 * Keeps a packet's signature in the place of the oldest, and its IP identification: E_SIGNATURE_SLOT holds the next
 * place in its low bits, IDS_COUNT where the last step of the identification was a small one, and that above.
 */
export function remember(ints: Int32Array, me: number, signature: number, ipId: number): void {
  const word = ints[me + E_SIGNATURE_SLOT];
  const step = (ipId - (word >>> 16) - 1) & 0xffff;
  ints[me + E_SIGNATURES + (word & SLOT_MASK)] = signature;
  ints[me + E_SIGNATURE_SLOT] = ((word + 1) & SLOT_MASK) | (step < COUNTING_STEP ? IDS_COUNT : 0) | (ipId << 16);
}

/**
 * Does the IP identification fall out of the row of its sender's, which counts its packets? One of 0 tells nothing:
 * Linux sends its answers so.
 * @param word E_SIGNATURE_SLOT before the packet
 */
export function breaksCount(word: number, ipId: number): boolean {
  if ((word & IDS_COUNT) === 0 || ipId === 0 || word >>> 16 === 0) return false;
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

/** A power of two, and the room that columns.ts gives. */
const SIGNATURES_KEPT = 4;
const SLOT_MASK = SIGNATURES_KEPT - 1;
/** Bit of E_SIGNATURE_SLOT beside the slot. */
const IDS_COUNT = 4;
/** A host that counts gives other connections and unseen packets some numbers between two of this one. */
const COUNTING_STEP = 256;
const MOST_COUNTED = 4096;
const MOST_REORDERED = 64;
