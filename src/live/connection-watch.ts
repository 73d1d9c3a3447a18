import { makeFindings } from '../findings.ts';
import {
  C_EVENT_COUNTS,
  C_FIRST_FRAME,
  C_FIRST_NANOSECONDS,
  C_HANDSHAKE,
  C_PROTOCOL,
  C_STATUS,
  E_FLAGS,
  E_PACKETS,
  END_CLOSED_SECOND,
  END_FIN_ACKED,
  END_FIN_SENT,
  END_RESET_SENT,
  END_SYN_ACK_SENT,
  END_SYN_ACKED,
  END_SYN_SENT,
  ENDPOINT_INT_0,
  ENDPOINT_INT_STRIDE,
  FLOAT_STRIDE,
  INT_STRIDE,
  ROW_CLOSED,
  ROW_RESET,
  T_BASE_SECONDS,
  T_NOW,
} from '../track/columns.ts';
import { handshakeOutcome } from '../track/handshake-record.ts';
import type { RecordSource } from '../track/record-source.ts';
import { nextSyn } from '../track/retries.ts';
import type { RowObserver } from '../track/row-observer.ts';
import { sidesOf } from '../track/sides.ts';
import { stateOf, TCP_STATES } from '../track/tcp-state.ts';
import { Deadlines } from './deadlines.ts';
import type { EventKind } from './events.ts';
import { withRoomFor } from './row-memory.ts';

const TCP = 6;
const UDP = 17;

// What is known of a row.
const WATCHED = 1;
const ESTABLISHED = 2;
const FAILED = 4;
const ENDED = 8;
/** Counted among the open ones. */
const OPEN = 16;
/** Counted among the states of TCP_STATES. */
const HAS_STATE = 32;

/** What the states of both sides and the events depend on; all below bit 12. */
const FLAGS =
  END_SYN_SENT | END_SYN_ACK_SENT | END_SYN_ACKED | END_FIN_SENT | END_FIN_ACKED | END_CLOSED_SECOND | END_RESET_SENT;

/** How long the last ACK of a close is waited for. */
const LAST_ACK_SECONDS = 2;
/** A UDP exchange that was silent so long has ended, as in the tracker (idle-sweep.ts). */
const UDP_IDLE_SECONDS = 60;

/** Is told of what happens; the rows are up to date. */
export interface WatchListener {
  /** The first packet of a connection. */
  begun(row: number): void;
  told(kind: EventKind, row: number): void;
}

/**
 * Sees what happens to connections when it happens: established, failed, ended. The tracker tells of a connection
 * once, when nothing of it can come any more; who looks on does not want to wait for that.
 *
 * Each kind is told once of a connection at most. It may be overtaken: a SYN that is tried again after it was refused
 * can still be answered.
 */
export class ConnectionWatch implements RowObserver {
  /** Open connections by protocol, and those of TCP by the state of each side (index of TCP_STATES). */
  readonly open = { tcp: 0, udp: 0, sctp: 0 };
  readonly clientStates = new Int32Array(TCP_STATES.length);
  readonly serverStates = new Int32Array(TCP_STATES.length);
  /** Connections that began, and that met each of the events. */
  readonly begun = { tcp: 0, udp: 0, sctp: 0 };
  readonly told: Record<EventKind, number> = { established: 0, failed: 0, ended: 0, open: 0 };
  readonly #source: RecordSource;
  readonly #listener: WatchListener;
  readonly #deadlines = new Deadlines();
  #known = new Uint8Array(0);
  #first = new Int32Array(0);
  #second = new Int32Array(0);
  #clientState = new Uint8Array(0);
  #serverState = new Uint8Array(0);

  constructor(source: RecordSource, listener: WatchListener) {
    this.#source = source;
    this.#listener = listener;
  }

