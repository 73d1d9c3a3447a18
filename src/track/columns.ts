/**
 * Where everything about a connection stands in its slab row.
 *
 * A connection is one row: the columns C_… (int32) and T_… (float64) of the connection, then the columns E_… and F_…
 * of its two endpoints. Endpoint 0 sent the first packet. A column's comment says what it means; all are 0 in a new
 * row, except what `allocate` (slab.ts) sets.
 *
 * A row is one piece of memory, seen as int32 and as float64: column N of the one lies where columns 2N and 2N + 1
 * of the other do. Waiting for memory is most of the cost of a packet, so what every packet touches stands in the
 * first two cache lines of its part: int32 0 to 15, then float64 8 to 15. The numbers are written out, and not computed,
 * because only a literal becomes part of the machine code; a test sees to it that no two columns overlap.
 *
 * Times (T_…, and F_… where it says so) are nanoseconds since T_BASE_SECONDS of the same row: exact for 104 days.
 */

// --- connection, int32: the first line is what every packet reads ---
/** Next row in the same hash bucket, plus 1; 0 ends the chain. */
export const C_CHAIN = 0;
export const C_HASH = 1;
/** ROW_ bits. */
export const C_STATUS = 2;
/** IP version * 256 + IP protocol. */
export const C_PROTOCOL = 3;
/** Port of endpoint 0 in the upper, of endpoint 1 in the lower half. */
export const C_PORTS = 4;
export const C_LAST_FRAME = 5;
/** Wireshark's tcp.completeness bits. */
export const C_COMPLETENESS = 6;
/** HANDSHAKE_ bits. */
export const C_HANDSHAKE = 7;
/** Addresses of endpoint 0 and 1, four words each, as in PacketView. */
export const C_ADDRESS_0 = 8; // to 11
export const C_ADDRESS_1 = 12; // to 15
// what few packets need
export const C_STREAM = 32;
export const C_FIRST_FRAME = 33;
/** Nanosecond part of the first packet's time; its seconds are T_BASE_SECONDS. */
export const C_FIRST_NANOSECONDS = 34;
/** VLAN ids of the first packet, 16 bits each, 0xffff for none; tunnels of the first packet, 8 bits each. */
export const C_VLAN_01 = 35;
export const C_VLAN_23 = 36;
export const C_TUNNELS = 37;
export const C_SYN_FRAME = 38;
export const C_SYN_ACK_FRAME = 39;
export const C_ACK_FRAME = 40;
/** SYNs of the client and SYN-ACKs of the server, copies of a packet not counted. */
export const C_SYN_COUNT = 41;
export const C_SYN_ACK_COUNT = 42;
/** Head of this row's list in the event pool, plus 1; number of RST and ICMP events that it holds. */
export const C_EVENTS = 43;
export const C_EVENT_COUNTS = 44;
/** Number of the stream that used the same 4-tuple before this one (port reuse), plus 1; 0 where there was none. */
export const C_REUSED_STREAM = 45;
/** Zone of link-local addresses: index into the tracker's zones, plus 1; 0 where there is none. */
export const C_ZONE = 46;
/** First frames of what findings point at: a copy of a packet, an ACK of bytes that have not come until now. */
export const C_DUPLICATE_FRAME = 47;
export const C_UNSEEN_FRAME = 48;
/** TCP: MPTCP operations seen on either side, as in PacketView.operations (multipath.ts). */
export const C_MULTIPATH = 63;
/** First SYN-ACK that acknowledges the SYN: the frame of T_CONNECTED. */
export const C_CONNECTED_FRAME = 56;
/** Retransmissions to Wireshark that are none: copies, and what only another ISN makes seem old. Of endpoint 0 and 1. */
export const C_RESENT_COPIES = 57; // to 58
/**
 * The connection that used the same 4-tuple before, while it waits for what the new handshake tells (incarnations.ts):
 * its row * 2 + which of its endpoints sent the SYN of this one, plus 1; 0 where there is none.
 */
