import type { AnalysisObserver, EndedConnection, RunningAnalysis } from '../analyze.ts';
import type { Connection } from '../record.ts';
import { formatTime } from '../track/times.ts';
import { ConnectionWatch } from './connection-watch.ts';
import type { EventKind } from './events.ts';
import { LiveClock } from './live-clock.ts';
import { Traffic } from './traffic.ts';

/** Something that happened to a connection. Valid during the call that hands it out. */
export interface LiveEvent {
  readonly kind: EventKind;
  /** Capture time. */
  readonly time: string;
  readonly row: number;
  readonly connection: EndedConnection;
}

/** Takes what happens, when it happens. */
export interface LiveListener {
  begin?(session: LiveSession, analysis: RunningAnalysis): void;
  /** The first packet of a connection. */
  begun?(row: number): void;
  event?(event: LiveEvent): void;
  /** The row will be used for another connection. */
  left?(row: number): void;
}

export interface SessionOptions {
  /** Only events of connections for which this is true are handed on. */
  where?: ((connection: Connection) => boolean) | null;
  clock?: LiveClock;
}

/** A live analysis: what the tracker does, made into events and numbers, and handed to all who want them. */
export class LiveSession implements AnalysisObserver {
  readonly #listeners: LiveListener[];
  readonly #where: ((connection: Connection) => boolean) | null;
  readonly #clock: LiveClock;
  #analysis: RunningAnalysis | null = null;
  #watch: ConnectionWatch | null = null;
  #traffic: Traffic | null = null;
  #packetsBefore = 0;
  #isWaiting = false;
  #event: CurrentEvent | null = null;

  constructor(listeners: LiveListener[], { where = null, clock = new LiveClock() }: SessionOptions = {}) {
    this.#listeners = listeners;
    this.#where = where;
    this.#clock = clock;
  }

  begin(analysis: RunningAnalysis): void {
    this.#analysis = analysis;
    this.#watch = new ConnectionWatch(analysis.source, {
      begun: (row) => {
        for (const listener of this.#listeners) listener.begun?.(row);
      },
      told: (kind, row) => this.#tell(kind, row),
    });
    this.#traffic = new Traffic(analysis.source);
    for (const listener of this.#listeners) listener.begin?.(this, analysis);
  }

  updated(row: number): void {
    if (this.#isWaiting) this.#resume();
    this.watch.updated(row);
    this.traffic.updated(row);
  }

  left(row: number, isEviction: boolean): void {
    if (this.#isWaiting) this.#resume();
    this.watch.left(row, isEviction);
    this.traffic.left(row);
    for (const listener of this.#listeners) listener.left?.(row);
  }

  /** What came has been read: from now on the wall clock moves the capture's on. Called after each chunk. */
  wait(): void {
    const { tracker, packet } = this.analysis;
    const anyRead = tracker.packets !== this.#packetsBefore;
    this.#packetsBefore = tracker.packets;
    this.#clock.wait(anyRead ? packet.seconds + packet.nanoseconds / 1e9 : null);
    this.#isWaiting = true;
  }

  /** Time goes on without packets: what has waited too long is told. Called some times a second, between chunks. */
  tick(): void {
    this.watch.tick(this.now);
  }

  /** A second is over. */
  second(): void {
    this.traffic.tick();
  }

  /** The capture has ended. */
  finish(): void {
    this.analysis.tracker.visit((row) => this.watch.finish(row));
  }

  get isBegun(): boolean {
    return this.#analysis !== null;
  }

  get analysis(): RunningAnalysis {
    if (this.#analysis === null) throw new Error('the session has not begun');
    return this.#analysis;
  }

  get watch(): ConnectionWatch {
    if (this.#watch === null) throw new Error('the session has not begun');
    return this.#watch;
  }

  get traffic(): Traffic {
    if (this.#traffic === null) throw new Error('the session has not begun');
    return this.#traffic;
  }

  /** Seconds since 1970 on the clock of the capture. */
  get now(): number {
    if (this.#isWaiting) return this.#clock.now();
    const { seconds, nanoseconds } = this.analysis.packet;
    return seconds + nanoseconds / 1e9;
  }

  #resume(): void {
    this.#isWaiting = false;
    this.#clock.resume();
  }

  #tell(kind: EventKind, row: number): void {
    const analysis = this.analysis;
    const { seconds, nanoseconds } = this.#isWaiting ? secondsAndNanoseconds(this.#clock.now()) : analysis.packet;
    const connection = analysis.connection(row, seconds);
    if (this.#where !== null && !this.#where(connection.record())) return;
    const event = this.#event ?? new CurrentEvent(connection);
    this.#event = event;
    event.kind = kind;
    event.row = row;
    event.seconds = seconds;
    event.nanoseconds = nanoseconds;
    for (const listener of this.#listeners) listener.event?.(event);
  }
}

/** The one event of a session, set anew for each: there may be tens of thousands a second. */
class CurrentEvent implements LiveEvent {
  kind: EventKind = 'open';
  row = 0;
  seconds = 0;
  nanoseconds = 0;
  readonly connection: EndedConnection;

  constructor(connection: EndedConnection) {
    this.connection = connection;
  }

  get time(): string {
    return formatTime(this.seconds, this.nanoseconds);
  }
}

function secondsAndNanoseconds(time: number): { seconds: number; nanoseconds: number } {
  const seconds = Math.floor(time);
  return { seconds, nanoseconds: Math.floor((time - seconds) * 1e9) };
}
