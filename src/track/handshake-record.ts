import type { Handshake, HandshakeOutcome, SynOptions } from '../record.ts';
import {
  C_ACK_FRAME,
  C_HANDSHAKE,
  C_PROTOCOL,
  C_SYN_ACK_COUNT,
  C_SYN_ACK_FRAME,
  C_SYN_COUNT,
  C_SYN_FRAME,
  C_SYN_WINDOW,
  E_FIRST_DATA_FRAME,
  E_FLAGS,
  E_ISN,
  E_PACKETS,
  E_SYN_OPTIONS,
  END_NOT_TAKEN,
  END_SYN_ACK_SENT,
  END_SYN_SENT,
  ENDPOINT_INT_0,
  HANDSHAKE_ABORTED,
  HANDSHAKE_ACCEPTED,
  HANDSHAKE_ACK_MISSED,
  HANDSHAKE_ASSUMED,
  HANDSHAKE_CONNECTED,
  HANDSHAKE_FAST_OPEN,
  HANDSHAKE_REFUSED,
  HANDSHAKE_SIMULTANEOUS,
  HANDSHAKE_SYN,
  HANDSHAKE_SYN_ACK,
  HANDSHAKE_UNREACHABLE,
  T_ACCEPTED,
  T_ACCEPTED_SYN_ACK,
  T_BASE_SECONDS,
  T_CONNECTED,
  T_CONNECTED_SYN,
  T_INITIAL_RTT,
  T_SYN,
  T_SYN_ACK,
  TAKEN_TIME,
} from './columns.ts';
import { unpackOptions } from './tcp-handshake.ts';
import { elapsed, mark, seconds } from './times.ts';

/** A step that takes less than this part of the whole handshake happened beside the capture. */
const NEAR_SHARE = 0.1;
/** Under this the whole handshake stayed on one machine or link, and shares of it say nothing; seconds. */
const TOO_SHORT_TO_TELL = 200e-6;

/** How the handshake ended, from the bits of C_HANDSHAKE. */
export function handshakeOutcome(handshake: number): HandshakeOutcome {
  if ((handshake & (HANDSHAKE_ACCEPTED | HANDSHAKE_ASSUMED)) !== 0) return 'completed';
  if ((handshake & (HANDSHAKE_SYN | HANDSHAKE_SYN_ACK)) === 0) return 'not-captured';
  if ((handshake & HANDSHAKE_REFUSED) !== 0) return 'refused';
  if ((handshake & HANDSHAKE_ABORTED) !== 0) return 'aborted';
  if ((handshake & HANDSHAKE_UNREACHABLE) !== 0 && (handshake & HANDSHAKE_CONNECTED) === 0) return 'unreachable';
  const answered = (handshake & HANDSHAKE_CONNECTED) !== 0 || (handshake & HANDSHAKE_SYN) === 0;
  return answered ? 'half-open' : 'unanswered';
}

/** Nanoseconds from the first SYN to the SYN-ACK that acknowledged it, NaN where either is missing or the clock was set back. */
export function connectNanoseconds(ints: Int32Array, floats: Float64Array, at: number, times: number): number {
  const both = HANDSHAKE_SYN | HANDSHAKE_CONNECTED;
  if ((ints[at + C_HANDSHAKE] & both) !== both) return Number.NaN;
  const nanoseconds = floats[times + T_CONNECTED] - floats[times + T_SYN];
  return nanoseconds < 0 ? Number.NaN : nanoseconds;
}

