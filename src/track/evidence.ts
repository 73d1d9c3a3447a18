import type { Side } from '../record.ts';
import {
  C_HANDSHAKE,
  C_SYN_ACK_COUNT,
  C_SYN_COUNT,
  E_FLAGS,
  E_PACKETS,
  E_RESETS,
  E_TTL,
  E_UNANSWERED,
  END_FIN_ACKED,
  F_FIN_TIME,
  F_LAST_TIME,
  F_NEXT_SEQUENCE_TIME,
  HANDSHAKE_ACCEPTED,
  HANDSHAKE_NOT_HEARD,
  T_LAST_SYN,
  T_LAST_SYN_ACK,
  T_NOW,
  T_SYN,
  T_SYN_ACK,
} from './columns.ts';
import type { RecordSource } from './record-source.ts';
import { KERNEL_SYNS, nextRetransmission, nextSyn, REFUSED_AGAIN, triesRefusedAgain } from './retries.ts';
import type { Sides } from './sides.ts';
import { seconds, watchedUntil } from './times.ts';

/**
 * What a finding, an errno or the cause of a reset rests on. Nothing can be said without one, and nothing is said whose
 * basis does not hold (`Evidence.doubt`): the two gates of what a capture shows.
 */
export interface Basis {
  /** Sides of which a packet must be in the capture: of one that is not, nothing is known. */
  seen: readonly Side[];
  /** For a claim that something did not happen: what would have come next, and must have been waited for. */
  awaited: Awaited | null;
  /** For a claim about what a FIN brought about: its sender. It must have arrived, that is, been acknowledged. */
  finOf: Side | null;
}

/** A retry that was due, in seconds after the last packet, and how long the capture went on after that. */
export interface Awaited {
  retry: 'SYN' | 'SYN-ACK' | 'retransmission';
  due: number;
  lasted: number;
}

/** Of the capture itself, or of packets of whichever side: what is counted is there. */
export const COUNTED: Basis = { seen: [], awaited: null, finOf: null };

/** Packets of these sides show it. */
export function shownBy(...seen: readonly Side[]): Basis {
  return { seen, awaited: null, finOf: null };
}

export const BOTH_SEEN: Basis = shownBy('client', 'server');

/** From the first SYN to the last: the kernel's own schedule was used up, whoever else was captured. Six retries of Linux without linear ones last 63 s. */
export const WHOLE_SYN_SCHEDULE = 60;
/** A kernel tries again after a second at the earliest when nothing answers; Windows after half of one when it was refused. */
const RETRY_INTO_SILENCE = 0.9;

/** From so much delay on, connect() sleeps when the ICMP error comes, and fails at once; nanoseconds. */
const ICMP_FINDS_SLEEPER = 5e6;

/** What the columns of a connection tell about how far its packets can be trusted to tell all. */
export class Evidence {
  readonly #source: RecordSource;
  readonly #sides: Sides;

  constructor(source: RecordSource, sides: Sides) {
    this.#source = source;
    this.#sides = sides;
  }

  /** Why a claim on this basis is not known to be true, in words; null where it is. */
  doubt({ seen, awaited, finOf }: Basis): string | null {
    for (const side of seen) if (!this.isSeen(side)) return unseen(side);
    if (awaited !== null && awaited.lasted <= awaited.due) {
      return `the capture ends before the next ${awaited.retry} was due`;
    }
    return finOf === null || this.hasFinArrived(finOf) ? null : `nothing shows that the FIN of the ${finOf} arrived`;
  }

  isSeen(side: Side): boolean {
    return this.#source.slab.ints[this.#at(side) + E_PACKETS] > 0;
  }

