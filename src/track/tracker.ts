import {
  PACKET_FRAGMENT,
  PACKET_ICMP_ERROR,
  PACKET_SCTP,
  PACKET_TCP,
  PACKET_UDP,
  PacketView,
  TCP_FIN,
  TCP_RST,
  TCP_SYN,
} from '../../parsers/packet-view.ts';
import { quoteCarrier } from '../../parsers/tunnel/carriers.ts';
import { Beginnings } from './beginnings.ts';
import { ClosedQueue } from './closed-queue.ts';
import {
  C_OLDER,
  C_STATUS,
  C_STREAM,
  FLOAT_STRIDE,
  INT_STRIDE,
  ROW_QUOTED,
  ROW_REPORTED,
  ROW_USED,
  T_BASE_SECONDS,
  T_NOW,
} from './columns.ts';
import { Cursor } from './cursor.ts';
import { updateUdp } from './datagrams.ts';
import { endConnection, makeOlder, reportClosed, type Tables, takeOut, takeOutOlder, takeOutRest } from './endings.ts';
import { EventPool } from './events.ts';
import { FlowTable } from './flow-table.ts';
import { FragmentTable } from './fragments.ts';
import { FrameCounts } from './frame-counts.ts';
import { noteIcmpError } from './icmp.ts';
import { IdleSweep, isSweepDue } from './idle-sweep.ts';
import { isAnswered, olderRow } from './incarnations.ts';
import type { RowObserver } from './row-observer.ts';
import { countPacket } from './rows.ts';
import { beginsNewAssociation, updateSctp } from './sctp.ts';
import { Slab } from './slab.ts';
import { OrdinaryMemory } from './table-memory.ts';
import { beginsNewStream, updateTcp } from './tcp.ts';
import { noteResetOfOlder } from './tcp-close.ts';
import { DEFAULT_THRESHOLDS } from './thresholds.ts';
import type { TrackerOptions } from './tracker-options.ts';
import { TurnBook } from './turns.ts';
import type { UsualSums } from './usual-sums.ts';
import { Waiting } from './waiting.ts';
import {
  INT32_MAX,
  N_LONG_CLOSE_WAIT,
  N_NANOSECONDS,
  N_PACKETS,
  N_SECONDS,
  N_SLOW_HANDSHAKE,
  N_WIRE_BYTES,
  W_EVICTED,
  W_FAILED_FROM,
  W_RETRANSMISSIONS_AT_LEAST,
  W_USUAL_FROM,
} from './words.ts';
import { Zones } from './zones.ts';

/** IP protocol number. */
const TCP = 6;
/** Bytes of a quoted header that Wireshark needs before it gives the quoted connection a stream number. */
const QUOTED_TCP_NEEDED = 16;
const QUOTED_UDP_NEEDED = 8;

/**
 * Follows every connection of a capture: finds the one that a packet belongs to, moves it on, and hands it
 * out when it has ended. No state but the tables spans connections; a flow's key alone decides where it is kept.
 */
export class Tracker implements Tables {
  readonly slab: Slab;
  readonly events: EventPool;
  readonly frames = new FrameCounts();
  readonly zones = new Zones();
  /** Null unless asked for. */
  readonly turns: TurnBook | null;
  readonly #options: TrackerOptions;
  readonly #observer: RowObserver | null;
  readonly flows: FlowTable;
  readonly #fragments = new FragmentTable();
  readonly queue: ClosedQueue;
  /** What those add up to that are only counted. */
  readonly usual: UsualSums;
  readonly #sweep: IdleSweep;
  readonly #cursor = new Cursor();
  readonly #olderCursor = new Cursor();
  /** Quotes the UDP packet of a tunnel. */
  readonly #carrier = new PacketView();
  readonly #beginnings: Beginnings;
  readonly #waiting: Waiting;