export const C_OLDER = 80;
/** Acknowledgment number of the last segment that was of an older connection. Guarded by END_OLDER. */
export const C_OLDER_ACKNOWLEDGMENT = 81;
/**
 * In the place of C_OLDER_ACKNOWLEDGMENT, which is of no use any more after a handshake. Once HANDSHAKE_ACK_MISSED is set: the last
 * packet of the client before the server showed that it has the connection; 0 before there is one. Its time is TAKEN_TIME.
 */
export const TAKEN_FRAME = 81;
/** Another SYN-ACK than the one of E_ISN: its sequence number, frame, window and options. Guarded by HANDSHAKE_OTHER. */
export const C_OTHER_ISN = 82;
export const C_OTHER_FRAME = 83;
export const C_OTHER_WINDOW = 84;
export const C_OTHER_OPTIONS = 85;
/**
 * E_NEXT_SEQUENCE and E_MAX_TO_ACKNOWLEDGE of endpoint 0 and 1 as Wireshark has them, which takes every segment of the 4-tuple
 * for one of the connection. Guarded by END_DIVERGED.
 */
export const C_WIRESHARK_NEXT = 88; // and 89
export const C_WIRESHARK_REACHABLE = 90; // and 91
/** Zeek history letters in order, 5 bits each, 6 to a word; how many. */
export const C_HISTORY = 49; // to 54
export const C_HISTORY_LENGTH = 55;
/**
 * When an endpoint's FIN came (endpoint 0, then 1): payload of its peer that it had answered by no byte (unanswered.ts);
 * milliseconds since the last payload before.
 */
export const C_UNANSWERED_AT_FIN = 74; // and 75
export const C_IDLE_AT_FIN = 59; // and 60
/** Window of the first SYN or SYN-ACK of an endpoint. */
export const C_SYN_WINDOW = 76; // and 77
/** Milliseconds without a packet of its peer before the first that an endpoint got no answer to. Guarded by its E_UNANSWERED. */
export const C_SILENCE_BEFORE = 61; // and 62
/**
 * In the place of C_IDLE_AT_FIN, until the endpoint's FIN comes: milliseconds without a packet of its peer before its last payload
 * after a pause that all it had sent was acknowledged in.
 */
export const PENDING_SILENCE = 59; // and 60

