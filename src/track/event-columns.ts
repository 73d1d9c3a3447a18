/** Where everything about an RST or an ICMP error stands in the pool of events (events.ts). */

/** Events of one kind that a connection keeps; what comes after is only counted. */
export const EVENTS_KEPT = 16;

export const EVENT_RST = 0;
export const EVENT_ICMP = 1;

/** Columns of an event. */
export const V_NEXT = 0; // next event of the same connection, plus 1
export const V_KIND = 1;
/** Endpoint that sent the RST; endpoint whose packet the ICMP error quotes. */
export const V_ENDPOINT = 2;
export const V_FRAME = 3;
/** RST: 1 if its receiver accepts it. ICMP: type * 256 + code. */
export const V_VALUE = 4;
/** RST: state of its receiver (tcp-state.ts). ICMP: 1 if the quoted packet was in flight. */
export const V_DETAIL = 5;
/** State of the endpoint in V_ENDPOINT before the event. */
export const V_STATE = 6;
/** ICMP: IP version and address of the sender. */
export const V_VERSION = 7;
export const V_ADDRESS = 8; // to 11
// RST
/** SHAPE_ bits. */
export const V_SHAPE = 7;
/** TTL of the RST * 65536 + least * 256 + greatest TTL of its sender's earlier packets; those are 0 where there were none. */
export const V_TTL = 8;
/** Last frames with payload before it: of its receiver, of its sender. */
export const V_PEER_DATA_FRAME = 9;
export const V_OWN_DATA_FRAME = 10;
/** Segments sent again, or probes, that its sender had no answer to; the same of its receiver. */
export const V_UNANSWERED = 11;
export const V_PEER_UNANSWERED = 12;
/** ANALYSIS_ bits of its sender's last segment before it. */
export const V_ANALYSIS = 13;
/** Milliseconds without a packet of its sender: until it, and until its receiver last sent something new. */
export const V_SILENCE = 14;
export const V_IDLE = 15;
/** V_UNANSWERED as it was when its receiver was last heard again, and milliseconds for which that was sent again. */
export const V_UNANSWERED_BEFORE = 16;
export const V_RESENT_FOR = 17;
/** IP identification of its sender's packet before it * 65536 + its own. ICMP: that of the error. */
export const V_IP_IDS = 18;
/** RST: payload of its receiver that its sender had not answered (unanswered.ts); milliseconds since the last payload. */
export const V_UNANSWERED_BYTES = 19;
export const V_SINCE_DATA = 20;
/** RST: payload of its receiver that had come to its sender, in order, since that last sent any. */
export const V_CAME_SINCE = 21;
export const EVENT_STRIDE = 22;

/** The RST has the ACK flag. */
export const SHAPE_ACK = 1;
/** Its sequence number is the acknowledgment number of its receiver's last segment: what an answer has (RFC 9293 3.10.7.1). */
export const SHAPE_ANSWER = 2;
/** Its sequence number is the next that its sender would use. */
export const SHAPE_NEXT = 4;
export const SHAPE_ZERO = 8;
/** Its sequence number is that of its sender's FIN: it answers a segment that was sent before that FIN arrived. */
export const SHAPE_AT_FIN = 16;
/** Its sender sent nothing before but SYNs. */
export const SHAPE_ONLY_SYNS = 32;
/** Its IP identification falls out of the row of its sender's. */
export const SHAPE_ID_BREAKS = 64;
/** It acknowledges all that its receiver had sent. */
export const SHAPE_ACKS_ALL = 256;
/** The last payload of its receiver ended in the middle of a write. */
export const SHAPE_AMID_WRITE = 512;
/** Its sender had sent more than its part of a handshake: payload, or an ACK of payload. */
export const SHAPE_HAS_SPOKEN = 128;
/** It answers a segment of an older connection of the same 4-tuple. */
export const SHAPE_FOR_OLDER = 2048;
/** The same, seen from that older connection: its sender had begun another. */
export const SHAPE_FROM_NEWER = 4096;
/** It has the numbers of a SYN-ACK that the receiver did not take. */
export const SHAPE_OF_OTHER = 8192;
/** Its numbers lie beyond what the capture has of either side: data or a FIN of them is missing. */
export const SHAPE_AFTER_UNSEEN = 16384;