/** @param client, server indices of the endpoints' int columns */
export function makeHandshake(
  ints: Int32Array,
  floats: Float64Array,
  at: number,
  times: number,
  client: number,
  server: number,
): Handshake {
  const handshake = ints[at + C_HANDSHAKE];
  const base = floats[times + T_BASE_SECONDS];
  const hasSyn = (handshake & HANDSHAKE_SYN) !== 0;
  const isConnected = hasSyn && (handshake & HANDSHAKE_CONNECTED) !== 0;
  const isAccepted = (handshake & HANDSHAKE_ACCEPTED) !== 0;
  const isAckMissed = (handshake & HANDSHAKE_ACK_MISSED) !== 0;
  const isTaken = isAccepted && (ints[server + E_FLAGS] & END_NOT_TAKEN) === 0;
  const hasSynAck = (handshake & HANDSHAKE_SYN_ACK) !== 0;
  const between = (is: boolean, from: number, to: number) =>
    is ? elapsed(floats[times + from], floats[times + to]) : null;
  const synToSynAck = between(isConnected, T_CONNECTED_SYN, T_CONNECTED);
  const synAckToAck = between(isAccepted && hasSynAck, T_ACCEPTED_SYN_ACK, T_ACCEPTED);
  const initialRtt = floats[times + T_INITIAL_RTT];
  const synCount = ints[at + C_SYN_COUNT];
  const synAckCount = ints[at + C_SYN_ACK_COUNT];
  return {
    outcome: handshakeOutcome(handshake),
    kind: kindOf(handshake, (ints[at + C_PROTOCOL] & 0xff) === 132),
    syn: mark(ints[at + C_SYN_FRAME], base, floats[times + T_SYN]),
    synAck: mark(ints[at + C_SYN_ACK_FRAME], base, floats[times + T_SYN_ACK]),
    ack: mark(ints[at + C_ACK_FRAME], base, floats[times + T_ACCEPTED]),
    synToSynAck,
    synAckToAck,
    connectTime: between(isConnected, T_SYN, T_CONNECTED),
    acceptTime: between(isTaken && hasSyn, T_SYN, isAckMissed ? TAKEN_TIME : T_ACCEPTED),
    initialRtt: initialRtt === 0 || !isAnswered(ints, client, server) ? null : seconds(initialRtt),
    synRetransmissions: synCount > 1 ? synCount - 1 : 0,
    synAckRetransmissions: synAckCount > 1 ? synAckCount - 1 : 0,
    capturePoint: capturePoint(synToSynAck, synAckToAck),
    client: makeSynOptions(ints, at, client),
    server: makeSynOptions(ints, at, server),
  };
}

/** Both sides were heard, or one went on to send data: Wireshark shows no initial RTT of SYNs into silence either. */
function isAnswered(ints: Int32Array, client: number, server: number): boolean {
  if (ints[client + E_PACKETS] > 0 && ints[server + E_PACKETS] > 0) return true;
  return ints[client + E_FIRST_DATA_FRAME] > 0 || ints[server + E_FIRST_DATA_FRAME] > 0;
}

function kindOf(handshake: number, isSctp: boolean): Handshake['kind'] {
  if (isSctp) return 'four-way';
  if ((handshake & HANDSHAKE_SIMULTANEOUS) !== 0) return 'simultaneous';
  return (handshake & HANDSHAKE_FAST_OPEN) !== 0 ? 'fast-open' : 'three-way';
}

/** Beside the server its answer comes at once; beside the client the client's ACK does. */
function capturePoint(synToSynAck: number | null, synAckToAck: number | null): Handshake['capturePoint'] {
  if (synToSynAck === null || synAckToAck === null) return 'unknown';
  const whole = synToSynAck + synAckToAck;
  if (whole < TOO_SHORT_TO_TELL) return 'unknown';
  if (synAckToAck < whole * NEAR_SHARE) return 'near-client';
  return synToSynAck < whole * NEAR_SHARE ? 'near-server' : 'between';
}

function makeSynOptions(ints: Int32Array, at: number, endpoint: number): SynOptions | null {
  if ((ints[endpoint + E_FLAGS] & (END_SYN_SENT | END_SYN_ACK_SENT)) === 0) return null;
  if (ints[endpoint + E_SYN_OPTIONS] === 0) return null;
  const { mss, windowScale, sackPermitted, timestamps, fastOpen } = unpackOptions(ints[endpoint + E_SYN_OPTIONS]);
  const isn = ints[endpoint + E_ISN] >>> 0;
  return {
    isn,
    window: ints[at + C_SYN_WINDOW + (endpoint === at + ENDPOINT_INT_0 ? 0 : 1)],
    mss,
    windowScale,
    sackPermitted,
    timestamps,
    fastOpen,
  };
}
