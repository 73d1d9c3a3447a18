/**
 * Where things stand in the memory that the fast lane shares with the rest (lane.ts), in bytes.
 *
 * Memory that is never touched costs nothing, so each part has room for the most that it may need; the rows come last
 * and may grow to the end.
 */

/** Fields of the packet view and of the cursor, which are the lane's own. */
export const OBJECTS_AT = 1024;
/** Counters and positions (words.ts). */
export const WORDS_AT = 4096;
export const SUMS_AT = 6144;
/** The ring of closed connections. */
export const CLOSED_AT = 0x1_0000;
export const CLOSED_TIMES_AT = 0x1_8000;
/** connect() times that wait to be summed up. */
export const CONNECTS_AT = 0x2_0000;
/** First rows of the flow table's buckets: up to 4 million. */
export const HEADS_AT = 0x10_0000;
/** Chunks of the capture. */
export const WINDOW_AT = 0x110_0000;
/** Events: columns and times of up to 65,536. */
export const EVENTS_AT = 0x140_0000;
export const EVENT_TIMES_AT = 0x190_0000;
/** What usual connections add up to. */
export const KEYED_AT = 0x1a0_0000;
/** When the failed ones of them failed, and for whom. */
export const OCCURRENCES_AT = 0x1e0_0000;
/** The rows of the connections. */
export const ROWS_AT = 0x270_0000;
/** All that 32 bits can address. */
export const END = 0x1_0000_0000;