// --- endpoint, int32: the first line is what every packet reads or writes ---
/** END_ bits. */
export const E_FLAGS = 0;
export const E_PACKETS = 1;
// Wireshark's view of the flow (packet-tcp.c, struct tcp_analyze_seq_flow_info_t); 0 means "not yet seen", as there
/** Highest sequence number sent plus one; the highest that the peer may acknowledge without a gap. */
export const E_NEXT_SEQUENCE = 2;
export const E_MAX_TO_ACKNOWLEDGE = 3;
/** Acknowledgment and (unscaled) window of this side's last segment; the window is -1 before the first. */
export const E_LAST_ACKNOWLEDGMENT = 4;
export const E_WINDOW = 5;
/** Shift of this side's window: -1 not known, -2 not used. */
export const E_WINDOW_SCALE = 6;
export const E_DUPLICATE_ACK_RUN = 7;
/** ANALYSIS_ bits of this side's last segment. */
export const E_LAST_ANALYSIS = 8;
/** Highest acknowledgment number sent with the ACK flag; guarded by END_HAS_ACKED. */
export const E_ACKED = 9;
/** Segments sent again, or probes, since the peer last sent anything. */
export const E_UNANSWERED = 10;
/** Zeek's endpoint state (ZEEK_ of zeek.ts) in the low 4 bits, the history letters that it has earned above. */
export const E_ZEEK = 11;
/** Lowest and highest TTL seen: low * 256 + high; 0 before the first packet. */
export const E_TTL = 12;
/** Sequence space: its end, and how many gaps below it are known. Guarded by END_COVERED. */
export const E_COVER_END = 13;
export const E_GAPS = 14;
/** Segments that wait for their RTT sample, */
export const E_TIMED = 15;
// the second line: most data segments
/** and the sequence numbers after them. */
export const E_TIMED_ENDS = 32; // to 35
/** Signatures of this side's last four packets; the slot to write next, with the IP identification of the last (duplicates.ts). */
export const E_SIGNATURES = 36; // to 39
export const E_SIGNATURE_SLOT = 40;
export const E_FIRST_DATA_FRAME = 41;
export const E_LAST_DATA_FRAME = 42;
export const E_RTT_SAMPLES = 43;
/** First SYN or SYN-ACK of this side: its sequence number, and its options packed by packOptions (tcp-handshake.ts). */
export const E_ISN = 44;
/** How far the peer had sent when this side last sent new payload: what came later is not answered. Guarded by F_UNIQUE_BYTES. */
export const E_ANSWERED = 45;
export const E_SYN_OPTIONS = 46;
/** Wireshark's base_seq: the ISN as far as it is known. Guarded by END_BASE_SET. */
export const E_BASE_SEQUENCE = 47;
// one line, with float64 32 to 34, of what a summary asks of each connection
export const E_RESETS = 70;
export const E_RETRANSMISSIONS = 71;
export const E_DUPLICATES = 72;
export const E_ACKED_UNSEEN = 73;
export const E_SYNS = 74;
export const E_FINS = 75;
/** Sequence number that the FIN occupies, frame of the first FIN and of its first acknowledgment. Guarded by END_FIN_SENT. */
export const E_FIN_SEQUENCE = 76;
export const E_FIN_FRAME = 77;
export const E_FIN_ACK_FRAME = 78;
/** Zeek: sequence numbers of the last SYN, FIN and RST; counters of the letters w, t and g. */
export const E_ZEEK_FIN = 79;
export const E_ZEEK_SYN = 80;
export const E_ZEEK_RST = 81;
export const E_ZEEK_ZERO_WINDOWS = 82;
export const E_ZEEK_RESENT = 83;
export const E_ZEEK_GAPS = 84;
// counters of what is rare, or should be
export const E_FAST_RETRANSMISSIONS = 85;
export const E_SPURIOUS_RETRANSMISSIONS = 86;
export const E_OUT_OF_ORDER = 87;
export const E_DUPLICATE_ACKS = 88;
export const E_LOST_SEGMENTS = 89;
export const E_ZERO_WINDOWS = 90;
export const E_ZERO_WINDOW_PROBES = 91;
export const E_WINDOW_FULL = 92;
export const E_WINDOW_UPDATES = 93;
export const E_KEEP_ALIVES = 94;
export const E_KEEP_ALIVE_ACKS = 95;
/** First frame that closed this side's window. */
export const E_ZERO_WINDOW_FRAME = 96;
/** The segment that was last sent again: its sequence number, length, and how many times in a row. */
export const E_RESENT_SEQUENCE = 97;
export const E_RESENT_LENGTH = 98;
export const E_RESENT_RUN = 99;
/** E_UNANSWERED when the peer was last heard again. */
export const E_UNANSWERED_BEFORE = 100;
/** Left and right edges of the gaps, GAPS_KEPT (coverage.ts) pairs. */
export const E_GAP_EDGES = 101; // to 108
/** RSTs that came in a row * 65536 + packets of the peer before the last of them, copies counted in neither (duplicates.ts). */
export const E_RESET_RUN = 109;

// --- connection, float64 ---
/** Whole seconds since 1970 of the first packet: what all times of this row count from. */
export const T_BASE_SECONDS = 8;
/** Time of the packet being handled, or of the last one. */
export const T_NOW = 9;
/** Wireshark's initial RTT in nanoseconds, 0 where not known; last SYN without ACK of either side. */
export const T_INITIAL_RTT = 10;
export const T_ANY_SYN = 11;
export const T_SYN = 12;
export const T_LAST_SYN = 13;
export const T_LAST_SYN_ACK = 14;
/** In the place of T_LAST_SYN_ACK, which is of no use any more after a handshake: when the packet of TAKEN_FRAME passed. */
export const TAKEN_TIME = 14;
/** First SYN-ACK that acknowledges the SYN, and the SYN before it. Guarded by HANDSHAKE_CONNECTED. */
export const T_CONNECTED = 15;
export const T_CONNECTED_SYN = 32;
export const T_SYN_ACK = 33;
/** ACK of the SYN-ACK, and the SYN-ACK before it. Guarded by HANDSHAKE_ACCEPTED. */
export const T_ACCEPTED = 34;
export const T_ACCEPTED_SYN_ACK = 35;
/** F_NEXT_SEQUENCE_TIME of endpoint 0 and 1 as Wireshark has it. Guarded by END_DIVERGED. */
export const T_WIRESHARK_NEXT = 46; // and 47
/** When the SYN-ACK of C_OTHER_ISN came. */
export const T_OTHER = 43;
/** Seconds since 1970 when it was taken out of the tables although its row is kept; 0 before. */
export const T_UNTIL = 36;
/** When C_UNSEEN_FRAME was captured. */
export const T_UNSEEN = 39;

