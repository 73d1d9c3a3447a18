import {
  C_EVENT_COUNTS,
  C_EVENTS,
  C_FIRST_FRAME,
  C_HANDSHAKE,
  C_MULTIPATH,
  C_PROTOCOL,
  C_REUSED_STREAM,
  C_STATUS,
  C_SYN_ACK_COUNT,
  C_SYN_COUNT,
  C_UNANSWERED_AT_FIN,
  C_UNSEEN_FRAME,
  C_ZONE,
  E_DUPLICATES,
  E_FLAGS,
  E_PACKETS,
  E_RESENT_RUN,
  E_RETRANSMISSIONS,
  E_TTL,
  E_UNANSWERED,
  E_ZERO_WINDOW_FRAME,
  END_FIN_ACKED,
  END_FIN_SENT,
  END_MET_FIN,
  END_RESET_SENT,
  ENDPOINT_FLOAT_0,
  ENDPOINT_FLOAT_STRIDE,
  ENDPOINT_INT_0,
  ENDPOINT_INT_STRIDE,
  F_FIN_TIME,
  FLOAT_STRIDE,
  HANDSHAKE_ACCEPTED,
  HANDSHAKE_ANY_SYN,
  HANDSHAKE_CLIENT_1,
  HANDSHAKE_CLIENT_KNOWN,
  HANDSHAKE_CONNECTED,
  HANDSHAKE_REFUSED,
  HANDSHAKE_SYN,
  HANDSHAKE_SYN_ACK,
  INT_STRIDE,
  ROW_CLOSED,
  ROW_RESET,
  ROW_USED,
  T_BASE_SECONDS,
  T_CONNECTED,
  T_LAST_SYN,
  T_NOW,
  T_SYN,
} from './columns.ts';
import { nextSyn, REFUSED_AGAIN, STUCK_AFTER, triesRefusedAgain } from './retries.ts';
import type { Slab } from './slab.ts';
import {
  N_LONG_CLOSE_WAIT,
  N_NANOSECONDS,
  N_SECONDS,
  N_SLOW_HANDSHAKE,
  W_FAILED_FROM,
  W_RETRANSMISSIONS_AT_LEAST,
  W_TWO_WAY,
  W_USUAL_CONNECTS,
  W_USUAL_FROM,
} from './words.ts';

/*
 * Usual connections: of one of the few shapes that nearly all have. All that a summary says of such a one follows from its
 * shape and a handful of numbers, so where nobody wants to see it, it is only counted (usual-sums.ts).
 */

export const UNUSUAL = 0;
/** A handshake of three packets, payload of which little was sent again, a close in order; the same without a close. There is nothing to find. */
export const USUAL_CLOSED = 1;
export const USUAL_OPEN = 2;
/** SYNs that nobody answered; SYNs and the RST that answered them. There is that to find, and nothing else. */
export const USUAL_UNANSWERED = 3;
export const USUAL_REFUSED = 4;
/** UDP that nothing is to be said of. */
export const USUAL_EXCHANGE = 5;

/** Usual connections that may wait until their connect() times are summed up: at the end, all that are closed. */
export const USUAL_KEPT = 4096;

/** IP protocol numbers. */
const TCP = 6;
const UDP = 17;

/** Bits that tell nothing of how the handshake went. */
const BESIDE = HANDSHAKE_CLIENT_1 | HANDSHAKE_ANY_SYN;
const THREE_WAY = HANDSHAKE_CLIENT_KNOWN | HANDSHAKE_SYN | HANDSHAKE_SYN_ACK | HANDSHAKE_CONNECTED | HANDSHAKE_ACCEPTED;
const SYN_ALONE = HANDSHAKE_CLIENT_KNOWN | HANDSHAKE_SYN;
const FIN = END_FIN_SENT | END_FIN_ACKED;
/** One RST and no ICMP error. */
const ONE_RST = 1;

/**
 * The shape of a connection that has ended: UNUSUAL where it has none of these, where somebody wants to see it, or where no more can
 * wait to be added up. Stricter than findings are: one that seems unusual may have nothing to find.
 */
export function usualShape(slab: Slab, row: number): number {
  const { ints, words } = slab;
  const at = row * INT_STRIDE;
  const frame = ints[at + C_FIRST_FRAME];
  const isWanted = frame < words[W_USUAL_FROM];
  const isWantedIfFailed = frame < words[W_FAILED_FROM];
  if ((isWanted && isWantedIfFailed) || words[W_USUAL_CONNECTS] === USUAL_KEPT) return UNUSUAL;
  const first = at + ENDPOINT_INT_0;
  const second = first + ENDPOINT_INT_STRIDE;
  if ((ints[at + C_REUSED_STREAM] | ints[first + E_DUPLICATES] | ints[second + E_DUPLICATES]) !== 0) return UNUSUAL;
  const protocol = ints[at + C_PROTOCOL] & 0xff;
  if (protocol === UDP) {
    return !isWanted && ints[at + C_STATUS] === ROW_USED && ints[at + C_EVENTS] === 0 ? USUAL_EXCHANGE : UNUSUAL;
  }
  if (protocol !== TCP || (ints[at + C_ZONE] | ints[at + C_MULTIPATH]) !== 0) return UNUSUAL;
  if ((ints[at + C_UNSEEN_FRAME] | ints[first + E_ZERO_WINDOW_FRAME] | ints[second + E_ZERO_WINDOW_FRAME]) !== 0)
    return UNUSUAL;
  const handshake = ints[at + C_HANDSHAKE] & ~BESIDE;
  if (handshake === THREE_WAY) return isWanted ? UNUSUAL : shapeOfTransfer(slab, row, first, second);
  if ((handshake & ~HANDSHAKE_REFUSED) !== SYN_ALONE || isWantedIfFailed) return UNUSUAL;
  return shapeOfFailure(slab, row);
}