  updated(row: number): void {
    const { ints } = this.#source.slab;
    const at = row * INT_STRIDE;
    if (row >= this.#known.length || this.#known[row] === 0) this.#begin(row);
    const a = at + ENDPOINT_INT_0;
    const b = a + ENDPOINT_INT_STRIDE;
    const first = ints[at + C_HANDSHAKE] | ((ints[at + C_STATUS] & (ROW_CLOSED | ROW_RESET)) << 16);
    const second =
      (ints[at + C_PROTOCOL] & 0xff) === UDP
        ? ints[at + C_EVENT_COUNTS]
        : (ints[a + E_FLAGS] & FLAGS) | ((ints[b + E_FLAGS] & FLAGS) << 12) | (ints[b + E_PACKETS] > 0 ? 1 << 24 : 0);
    if (this.#first[row] === first && this.#second[row] === second && (this.#known[row] & OPEN) !== 0) return;
    this.#first[row] = first;
    this.#second[row] = second;
    if ((ints[at + C_PROTOCOL] & 0xff) === UDP) this.#datagram(row);
    else this.#changed(row);
  }

  left(row: number, isEviction: boolean): void {
    if (row >= this.#known.length || this.#known[row] === 0) return;
    if ((this.#known[row] & OPEN) !== 0) this.#tellOnce(this.#isPending(row) && !isEviction ? FAILED : ENDED, row);
    this.#close(row);
    this.#known[row] = 0;
    this.#first[row] = 0;
    this.#second[row] = 0;
  }

  /** The capture's clock moves on, also where no packet comes. @param now seconds */
  tick(now: number): void {
    this.#deadlines.due(now, (row, firstFrame) => {
      if (this.#source.slab.ints[row * INT_STRIDE + C_FIRST_FRAME] !== firstFrame) return;
      if ((this.#known[row] & OPEN) !== 0) this.#lookAgain(row, now);
    });
  }

  /** The capture has ended: what is still open is told of. */
  finish(row: number): void {
    if ((this.#known[row] & OPEN) === 0) return;
    if (this.#isOver(row)) this.#tellOnce(ENDED, row);
    else this.#say('open', row);
  }

  #begin(row: number): void {
    if (row >= this.#known.length) this.#grow(row);
    this.#known[row] = WATCHED;
    this.begun[this.#protocol(row)]++;
    this.#listener.begun(row);
  }

  #changed(row: number): void {
    const { ints } = this.#source.slab;
    const outcome = handshakeOutcome(ints[row * INT_STRIDE + C_HANDSHAKE]);
    if (outcome === 'completed') this.#tellOnce(ESTABLISHED, row);
    const hasFailed = outcome === 'refused' || outcome === 'aborted' || outcome === 'unreachable';
    if (hasFailed) this.#tellOnce(FAILED, row);
    const isOver = this.#isOver(row);
    if (isOver && !hasFailed) {
      if (this.#isWhollyClosed(row)) this.#tellOnce(ENDED, row);
      else this.#lookAt(row, this.#last(row) + LAST_ACK_SECONDS);
    }
    if (hasFailed || (this.#known[row] & ENDED) !== 0) {
      this.#close(row);
    } else {
      this.#reopen(row);
      this.#countState(row);
    }
  }

  /** UDP says nothing of its end: a port that is not there fails it, silence ends it, and it may speak again. */
  #datagram(row: number): void {
    this.#reopen(row);
    if (this.#source.slab.ints[row * INT_STRIDE + C_EVENT_COUNTS] === 0) return;
    const findings = makeFindings(this.#source, row, sidesOf(this.#source.slab.ints, row));
    if (findings.some(({ code }) => code === 'unreachable')) this.#tellOnce(FAILED, row);
  }

  #lookAgain(row: number, now: number): void {
    const last = this.#last(row);
    if ((this.#source.slab.ints[row * INT_STRIDE + C_PROTOCOL] & 0xff) === UDP) {
      if (last + UDP_IDLE_SECONDS > now) {
        this.#lookAt(row, last + UDP_IDLE_SECONDS);
      } else {
        if ((this.#known[row] & FAILED) === 0) this.#say('ended', row);
        this.#close(row);
      }
    } else if (this.#isOver(row)) {
      this.#tellOnce(ENDED, row);
      this.#close(row);
    } else if (this.#isPending(row)) {
      const givenUp = this.#givenUp(row);
      if (givenUp > now) {
        this.#lookAt(row, givenUp);
      } else {
        this.#tellOnce(FAILED, row);
        this.#close(row);
      }
    }
  }

  #tellOnce(what: typeof ESTABLISHED | typeof FAILED | typeof ENDED, row: number): void {
    const known = this.#known[row];
    if ((known & what) !== 0) return;
    // What failed does not end, too.
    if (what === ENDED && (known & (FAILED | ESTABLISHED)) === FAILED) return;
    this.#known[row] = known | what;
    if (what === ESTABLISHED) this.#say('established', row);
    else this.#say(what === FAILED ? 'failed' : 'ended', row);
  }

  #say(kind: EventKind, row: number): void {
    this.told[kind]++;
    this.#listener.told(kind, row);
  }

  /** A handshake was begun and has not come to its end. */
  #isPending(row: number): boolean {
    const { ints } = this.#source.slab;
    if ((ints[row * INT_STRIDE + C_PROTOCOL] & 0xff) === UDP) return false;
    const outcome = handshakeOutcome(ints[row * INT_STRIDE + C_HANDSHAKE]);
    return outcome !== 'completed' && outcome !== 'not-captured';
  }

  #isOver(row: number): boolean {
    return (this.#source.slab.ints[row * INT_STRIDE + C_STATUS] & ROW_CLOSED) !== 0;
  }

  /** Reset, or both FINs were acknowledged. */
  #isWhollyClosed(row: number): boolean {
    const { ints } = this.#source.slab;
    const at = row * INT_STRIDE;
    if ((ints[at + C_STATUS] & ROW_RESET) !== 0) return true;
    const a = at + ENDPOINT_INT_0;
    return (ints[a + E_FLAGS] & ints[a + ENDPOINT_INT_STRIDE + E_FLAGS] & END_FIN_ACKED) !== 0;
  }

  #reopen(row: number): void {
    if ((this.#known[row] & OPEN) !== 0) return;
    this.#known[row] |= OPEN;
    const protocol = this.#protocol(row);
    this.open[protocol]++;
    this.#lookAt(row, protocol === 'udp' ? this.#last(row) + UDP_IDLE_SECONDS : this.#givenUp(row));
  }

  #close(row: number): void {
    if ((this.#known[row] & OPEN) === 0) return;
    this.#uncountState(row);
    this.#known[row] &= ~OPEN;
    this.open[this.#protocol(row)]--;
  }

  #countState(row: number): void {
    const { ints } = this.#source.slab;
    if ((ints[row * INT_STRIDE + C_PROTOCOL] & 0xff) !== TCP) return;
    this.#uncountState(row);
    const { at, client, server } = sidesOf(ints, row);
    const clientState = stateOf(ints, at, client, server);
    const serverState = stateOf(ints, at, server, client);
    this.#clientState[row] = clientState;
    this.#serverState[row] = serverState;
    this.clientStates[clientState]++;
    this.serverStates[serverState]++;
    this.#known[row] |= HAS_STATE;
  }

  #uncountState(row: number): void {
    if ((this.#known[row] & HAS_STATE) === 0) return;
    this.#known[row] &= ~HAS_STATE;
    this.clientStates[this.#clientState[row]]--;
    this.serverStates[this.#serverState[row]]--;
  }

  #protocol(row: number): 'tcp' | 'udp' | 'sctp' {
    const protocol = this.#source.slab.ints[row * INT_STRIDE + C_PROTOCOL] & 0xff;
    if (protocol === TCP) return 'tcp';
    return protocol === UDP ? 'udp' : 'sctp';
  }

  /** Seconds since 1970 of the last packet. */
  #last(row: number): number {
    const { floats } = this.#source.slab;
    return floats[row * FLOAT_STRIDE + T_BASE_SECONDS] + floats[row * FLOAT_STRIDE + T_NOW] / 1e9;
  }

  /** When a handshake that is heard of no more was given up: a SYN-ACK is sent again as a SYN is. */
  #givenUp(row: number): number {
    const { ints, floats } = this.#source.slab;
    const lasted = (floats[row * FLOAT_STRIDE + T_NOW] - ints[row * INT_STRIDE + C_FIRST_NANOSECONDS]) / 1e9;
    const firstRetry = nextSyn(1, 0, 0);
    const retry = nextSyn(2, 0, lasted);
    return this.#last(row) + Math.max(firstRetry, retry);
  }

  #lookAt(row: number, seconds: number): void {
    this.#deadlines.add(Math.ceil(seconds), row, this.#source.slab.ints[row * INT_STRIDE + C_FIRST_FRAME]);
  }

  #grow(row: number): void {
    this.#known = withRoomFor(this.#known, row);
    this.#first = withRoomFor(this.#first, row);
    this.#second = withRoomFor(this.#second, row);
    this.#clientState = withRoomFor(this.#clientState, row);
    this.#serverState = withRoomFor(this.#serverState, row);
  }
}