// --- endpoint, float64 ---
export const F_BYTES = 8;
export const F_WIRE_BYTES = 9;
export const F_UNIQUE_BYTES = 10;
/** Times: of the segment that moved E_NEXT_SEQUENCE; of this side's last segment; of first and last payload. */
export const F_NEXT_SEQUENCE_TIME = 11;
export const F_LAST_TIME = 12;
export const F_FIRST_DATA_TIME = 13;
export const F_LAST_DATA_TIME = 14;
/** RTT in nanoseconds: running mean, */
export const F_RTT_MEAN = 15;
/** Send times of the segments in E_TIMED_ENDS. */
export const F_TIMED = 24; // to 27
/** least, most, sum of squared differences from the mean (Welford). */
export const F_RTT_MIN = 28;
export const F_RTT_MAX = 29;
export const F_RTT_M2 = 30;
/** Since when this side's window has been closed (guarded by END_WINDOW_CLOSED), and nanoseconds closed in all before. */
export const F_ZERO_WINDOW_SINCE = 31;
export const F_ZERO_WINDOW_TIME = 32;
/** Times of the FIN and of its acknowledgment. */
export const F_FIN_TIME = 33;
export const F_FIN_ACK_TIME = 34;
/** In the place of F_FIN_ACK_TIME, until the FIN is acknowledged: the longest such silence, in milliseconds, that its peer answered after. */
export const ANSWERED_SILENCE = 34;
/** F_UNIQUE_BYTES of the peer when this side's FIN came. */
export const F_PEER_BYTES_AT_FIN = 55;

/** Where the endpoints start in a row, their length, and the length of a row. */
export const ENDPOINT_INT_0 = 96;
export const ENDPOINT_INT_STRIDE = 112;
export const INT_STRIDE = 320;
export const ENDPOINT_FLOAT_0 = 48;
export const ENDPOINT_FLOAT_STRIDE = 56;
export const FLOAT_STRIDE = 160;

// --- bits of C_STATUS ---
export const ROW_USED = 1;
/** Both directions closed, or reset: waits in the closed queue to be reported. */
export const ROW_CLOSED = 2;
/** It has left the tables, and waits to be reported, or for the end where the caller wants connections in capture order. */
export const ROW_RETIRED = 4;
/** An accepted RST ended it. */
export const ROW_RESET = 8;
/** Reported; its row is about to be used again. */
export const ROW_REPORTED = 16;
/** It left the tables only to keep memory bounded. */
export const ROW_EVICTED = 64;

/** Known only from an ICMP error that quotes it: it has a stream number, as in Wireshark, and no packet yet. */
export const ROW_QUOTED = 32;

// --- bits of C_HANDSHAKE ---
/** Which endpoint is the client: bit 0; guarded by the next. */
export const HANDSHAKE_CLIENT_1 = 1;
export const HANDSHAKE_CLIENT_KNOWN = 2;
export const HANDSHAKE_SYN = 4;
export const HANDSHAKE_SYN_ACK = 8;
/** The SYN-ACK acknowledged the SYN: connect() returned. */
export const HANDSHAKE_CONNECTED = 16;
/** The SYN-ACK was acknowledged: accept() could return. */
export const HANDSHAKE_ACCEPTED = 32;
export const HANDSHAKE_SIMULTANEOUS = 64;
export const HANDSHAKE_FAST_OPEN = 128;
/** The client went on as after a handshake whose SYN-ACK is not in the capture. */
export const HANDSHAKE_ASSUMED = 256;
/** An RST that ended the handshake came from the server, from the client. */
export const HANDSHAKE_REFUSED = 512;
export const HANDSHAKE_ABORTED = 1024;
/** The client sent its SYN again after the SYN-ACK passed: it did not hear it, and only its ACK shows that it did later. */
export const HANDSHAKE_NOT_HEARD = 8192;
/** The server sent its SYN-ACK again although the client's ACK had passed, and longer ago than a round trip: that was lost, or ignored. */
export const HANDSHAKE_ACK_MISSED = 32768;
/** The same although more of the client had passed than that ACK: what comes again and again is not lost, but ignored. */
export const HANDSHAKE_ACK_IGNORED = 16384;
/** An ICMP error quoted the SYN while it was in flight. */
export const HANDSHAKE_UNREACHABLE = 2048;