/** Of a connection whose handshake was usual. @param first, second where the int columns of the endpoints begin */
function shapeOfTransfer({ ints, floats, words, sums }: Slab, row: number, first: number, second: number): number {
  const at = row * INT_STRIDE;
  if (ints[at + C_EVENTS] !== 0 || ints[at + C_SYN_COUNT] !== 1 || ints[at + C_SYN_ACK_COUNT] !== 1) return UNUSUAL;
  const again = Math.max(ints[first + E_RETRANSMISSIONS], ints[second + E_RETRANSMISSIONS]);
  if (again > 0 && again >= words[W_RETRANSMISSIONS_AT_LEAST]) return UNUSUAL;
  if ((ints[first + E_UNANSWERED] | ints[second + E_UNANSWERED]) !== 0) return UNUSUAL;
  if (again > 0 && Math.max(ints[first + E_RESENT_RUN], ints[second + E_RESENT_RUN]) >= STUCK_AFTER) return UNUSUAL;
  const times = row * FLOAT_STRIDE;
  const connect = floats[times + T_CONNECTED] - floats[times + T_SYN];
  if (connect < 0 || connect > sums[N_SLOW_HANDSHAKE]) return UNUSUAL;

  const mine = ints[first + E_FLAGS] & (FIN | END_RESET_SENT);
  if (mine !== (ints[second + E_FLAGS] & (FIN | END_RESET_SENT))) return UNUSUAL;
  if (mine === 0 && ints[at + C_STATUS] === ROW_USED) return USUAL_OPEN;
  const server = 1 - clientOfSyn(ints, at);
  if (ints[at + C_UNANSWERED_AT_FIN + server] !== 0) return UNUSUAL;
  if (((ints[first + E_FLAGS] | ints[second + E_FLAGS]) & END_MET_FIN) !== 0) return UNUSUAL;
  if (mine !== FIN || ints[at + C_STATUS] !== (ROW_USED | ROW_CLOSED)) return UNUSUAL;
  const firstTimes = times + ENDPOINT_FLOAT_0;
  const between = floats[firstTimes + F_FIN_TIME] - floats[firstTimes + ENDPOINT_FLOAT_STRIDE + F_FIN_TIME];
  return Math.abs(between) <= sums[N_LONG_CLOSE_WAIT] ? USUAL_CLOSED : UNUSUAL;
}

/** Of a connection of which nothing but SYNs, or an RST, came, and whose next SYN is overdue. */
function shapeOfFailure(slab: Slab, row: number): number {
  const { ints, words } = slab;
  const at = row * INT_STRIDE;
  const clientEndpoint = clientOfSyn(ints, at);
  const client = at + ENDPOINT_INT_0 + clientEndpoint * ENDPOINT_INT_STRIDE;
  const server = at + ENDPOINT_INT_0 + (1 - clientEndpoint) * ENDPOINT_INT_STRIDE;
  const syns = ints[at + C_SYN_COUNT];
  if (ints[client + E_PACKETS] !== syns || ints[client + E_RETRANSMISSIONS] !== syns - 1) return UNUSUAL;
  if (ints[server + E_RETRANSMISSIONS] !== 0) return UNUSUAL;
  const answers = ints[server + E_PACKETS];
  if ((ints[at + C_HANDSHAKE] & HANDSHAKE_REFUSED) === 0) {
    if (words[W_TWO_WAY] === 0 || silenceAfter(slab, row) <= nextSynOf(slab, row)) return UNUSUAL;
    return answers === 0 && ints[at + C_EVENTS] === 0 && ints[at + C_STATUS] === ROW_USED ? USUAL_UNANSWERED : UNUSUAL;
  }
  if (ints[at + C_STATUS] !== (ROW_USED | ROW_CLOSED | ROW_RESET)) return UNUSUAL;
  if (triesRefusedAgain(ints[client + E_TTL] & 0xff, syns) && silenceAfter(slab, row) <= REFUSED_AGAIN) return UNUSUAL;
  return answers === 1 && ints[at + C_EVENT_COUNTS] === ONE_RST ? USUAL_REFUSED : UNUSUAL;
}

function nextSynOf({ ints, floats }: Slab, row: number): number {
  const times = row * FLOAT_STRIDE;
  const syns = ints[row * INT_STRIDE + C_SYN_COUNT];
  return nextSyn(syns, floats[times + T_SYN] / 1e9, floats[times + T_LAST_SYN] / 1e9);
}

/** Seconds that the capture went on after a connection's last packet. */
function silenceAfter({ floats, sums }: Slab, row: number): number {
  const times = row * FLOAT_STRIDE;
  const until = sums[N_SECONDS] + sums[N_NANOSECONDS] / 1e9 - floats[times + T_BASE_SECONDS];
  return until - floats[times + T_NOW] / 1e9;
}

/** Which endpoint is the client of a connection that began with a SYN. */
export function clientOfSyn(ints: Int32Array, at: number): number {
  return (ints[at + C_HANDSHAKE] & HANDSHAKE_CLIENT_1) !== 0 ? 1 : 0;
}
