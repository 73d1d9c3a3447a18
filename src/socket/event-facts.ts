import type { Side } from '../record.ts';
import {
  EVENT_RST,
  EVENT_STRIDE,
  V_ANALYSIS,
  V_CAME_SINCE,
  V_DETAIL,
  V_ENDPOINT,
  V_FRAME,
  V_IDLE,
  V_IP_IDS,
  V_KIND,
  V_OWN_DATA_FRAME,
  V_PEER_DATA_FRAME,
  V_PEER_UNANSWERED,
  V_RESENT_FOR,
  V_SHAPE,
  V_SILENCE,
  V_SINCE_DATA,
  V_STATE,
  V_TTL,
  V_UNANSWERED,
  V_UNANSWERED_BEFORE,
  V_UNANSWERED_BYTES,
  V_VALUE,
  V_VERSION,
} from '../track/event-columns.ts';
import type { EventPool } from '../track/events.ts';
import { icmpMeaning } from '../track/icmp-errors.ts';
import type { RecordSource } from '../track/record-source.ts';
import type { Sides } from '../track/sides.ts';
import { SYN_SENT } from '../track/tcp-state.ts';
import { seconds } from '../track/times.ts';

/** An RST as it came, with what was known of both sides before it. Times as in Facts. */
export interface ResetFacts {
  from: Side;
  to: Side;
  frame: number;
  time: number;
  accepted: boolean;
  /** It refused a SYN, and connect() tried again after it, as Windows does: it ended nothing but that try. */
  isPast: boolean;
  /** Numbers of tcp-state.ts. */
  senderState: number;
  receiverState: number;
  /** SHAPE_ bits. */
  shape: number;
  ttl: number;
  /** TTLs of the sender's earlier packets; 0 where there were none. */
  leastTtl: number;
  greatestTtl: number;
  /** IP identification: its own, and that of its sender's packet before it. */
  ipId: number;
  lastIpId: number;
  /** Last frames with payload before it. */
  senderDataFrame: number;
  receiverDataFrame: number;
  senderUnanswered: number;
  receiverUnanswered: number;
  /** What its sender had sent again without an answer when its receiver was last heard, and for how many seconds. */
  unansweredBefore: number;
  resentFor: number;
  senderAnalysis: number;
  /**
   * Payload of its receiver that its sender had answered by no byte (negative: that had not come to it), and seconds since
   * the last payload; payload that had come to it since it last sent any.
   */
  unansweredBytes: number;
  sinceData: number;
  cameSince: number;
  /** Seconds without a packet of its sender: until it, and until the first packet of its receiver that it answers. */
  senderSilence: number;
  idle: number;
}

/** An ICMP error that quotes the connection. */
export interface IcmpFacts {
  /** Whose packet it quotes. */
  about: Side;
  frame: number;
  time: number;
  /** State of that side when it came. */
  state: number;
  inFlight: boolean;
  text: string;
  errno: string | null;
  fatal: boolean;
}

export const otherSide = (side: Side): Side => (side === 'client' ? 'server' : 'client');

/** The SYNs of a connection; times as in Facts. */
export interface SynFacts {
  firstFrame: number;
  first: number;
  last: number;
  /** The server's host refused one. */
  isRefused: boolean;
}

/** Adds what the event pool has of a connection, in order. */
export function addEvents(
  resets: ResetFacts[],
  icmp: IcmpFacts[],
  { slab, events }: RecordSource,
  row: number,
  { clientEndpoint }: Sides,
  syns: SynFacts,
): void {
  for (let event = events.first(slab, row); event >= 0; event = events.next(event)) {
    const endpoint = events.eventInts[event * EVENT_STRIDE + V_ENDPOINT];
    const side = endpoint === clientEndpoint ? 'client' : 'server';
    if (events.eventInts[event * EVENT_STRIDE + V_KIND] === EVENT_RST)
      resets.push(resetFacts(events, event, side, syns));
    else icmp.push(icmpFacts(events, event, side));
  }
}

function resetFacts(
  { eventInts: ints, eventTimes: times }: EventPool,
  event: number,
  from: Side,
  syns: SynFacts,
): ResetFacts {
  const v = event * EVENT_STRIDE;
  const frame = ints[v + V_FRAME];
  const time = seconds(times[event]);
  // It answers the SYN that stands behind it in the file and was captured before it.
  const isBeforeSyn = syns.isRefused && from === 'server' && frame < syns.firstFrame && time >= syns.first;
  const receiverState = isBeforeSyn ? SYN_SENT : ints[v + V_DETAIL];
  return {
    from,
    to: otherSide(from),
    frame,
    time,
    accepted: ints[v + V_VALUE] === 1,
    isPast: receiverState === SYN_SENT && syns.last > time,
    senderState: ints[v + V_STATE],
    receiverState,
    shape: ints[v + V_SHAPE],
    ttl: ints[v + V_TTL] >>> 16,
    leastTtl: (ints[v + V_TTL] >>> 8) & 0xff,
    greatestTtl: ints[v + V_TTL] & 0xff,
    ipId: ints[v + V_IP_IDS] & 0xffff,
    lastIpId: ints[v + V_IP_IDS] >>> 16,
    senderDataFrame: ints[v + V_OWN_DATA_FRAME],
    receiverDataFrame: ints[v + V_PEER_DATA_FRAME],
    senderUnanswered: ints[v + V_UNANSWERED],
    receiverUnanswered: ints[v + V_PEER_UNANSWERED],
    unansweredBefore: ints[v + V_UNANSWERED_BEFORE],
    resentFor: ints[v + V_RESENT_FOR] / 1000,
    senderAnalysis: ints[v + V_ANALYSIS],
    unansweredBytes: ints[v + V_UNANSWERED_BYTES],
    sinceData: ints[v + V_SINCE_DATA] / 1000,
    cameSince: ints[v + V_CAME_SINCE],
    senderSilence: ints[v + V_SILENCE] / 1000,
    idle: ints[v + V_IDLE] / 1000,
  };
}

function icmpFacts({ eventInts: ints, eventTimes: times }: EventPool, event: number, about: Side): IcmpFacts {
  const v = event * EVENT_STRIDE;
  const value = ints[v + V_VALUE];
  const inFlight = ints[v + V_DETAIL] === 1;
  const { text, errno, fatal } = icmpMeaning(ints[v + V_VERSION], value >>> 8, value & 0xff);
  return {
    about,
    frame: ints[v + V_FRAME],
    time: seconds(times[event]),
    state: ints[v + V_STATE],
    inFlight,
    text,
    errno: inFlight ? errno : null,
    fatal: inFlight && fatal,
  };
}