  hasFinArrived(side: Side): boolean {
    return (this.#source.slab.ints[this.#at(side) + E_FLAGS] & END_FIN_ACKED) !== 0;
  }

  /** What the peer sent after the FIN shows that it had not got it: it lies behind a hole (tcp_data_queue_ofo), or was lost. */
  isFinMissing(side: Side): boolean {
    const { floats } = this.#source.slab;
    const { clientTimes, serverTimes } = this.#sides;
    const [mine, theirs] = side === 'client' ? [clientTimes, serverTimes] : [serverTimes, clientTimes];
    return !this.hasFinArrived(side) && floats[theirs + F_LAST_TIME] > floats[mine + F_FIN_TIME];
  }

  /** The next SYN, after those that got no answer which the client is known to have heard. */
  nextSyn(): Awaited {
    const { ints, floats } = this.#source.slab;
    const { at, times, clientTimes } = this.#sides;
    const handshake = ints[at + C_HANDSHAKE];
    const isUnheard = (handshake & (HANDSHAKE_NOT_HEARD | HANDSHAKE_ACCEPTED)) === HANDSHAKE_NOT_HEARD;
    const last = floats[isUnheard ? clientTimes + F_LAST_TIME : times + T_LAST_SYN];
    return this.#awaited('SYN', last, nextSyn(ints[at + C_SYN_COUNT], seconds(floats[times + T_SYN]), seconds(last)));
  }

  /** The SYN that Windows sends after a refusal; null where the client would not. */
  refusedAgain(): Awaited | null {
    const { ints, floats } = this.#source.slab;
    const { at, times, client } = this.#sides;
    if (!triesRefusedAgain(ints[client + E_TTL] & 0xff, ints[at + C_SYN_COUNT])) return null;
    return this.#awaited('SYN', floats[times + T_NOW], REFUSED_AGAIN);
  }

  /** The next SYN-ACK (RFC 6298 5.7: its schedule is that of the SYN). */
  nextSynAck(): Awaited {
    const { ints, floats } = this.#source.slab;
    const { at, times } = this.#sides;
    const last = floats[times + T_LAST_SYN_ACK];
    const due = nextSyn(ints[at + C_SYN_ACK_COUNT], seconds(floats[times + T_SYN_ACK]), seconds(last));
    return this.#awaited('SYN-ACK', last, due);
  }

  /** The next time that `side` sends again what its peer has not acknowledged. */
  nextRetransmission(side: Side): Awaited {
    const { ints, floats } = this.#source.slab;
    const myTimes = side === 'client' ? this.#sides.clientTimes : this.#sides.serverTimes;
    const last = floats[myTimes + F_LAST_TIME];
    const resentFor = seconds(last - floats[myTimes + F_NEXT_SEQUENCE_TIME]);
    return this.#awaited('retransmission', last, nextRetransmission(resentFor, ints[this.#at(side) + E_UNANSWERED]));
  }

  /**
   * The silence after the SYNs is one of the network, not of a capture that has only this direction: the capture has
   * shown an answer to somebody, or the client's kernel went on as it does when it hears nothing, for so long that nothing
   * but its own schedule will have ended it. An RST of the client answers something that is not in the capture.
   */
  isSilenceKnown(): boolean {
    const { ints, floats } = this.#source.slab;
    const { at, times, client } = this.#sides;
    if (this.#source.isTwoWay) return true;
    const syns = ints[at + C_SYN_COUNT];
    const tried = seconds(floats[times + T_LAST_SYN] - floats[times + T_SYN]);
    return syns >= KERNEL_SYNS && tried / (syns - 1) >= RETRY_INTO_SILENCE && ints[client + E_RESETS] === 0;
  }

  /**
   * An ICMP error for a SYN has ended connect(): on a path of next to no delay the first one may find the socket in use
   * and is only kept (tcp_v4_err), elsewhere connect() sleeps and fails at once.
   * @param time of the error, nanoseconds as the times of the row
   */
  isConnectOver(time: number): boolean {
    const { floats } = this.#source.slab;
    const next = this.nextSyn();
    return time - floats[this.#sides.times + T_LAST_SYN] > ICMP_FINDS_SLEEPER || next.lasted > next.due;
  }

  #at(side: Side): number {
    return side === 'client' ? this.#sides.client : this.#sides.server;
  }

  #awaited(retry: Awaited['retry'], last: number, due: number): Awaited {
    return { retry, due, lasted: Math.max(0, watchedUntil(this.#source, this.#sides.times) - seconds(last)) };
  }
}

/** Why nothing is known of a side. */
export function unseen(side: Side): string {
  return `no packet of the ${side} is in the capture`;
}
