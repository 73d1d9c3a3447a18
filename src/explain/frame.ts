import { PACKET_ICMP_ERROR, PACKET_SCTP, PACKET_TCP, type PacketView, TCP_SYN } from '../../parsers/packet-view.ts';
import {
  E_BASE_SEQUENCE,
  E_DUPLICATES,
  E_FLAGS,
  E_LAST_ANALYSIS,
  E_NEXT_SEQUENCE,
  E_PACKETS,
  E_WINDOW,
  END_BASE_SET,
  ENDPOINT_INT_0,
  ENDPOINT_INT_STRIDE,
  T_BASE_SECONDS,
} from '../track/columns.ts';
import type { Cursor } from '../track/cursor.ts';
import { ANALYSIS_KEEP_ALIVE, ANALYSIS_LOST_SEGMENT } from '../track/tcp-analysis.ts';
import { stateOf, TCP_STATES } from '../track/tcp-state.ts';
import { nextSctpStates } from './sctp-states.ts';

/** Index of an endpoint in its row: 0 sent the first packet. */
export type EndpointIndex = 0 | 1;

/** What a side is known to be in; null before its first packet. */
export type States = readonly [string | null, string | null];

/** One packet of a connection, with what it changed. Sequence numbers as they are on the wire, unsigned. */
export interface Frame {
  frame: number;
  /** Nanoseconds since the whole second in which the connection's first packet came. */
  at: number;
  sender: EndpointIndex;
  /** TCP flags; 0 for other protocols. */
  flags: number;
  sequence: number;
  acknowledgment: number;
  /** As sent, not scaled. */
  window: number;
  length: number;
  /** SCTP: bits of the chunk types. */
  chunks: number;
  /** First SACK block, with how many there are. */
  sack: { count: number; left: number; right: number } | null;
  /** Options of a SYN; null for other packets. */
  syn: { mss: number; windowScale: number; sackPermitted: boolean; timestamps: boolean } | null;
  /** ANALYSIS_ bits: what Wireshark flags it as. */
  found: number;
  /** A keep-alive to Wireshark, but it asks a side whose window is closed whether it has opened (Linux tcp_write_wakeup). */
  probesWindow: boolean;
  /** An exact copy of a packet that the capture already holds. */
  isCopy: boolean;
  /** Bytes of the same sender that come before it and that the capture does not hold. */
  missing: number;
  /** State of both endpoints after it. */
  states: States;
}

/** An ICMP error that quotes a packet of the connection. */
export interface IcmpFrame {
  frame: number;
  at: number;
  /** Address (four words) and port of who sent what it quotes: whom the error is for. */
  quotedSource: readonly [number, number, number, number];
  quotedPort: number;
}

/** Reads the packets of one connection from what the tracker made of them. Its first packet gives the time base. */
export class FrameReader {
  #baseSeconds: number | null = null;
  /** Of each endpoint, before the packet at hand. */
  readonly #duplicates = [0, 0];
  readonly #nextSequence = [0, 0];
  #sctpStates: States = [null, null];
  /** Of each endpoint: the sequence number that counts as 0, as in Wireshark; null where it is not known. */
  readonly bases: [number | null, number | null] = [null, null];

  /** Whole seconds since 1970 that times are counted from. */
  get baseSeconds(): number {
    return this.#baseSeconds ?? 0;
  }

  /** @param cursor as the tracker left it after the packet */
  read(cursor: Cursor, view: Readonly<PacketView>): Frame {
    const { ints, at: connection, me, peer } = cursor;
    const sender = cursor.sender === 0 ? 0 : 1;
    const isTcp = view.kind === PACKET_TCP;
    const isSctp = view.kind === PACKET_SCTP;
    const found = isTcp ? ints[me + E_LAST_ANALYSIS] : 0;
    const isCopy = ints[me + E_DUPLICATES] > this.#duplicates[sender];
    this.#duplicates[sender] = ints[me + E_DUPLICATES];
    const expected = this.#nextSequence[sender];
    this.#nextSequence[sender] = ints[me + E_NEXT_SEQUENCE];
    if (isTcp) this.#noteBases(cursor);
    if (isSctp && !isCopy) this.#sctpStates = nextSctpStates(this.#sctpStates, sender, view.chunks);
    return {
      frame: view.frame,
      at: this.#time(cursor, view),
      sender,
      flags: isTcp ? view.flags : 0,
      sequence: isTcp ? view.sequence >>> 0 : 0,
      acknowledgment: isTcp ? view.acknowledgment >>> 0 : 0,
      window: isTcp ? view.window : 0,
      length: view.dataLength,
      chunks: isSctp ? view.chunks : 0,
      sack:
        isTcp && view.sackCount > 0
          ? { count: view.sackCount, left: view.sackLeft0 >>> 0, right: view.sackRight0 >>> 0 }
          : null,
      syn: isTcp && (view.flags & TCP_SYN) !== 0 ? synOptions(view) : null,
      found,
      probesWindow: (found & ANALYSIS_KEEP_ALIVE) !== 0 && ints[peer + E_WINDOW] === 0,
      isCopy,
      missing: (found & ANALYSIS_LOST_SEGMENT) !== 0 && !isCopy ? (view.sequence - expected) | 0 : 0,
      states: isTcp ? tcpStates(ints, connection) : isSctp ? this.#sctpStates : NO_STATES,
    };
  }

  readIcmp(cursor: Cursor, view: Readonly<PacketView>): IcmpFrame {
    return {
      frame: view.frame,
      at: this.#time(cursor, view),
      quotedSource: [view.quotedSource0, view.quotedSource1, view.quotedSource2, view.quotedSource3],
      quotedPort: view.quotedSourcePort,
    };
  }

  #noteBases({ ints, me, peer, sender }: Cursor): void {
    if ((ints[me + E_FLAGS] & END_BASE_SET) !== 0) this.bases[sender] = ints[me + E_BASE_SEQUENCE] >>> 0;
    if ((ints[peer + E_FLAGS] & END_BASE_SET) !== 0) this.bases[1 - sender] = ints[peer + E_BASE_SEQUENCE] >>> 0;
  }

  #time(cursor: Cursor, view: Readonly<PacketView>): number {
    this.#baseSeconds ??= cursor.floats[cursor.times + T_BASE_SECONDS];
    return (view.seconds - this.#baseSeconds) * 1e9 + view.nanoseconds;
  }
}

const NO_STATES: States = [null, null];

export function isIcmp(view: Readonly<PacketView>): boolean {
  return view.kind === PACKET_ICMP_ERROR;
}

function synOptions({ mss, windowScale, sackPermitted, hasTimestamps }: Readonly<PacketView>): Frame['syn'] {
  return { mss, windowScale, sackPermitted: sackPermitted === 1, timestamps: hasTimestamps === 1 };
}

function tcpStates(ints: Int32Array, at: number): States {
  const first = at + ENDPOINT_INT_0;
  const second = first + ENDPOINT_INT_STRIDE;
  return [tcpState(ints, at, first, second), tcpState(ints, at, second, first)];
}

/** Of a side that has sent nothing, nothing is known. */
function tcpState(ints: Int32Array, at: number, me: number, peer: number): string | null {
  return ints[me + E_PACKETS] === 0 ? null : TCP_STATES[stateOf(ints, at, me, peer)];
}