  constructor(options: TrackerOptions) {
    this.#options = options;
    this.turns = options.turns === true ? new TurnBook() : null;
    this.#observer = options.observer ?? null;
    const memory = options.memory ?? new OrdinaryMemory();
    this.slab = new Slab(memory.firstRows, memory);
    this.flows = new FlowTable(this.slab, memory.firstBuckets);
    this.events = new EventPool(memory);
    this.queue = new ClosedQueue(this.slab);
    this.usual = memory.usual();
    const { words, sums } = this.slab;
    words[W_USUAL_FROM] = INT32_MAX;
    words[W_FAILED_FROM] = INT32_MAX;
    const { slowHandshake, closeWait, retransmissionsAtLeast } = options.thresholds ?? DEFAULT_THRESHOLDS;
    sums[N_SLOW_HANDSHAKE] = slowHandshake * 1e9;
    sums[N_LONG_CLOSE_WAIT] = closeWait * 1e9;
    words[W_RETRANSMISSIONS_AT_LEAST] = Math.min(Math.ceil(retransmissionsAtLeast), INT32_MAX);
    this.#sweep = new IdleSweep(this, options.mostConnections);
    this.#waiting = new Waiting(options, this.slab, this.events, this.turns);
    const { slab, events, zones } = this;
    this.#beginnings = new Beginnings({
      slab,
      events,
      zones,
      flows: this.flows,
      interfaceName: options.interfaceName,
    });
  }

  /** Packets and their original lengths, all kinds. */
  get packets(): number {
    return this.slab.sums[N_PACKETS];
  }

  get wireBytes(): number {
    return this.slab.sums[N_WIRE_BYTES];
  }

  /** Connections given up before their end to keep memory bounded. */
  get evicted(): number {
    return this.slab.words[W_EVICTED];
  }

  /** Capture time of the last packet in seconds since 1970, to a microsecond. */
  get now(): number {
    return this.seconds + this.nanoseconds / 1e9;
  }

  /** The same exactly. */
  get seconds(): number {
    return this.slab.sums[N_SECONDS];
  }

  get nanoseconds(): number {
    return this.slab.sums[N_NANOSECONDS];
  }

  /** A decoded packet. Fragments are kept until the datagram is whole, which is then followed as one packet. */
  update(view: PacketView): void {
    const { sums } = this.slab;
    sums[N_SECONDS] = view.seconds;
    sums[N_NANOSECONDS] = view.nanoseconds;
    sums[N_PACKETS]++;
    sums[N_WIRE_BYTES] += view.originalLength;
    if (this.#waiting.areMany) this.#waiting.empty();
    if (this.queue.isDue(view.seconds)) reportClosed(this, view.seconds);
    if (isSweepDue(this.slab)) this.#sweep.look(view.seconds);
    this.#tellLeft();

    const kind = view.kind === PACKET_FRAGMENT ? this.#fragments.add(view) : view.kind;
    for (let i = view.carrierCount - 1; i >= 0; i--) this.#noteCarrier(view, i);
    if (kind === PACKET_TCP) {
      this.#tcp(view);
    } else if (kind === PACKET_UDP) {
      const cursor = this.#follow(view, this.flows.find(view), 0);
      updateUdp(cursor, view, this.slab);
      if (this.turns !== null) this.turns.note(cursor, view.frame, false);
      if (this.#observer !== null) this.#observer.updated(cursor.row, cursor.sender);
    } else if (kind === PACKET_SCTP) {
      this.#sctp(view);
    } else {
      if (kind === PACKET_ICMP_ERROR) this.#icmp(view);
      this.frames.add(view);
    }
  }

  /**
   * The capture has ended: everything that is left in the rows from `from` on has, too.
   * @param takeOut what takeOutRest does
   * @returns the row to go on with
   */
  finish(from = 0, takeOut = (row: number) => takeOutRest(this, row)): number {
    this.#waiting.empty();
    const next = takeOut(from);
    this.#waiting.reportLast();
    return next;
  }

  /** Every connection that has not been reported. */
  visit(visitor: (row: number) => void): void {
    const { slab } = this;
    for (let row = 0; row < slab.high; row++) {
      const status = slab.ints[row * INT_STRIDE + C_STATUS];
      if ((status & (ROW_USED | ROW_QUOTED | ROW_REPORTED)) === ROW_USED) visitor(row);
    }
  }

  #tcp(view: PacketView): void {
    const flows = this.flows;
    let row = flows.find(view);
    let reused = 0;
    let older = 0;
    if (row >= 0) {
      if ((view.flags & TCP_SYN) !== 0 && beginsNewStream(this.slab.ints, row, flows.sender, view)) {
        reused = this.slab.ints[row * INT_STRIDE + C_STREAM] + 1;
        older = makeOlder(this, row, flows.sender);
        this.#tellLeft();
        row = -1;
      }
    }
    const cursor = this.#follow(view, row, reused);
    if (older !== 0) cursor.ints[cursor.at + C_OLDER] = older;
    if ((view.flags & TCP_RST) !== 0) {
      if (cursor.ints[cursor.at + C_OLDER] !== 0) this.#resetOlder(cursor, view);
      this.events.makeRoom();
    }
    if (updateTcp(cursor, view, row < 0, this.slab, this.events)) this.#endConnection(cursor, view.seconds);
    if (this.turns !== null) this.turns.note(cursor, view.frame, (view.flags & TCP_FIN) !== 0);
    if (this.#observer !== null) this.#observer.updated(cursor.row, cursor.sender);
    if ((view.flags & TCP_SYN) !== 0 && isAnswered(cursor.ints, cursor.at)) {
      takeOutOlder(this, cursor.row);
      this.#tellLeft();
    }
  }

  /** An RST may answer what the other side sent on the older connection: that one is over then. */
  #resetOlder(cursor: Cursor, view: PacketView): void {
    const { slab, events } = this;
    const older = olderRow(slab.ints, cursor.row);
    const sender = (cursor.ints[cursor.at + C_OLDER] - 1) & 1;
    if (older < 0 || cursor.sender !== 0) return;
    events.makeRoom();
    this.#olderCursor.set(slab, older, sender);
    const now = (view.seconds - slab.floats[older * FLOAT_STRIDE + T_BASE_SECONDS]) * 1e9 + view.nanoseconds;
    if (!noteResetOfOlder(this.#olderCursor, view, now, slab, events)) return;
    if (this.#observer !== null) this.#observer.updated(older, sender);
    takeOutOlder(this, cursor.row);
    this.#tellLeft();
  }

  #sctp(view: PacketView): void {
    let row = this.flows.find(view);
    let reused = 0;
    if (row >= 0 && beginsNewAssociation(this.slab.ints, row * INT_STRIDE, view)) {
      reused = this.slab.ints[row * INT_STRIDE + C_STREAM] + 1;
      takeOut(this, row);
      this.#tellLeft();
      row = -1;
    }
    const cursor = this.#follow(view, row, reused);
    if (updateSctp(cursor, view, this.slab, this.events)) this.#endConnection(cursor, view.seconds);
    if (this.turns !== null) this.turns.note(cursor, view.frame, false);
    if (this.#observer !== null) this.#observer.updated(cursor.row, cursor.sender);
  }

  #icmp(view: PacketView): void {
    let row = this.flows.findQuoted(view);
    const sender = row < 0 ? 0 : this.flows.sender;
    if (row < 0) {
      if (view.quotedLength < (view.quotedProtocol === TCP ? QUOTED_TCP_NEEDED : QUOTED_UDP_NEEDED)) return;
      row = this.#beginnings.beginQuoted(view);
    }
    const cursor = this.#cursor;
    cursor.set(this.slab, row, sender);
    noteIcmpError(cursor, view, this.slab, this.events);
    if (this.#observer !== null && (cursor.ints[cursor.at + C_STATUS] & ROW_QUOTED) === 0)
      this.#observer.updated(row, sender);
  }

  /** The UDP packets of a tunnel are not reported, but take a stream number before what they carry, as in Wireshark. */
  #noteCarrier(view: PacketView, index: number): void {
    const carrier = this.#carrier;
    quoteCarrier(view, index, carrier);
    const known = this.flows.findQuoted(carrier);
    const row = known < 0 ? this.#beginnings.beginQuoted(carrier) : known;
    const { ints, floats } = this.slab;
    if ((ints[row * INT_STRIDE + C_STATUS] & ROW_QUOTED) === 0) return; // it sends for itself, too
    const times = row * FLOAT_STRIDE;
    floats[times + T_NOW] = (view.seconds - floats[times + T_BASE_SECONDS]) * 1e9 + view.nanoseconds;
  }

  /** Counts the packet in its connection, a new one where `row` is -1, and points the cursor at it. */
  #follow(view: PacketView, row: number, reused: number): Cursor {
    const cursor = this.#cursor;
    if (row < 0) {
      cursor.set(this.slab, this.#beginnings.begin(view, reused), 0);
    } else {
      cursor.set(this.slab, row, this.flows.sender);
      if ((cursor.ints[cursor.at + C_STATUS] & ROW_QUOTED) !== 0) this.#beginnings.adopt(cursor, view);
    }
    countPacket(cursor, view);
    return cursor;
  }

  #endConnection(cursor: Cursor, seconds: number): void {
    endConnection(cursor, this, seconds);
    this.#tellLeft();
  }

  #tellLeft(): void {
    if (!this.#options.mayWait) this.reportLeft();
  }

  /** Reports the connections that have left the tables, in that order. */
  reportLeft(): void {
    this.#waiting.report();
  }
}
