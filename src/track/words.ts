/**
 * Where the tracker's counters and positions stand: everything that changes from packet to packet and belongs to no
 * single connection. They are words of memory, as the columns of a row are, so that whoever follows a packet, in
 * JavaScript or in the fast lane (src/lane), finds and leaves them in one place.
 */

/** The most that a word holds: a frame, or a number of rows, that is never reached. */
export const INT32_MAX = 0x7fff_ffff;

// --- words: int32 ---
/** Rows handed out and not taken back; rows that were ever handed out; rows that there is memory for. */
export const W_ROWS_USED = 0;
export const W_ROWS_HIGH = 1;
export const W_ROWS_CAPACITY = 2;
/** The row that was taken back last, plus 1; 0 where none waits. Chained through C_CHAIN. */
export const W_FREE_ROW = 3;
/** Flow table: seed of its hash, buckets less 1, rows that are entered. */
export const W_SEED = 4;
export const W_BUCKET_MASK = 5;
export const W_FLOWS = 6;
/** What the last look into the flow table found: hash of the key, and which endpoint of the row sent the packet. */
export const W_HASH = 7;
export const W_SENDER = 8;
/** Streams begun so far, of each protocol. */
export const W_TCP_STREAMS = 9;
export const W_UDP_STREAMS = 10;
export const W_SCTP_STREAMS = 11;
/** Ring of closed connections: its oldest entry, how many wait. */
export const W_CLOSED_FIRST = 12;
export const W_CLOSED_COUNT = 13;
/** Idle sweep: packets since the last look, rows from which on it looks, and from which on there are too many; first row of the last look. */
export const W_SWEEP_PACKETS = 14;
export const W_SWEEP_ABOVE = 15;
export const W_MOST_ROWS = 20;
export const W_SWEEP_FIRST = 25;
/** Number of the last frame that was read, where the fast lane reads records. */
export const W_FRAME = 16;
/**
 * Usual connections (usual.ts): the first frame from which on they need not be seen, and from which on failed ones need not;
 * connect() times that wait; how many closed one side after the other; failed ones for which there was no entry any more; how many
 * of each shape, six words.
 */
export const W_USUAL_FROM = 17;
export const W_FAILED_FROM = 38;
export const W_USUAL_CONNECTS = 18;
export const W_USUAL_IN_TURN = 19;
export const W_USUAL_UNLISTED = 26;
export const W_USUAL_SHAPES = 27;
/** Pool of events (events.ts): the event that was given back last, plus 1; events that were ever used; those that there is memory for. */
export const W_FREE_EVENT = 21;
export const W_EVENTS_HIGH = 22;
export const W_EVENTS_CAPACITY = 23;
/**
 * Connections that have left the tables and wait (endings.ts): first and last row of the list, plus 1; the next to be reported, plus 1; how
 * many are in it. How many left only to keep memory bounded.
 */
export const W_LEFT_FIRST = 33;
export const W_LEFT_LAST = 34;
export const W_LEFT_NEXT = 35;
export const W_LEFT_COUNT = 36;
export const W_EVICTED = 37;
/** A connection with so many retransmissions may be worth a finding. */
export const W_RETRANSMISSIONS_AT_LEAST = 24;
/** 1 once the second side of some connection was heard, or an ICMP error about a packet: the capture has both directions. */
export const W_TWO_WAY = 39;
export const WORDS = 64;

// --- sums: float64 ---
/** Packets and their original lengths, all kinds. */
export const N_PACKETS = 0;
export const N_WIRE_BYTES = 1;
/** When the oldest closed connection is due, in seconds since 1970; Infinity where there is none. */
export const N_CLOSED_DUE = 2;
/** Capture time of the packet being handled, or of the last one: seconds since 1970, and nanoseconds. */
export const N_SECONDS = 3;
export const N_NANOSECONDS = 4;
/** Of the records that the fast lane read in one go: captured bytes; earliest and latest time, as above. */
export const N_CAPTURED_BYTES = 5;
export const N_FIRST_SECONDS = 6;
export const N_FIRST_NANOSECONDS = 7;
export const N_LAST_SECONDS = 8;
export const N_LAST_NANOSECONDS = 9;
/** Usual connections: payload, and segments sent again; from where on a connect() or a wait between two FINs is slow, in nanoseconds. */
export const N_USUAL_BYTES = 10;
export const N_SLOW_HANDSHAKE = 11;
export const N_LONG_CLOSE_WAIT = 12;
export const N_USUAL_RESENT = 13;
export const SUMS = 32;
