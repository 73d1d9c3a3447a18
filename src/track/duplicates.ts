import { type PacketView, TCP_FIN, TCP_RST, TCP_SYN } from '../../parsers/packet-view.ts';
import { E_DUPLICATES, E_SIGNATURE_SLOT, E_SIGNATURES, F_SIGNATURES, T_NOW } from './columns.ts';
import type { Cursor } from './cursor.ts';

/** A copy arrives at once: mirror ports and `any` see a packet twice within this; nanoseconds. */
const COPY_WINDOW = 100e6;
/**
 * Without an IP identification (IPv6, and Linux's 0 on DF segments) copies and retransmissions look
 * alike; no retransmission comes this soon (the least RTO is 200 ms, tail loss probes wait 2 RTT).
 */
const COPY_WINDOW_WITHOUT_ID = 1e6;

/**
 * Is the segment an exact copy of one of the sender's last four packets (same IP identification, sequence,
 * acknowledgment, flags, length, window and checksum)? Counts it. A copy tells nothing about the endpoints.
 */
export function isDuplicate(cursor: Cursor, view: PacketView): boolean {
  let signature = Math.imul(view.sequence ^ (view.checksum << 16) ^ view.ipId, 0x9e3779b1);
  signature = Math.imul(signature ^ view.acknowledgment ^ (signature >>> 15), 0x85ebca6b);
  signature ^= (view.dataLength << 16) ^ (view.flags << 8) ^ view.window;
  let copyWindow = COPY_WINDOW;
  if (view.ipId === 0) {
    // Pure ACKs repeat on purpose (duplicate ACKs): without an identification they cannot be told from copies.
    const hasSpace = view.dataLength > 0 || (view.flags & (TCP_SYN | TCP_FIN | TCP_RST)) !== 0;
    copyWindow = hasSpace ? COPY_WINDOW_WITHOUT_ID : -1;
  }
  return isKnown(cursor, signature === 0 ? 1 : signature, copyWindow);
}

/** The same for a datagram. Without an IP identification a repeated datagram cannot be told from a copy. */
export function isDuplicateDatagram(cursor: Cursor, view: PacketView): boolean {
  if (view.ipId === 0) return false;
  const signature = Math.imul((view.checksum << 16) ^ view.ipId, 0x9e3779b1) ^ view.dataLength;
  return isKnown(cursor, signature === 0 ? 1 : signature, COPY_WINDOW);
}

/** Looks the signature up among the sender's last four, and remembers it if it is not there. */
function isKnown(cursor: Cursor, signature: number, copyWindow: number): boolean {
  const { ints, floats, me, myTimes } = cursor;
  const now = floats[cursor.times + T_NOW];
  for (let i = 0; i < 4; i++) {
    if (ints[me + E_SIGNATURES + i] === signature && now - floats[myTimes + F_SIGNATURES + i] <= copyWindow) {
      ints[me + E_DUPLICATES]++;
      return true;
    }
  }
  const slot = ints[me + E_SIGNATURE_SLOT];
  ints[me + E_SIGNATURES + slot] = signature;
  floats[myTimes + F_SIGNATURES + slot] = now;
  ints[me + E_SIGNATURE_SLOT] = (slot + 1) & 3;
  return false;
}