/** A SYN without ACK came, of whichever side: T_ANY_SYN is set. */
export const HANDSHAKE_ANY_SYN = 4096;
/** There was another SYN-ACK, with another ISN. */
export const HANDSHAKE_OTHER = 1 << 16;

// --- bits of E_FLAGS ---
export const END_BASE_SET = 1;
/** The window of this side's SYN is not scaled: true until its first segment without SYN. */
export const END_UNSCALED = 2;
export const END_SYN_SENT = 4;
export const END_SYN_ACK_SENT = 8;
export const END_HAS_ACKED = 16;
export const END_FIN_SENT = 32;
export const END_FIN_ACKED = 64;
/** The peer's FIN had been acknowledged when this side's FIN was sent: it closed second. */
export const END_CLOSED_SECOND = 128;
export const END_COVERED = 256;
export const END_WINDOW_CLOSED = 512;
/** An RST of this side that its receiver accepts. */
export const END_RESET_SENT = 1024;
/** This side's SYN was acknowledged. */
export const END_SYN_ACKED = 2048;
/** The last new payload of this side ended in the middle of a write (unanswered.ts). */
export const END_UNFINISHED = 1 << 16;
/** The last new payload of this side left when not all that its peer was saying had come: it is no answer to the rest. */
export const END_CROSSED = 1 << 17;
/** The last new payload of this side wants no answer, by its first bytes (parsers/wants-answer.ts). */
export const END_NO_REQUEST = 1 << 18;
/** Payload of this side passed after its peer's FIN, and had been sent before that FIN came. */
export const END_MET_FIN = 1 << 19;
/** This side sent new payload after a pause in which its peer had said nothing and nothing held it up: it does not wait for answers. */
export const END_GOES_ON = 1 << 20;
/** The last new payload of this side had no PSH and was large: more of the same write follows for sure (RFC 9293 3.9.1.2). */
export const END_UNPUSHED = 1 << 26;
/** A short payload of this side waited for the ACK of the one before, once since its peer last answered after a pause (RFC 9293 3.7.4). */
export const END_HELD_UP = 1 << 27;
/** Bytes of this side were acknowledged and never came, and their place in E_GAP_EDGES had to be given up. */
export const END_BYTES_LOST = 1 << 23;
/** Its FIN acknowledges more than the capture has of its peer: a FIN of the peer may be among what is missing. */
export const END_FIN_AFTER_UNSEEN = 1 << 21;
/** MPTCP: an operation was first seen since this side's last segment. */
export const END_NEW_OPERATION = 1 << 22;
/** The last RST of this side was a copy of one before. */
export const END_RESET_COPIED = 4096;
/** Packets of this side were captured at two places on their way: copies have another TTL (duplicates.ts). */
export const END_TWICE_ON_WAY = 1 << 15;
/** A packet of this side, no RST, was captured twice. The last ACK of this side was a copy of one before. */
export const END_COPIED = 1 << 24;
export const END_ACK_COPIED = 1 << 25;
/** All that this side has sent belongs to an older connection of the same 4-tuple. */
export const END_OLDER = 8192;
/** Segments came that are not of the connection: Wireshark goes on from other numbers than its own (wireshark-numbers.ts). */
export const END_DIVERGED = 16384;
/** HANDSHAKE_ACK_MISSED, and the server has sent nothing but SYN-ACKs since: accept() has not got the connection. On both sides. */
export const END_NOT_TAKEN = 1 << 28;
