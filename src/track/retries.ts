/** A retry may come a little late. */
const LATE = 1.1;
/** The same segment sent again so often does not get through, if its peer is heard. */
export const STUCK_AFTER = 3;
/** The shortest time in which a kernel sends again by a timer, TCP_RTO_MIN. Copies come in less. */
const SHORTEST_RETRY = 0.2;
/** The longest time between two retransmissions, TCP_RTO_MAX. */
const LONGEST_RETRY = 120;
/** No kernel gives up connect() after fewer SYNs: Windows sends three, Linux and the BSDs more. A program with a timeout of its own may. */
export const KERNEL_SYNS = 3;
/** Windows sends a SYN again so many seconds after it was refused, with some delay, until it has sent three. */
export const REFUSED_AGAIN = 0.8;
/** First wait for an answer to a SYN (TCP_TIMEOUT_INIT); three times that before RFC 6298. */
const FIRST_SYN_RETRY = 3;

/**
 * Seconds after the last SYN in which another must come if it is going to. The first retries may be linear
 * (tcp_syn_linear_timeouts), then each wait is at most as long as all before and one second.
 */
export function nextSyn(synCount: number, firstSyn: number, lastSyn: number): number {
  return synCount < 2 ? FIRST_SYN_RETRY * LATE : (lastSyn - firstSyn + 1) * LATE;
}

/** Initial TTLs: Linux, macOS and BSD begin with 64, Windows with 128. */
const UNIX_TTL = 64;
const WINDOWS_TTL = 128;

/** May the client send its SYN again although it was refused? Windows does (TcpMaxConnectRetransmissions). @param ttl of the client's packets */
export function triesRefusedAgain(ttl: number, synCount: number): boolean {
  return ttl > UNIX_TTL && ttl <= WINDOWS_TTL && synCount < KERNEL_SYNS;
}

/**
 * The same for data that was sent again so many times since it was new: waits double, but for the first, which may be
 * a tail loss probe (RFC 8985 7.2) and short.
 */
export function nextRetransmission(resentFor: number, times: number): number {
  const doubled = 2 ** Math.max(1, times - 1);
  return Math.min(Math.max((resentFor * doubled) / (doubled - 1), SHORTEST_RETRY), LONGEST_RETRY) * LATE;
}
