import {
  C_ADDRESS_0,
  C_ADDRESS_1,
  C_EVENTS,
  C_FIRST_FRAME,
  C_HANDSHAKE,
  C_PORTS,
  C_PROTOCOL,
  C_REUSED_STREAM,
  C_STATUS,
  C_STREAM,
  C_SYN_ACK_COUNT,
  C_SYN_COUNT,
  C_ZONE,
  E_ACKED_UNSEEN,
  E_DUPLICATES,
  E_FLAGS,
  E_RESETS,
  E_RETRANSMISSIONS,
  E_UNANSWERED,
  E_ZERO_WINDOW_FRAME,
  END_CLOSED_SECOND,
  END_FIN_ACKED,
  END_FIN_SENT,
  END_RESET_SENT,
  ENDPOINT_FLOAT_0,
  ENDPOINT_FLOAT_STRIDE,
  ENDPOINT_INT_0,
  ENDPOINT_INT_STRIDE,
  F_BYTES,
  F_FIN_TIME,
  FLOAT_STRIDE,
  HANDSHAKE_ACCEPTED,
  HANDSHAKE_ANY_SYN,
  HANDSHAKE_CLIENT_1,
  HANDSHAKE_CLIENT_KNOWN,
  HANDSHAKE_CONNECTED,
  HANDSHAKE_SYN,
  HANDSHAKE_SYN_ACK,
  INT_STRIDE,
  ROW_CLOSED,
  ROW_USED,
  T_BASE_SECONDS,
  T_CONNECTED,
  T_SYN,
} from './columns.ts';
import type { Slab } from './slab.ts';
import {
  N_LONG_CLOSE_WAIT,
  N_QUIET_BYTES,
  N_SLOW_HANDSHAKE,
  W_QUIET_COUNT,
  W_QUIET_FROM,
  W_QUIET_GRACEFUL,
} from './words.ts';

/*
 * Quiet connections: a handshake of three packets, payload, a close in order, and nothing else. Most are so, and where nobody
 * wants to see them they are only counted.
 */

/** IP protocol number. */
const TCP = 6;
/** Quiet connections that may wait to be added up: at the end, all that are closed. */
export const QUIET_KEPT = 4096;

/** What is kept of each: addresses of client and server, four words each, port of the server, protocol, */
export const Q_CLIENT = 0;
export const Q_SERVER = 4;
export const Q_PORT = 8;
export const Q_PROTOCOL = 9;
/** its stream, and whether it left the client in TIME-WAIT. */
export const Q_STREAM = 10;
export const Q_TIME_WAIT = 11;
export const QUIET_STRIDE = 12;
/** Nanoseconds of its connect(); seconds since 1970 of the server's FIN. */
export const QT_CONNECT = 0;
export const QT_SERVER_FIN = 1;
export const QUIET_TIMES_STRIDE = 2;

/** The quiet connections that wait. */
export interface QuietLog {
  readonly quiet: Int32Array;
  readonly quietTimes: Float64Array;
}

const THREE_WAY = HANDSHAKE_CLIENT_KNOWN | HANDSHAKE_SYN | HANDSHAKE_SYN_ACK | HANDSHAKE_CONNECTED | HANDSHAKE_ACCEPTED;
/** Bits that tell nothing of how the handshake went. */
const BESIDE = HANDSHAKE_CLIENT_1 | HANDSHAKE_ANY_SYN;
const FIN = END_FIN_SENT | END_FIN_ACKED;

/**
 * Is there nothing to find in a connection that has ended, and need it not be seen? Stricter than findings are: one that seems not
 * quiet may turn out to be so.
 */
export function isQuiet({ ints, floats, words, sums }: Slab, row: number): boolean {
  const at = row * INT_STRIDE;
  if (ints[at + C_FIRST_FRAME] < words[W_QUIET_FROM] || words[W_QUIET_COUNT] === QUIET_KEPT) return false;
  if (ints[at + C_STATUS] !== (ROW_USED | ROW_CLOSED) || (ints[at + C_HANDSHAKE] & ~BESIDE) !== THREE_WAY) return false;
  if ((ints[at + C_PROTOCOL] & 0xff) !== TCP) return false;
  if ((ints[at + C_EVENTS] | ints[at + C_REUSED_STREAM] | ints[at + C_ZONE]) !== 0) return false;
  if (ints[at + C_SYN_COUNT] !== 1 || ints[at + C_SYN_ACK_COUNT] !== 1) return false;
  const first = at + ENDPOINT_INT_0;
  const second = first + ENDPOINT_INT_STRIDE;
  if (!isEndpointQuiet(ints, first) || !isEndpointQuiet(ints, second)) return false;
  const times = row * FLOAT_STRIDE;
  const connect = floats[times + T_CONNECTED] - floats[times + T_SYN];
  if (connect < 0 || connect > sums[N_SLOW_HANDSHAKE]) return false;
  const firstTimes = times + ENDPOINT_FLOAT_0;
  const between = floats[firstTimes + F_FIN_TIME] - floats[firstTimes + ENDPOINT_FLOAT_STRIDE + F_FIN_TIME];
  return Math.abs(between) <= sums[N_LONG_CLOSE_WAIT];
}

function isEndpointQuiet(ints: Int32Array, me: number): boolean {
  if ((ints[me + E_FLAGS] & (FIN | END_RESET_SENT)) !== FIN) return false;
  const again = ints[me + E_RETRANSMISSIONS] | ints[me + E_DUPLICATES] | ints[me + E_UNANSWERED];
  const odd = ints[me + E_ACKED_UNSEEN] | ints[me + E_RESETS] | ints[me + E_ZERO_WINDOW_FRAME];
  return (again | odd) === 0;
}

/** Adds up what waits, and empties the log. */
export function takeQuiet(slab: Slab): { count: number; graceful: number; bytes: number } {
  const { words, sums } = slab;
  const taken = { count: words[W_QUIET_COUNT], graceful: words[W_QUIET_GRACEFUL], bytes: sums[N_QUIET_BYTES] };
  words[W_QUIET_COUNT] = 0;
  words[W_QUIET_GRACEFUL] = 0;
  sums[N_QUIET_BYTES] = 0;
  return taken;
}

/** Counts a quiet connection, and keeps what its sums are made of. */
export function logQuiet({ ints, floats, words, sums }: Slab, { quiet, quietTimes }: QuietLog, row: number): void {
  const at = row * INT_STRIDE;
  const times = row * FLOAT_STRIDE;
  const client = (ints[at + C_HANDSHAKE] & HANDSHAKE_CLIENT_1) !== 0 ? 1 : 0;
  const clientFlags = ints[at + ENDPOINT_INT_0 + client * ENDPOINT_INT_STRIDE + E_FLAGS];
  const serverFlags = ints[at + ENDPOINT_INT_0 + (1 - client) * ENDPOINT_INT_STRIDE + E_FLAGS];
  const clientTimes = times + ENDPOINT_FLOAT_0 + client * ENDPOINT_FLOAT_STRIDE;
  const serverTimes = times + ENDPOINT_FLOAT_0 + (1 - client) * ENDPOINT_FLOAT_STRIDE;
  sums[N_QUIET_BYTES] += floats[clientTimes + F_BYTES] + floats[serverTimes + F_BYTES];
  if (((clientFlags | serverFlags) & END_CLOSED_SECOND) !== 0) words[W_QUIET_GRACEFUL]++;

  const entry = words[W_QUIET_COUNT];
  words[W_QUIET_COUNT] = entry + 1;
  const q = entry * QUIET_STRIDE;
  const clientAddress = at + (client === 0 ? C_ADDRESS_0 : C_ADDRESS_1);
  const serverAddress = at + (client === 0 ? C_ADDRESS_1 : C_ADDRESS_0);
  for (let word = 0; word < 4; word++) {
    quiet[q + Q_CLIENT + word] = ints[clientAddress + word];
    quiet[q + Q_SERVER + word] = ints[serverAddress + word];
  }
  quiet[q + Q_PORT] = client === 0 ? ints[at + C_PORTS] & 0xffff : ints[at + C_PORTS] >>> 16;
  quiet[q + Q_PROTOCOL] = ints[at + C_PROTOCOL];
  quiet[q + Q_STREAM] = ints[at + C_STREAM];
  quiet[q + Q_TIME_WAIT] = (clientFlags & END_CLOSED_SECOND) === 0 ? 1 : 0;
  const qt = entry * QUIET_TIMES_STRIDE;
  quietTimes[qt + QT_CONNECT] = floats[times + T_CONNECTED] - floats[times + T_SYN];
  quietTimes[qt + QT_SERVER_FIN] = floats[times + T_BASE_SECONDS] + floats[serverTimes + F_FIN_TIME] / 1e9;
}
