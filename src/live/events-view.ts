import type { Writable } from 'node:stream';
import { tell } from '../report/tell.ts';
import { EventLines } from './event-lines.ts';
import type { EventKind } from './events.ts';
import type { ProcessesOf } from './processes/process.ts';
import type { LiveView } from './view.ts';

const STDERR = 2;
/** A live session as lines of JSON on standard output. */
export class EventsView implements LiveView {
  readonly listener: EventLines;
  readonly reportTo = STDERR;
  readonly tell = tell;
  #writing: Promise<void> = Promise.resolve();

  constructor(stream: Writable, kinds: ReadonlySet<EventKind>, processesOf: ProcessesOf | null) {
    this.listener = new EventLines(stream, kinds, processesOf);
  }

  /** @throws OutputClosed where nobody reads any more */
  chunkDone(): Promise<void> {
    this.#writing = this.#writing.then(() => this.listener.flush());
    return this.#writing;
  }

  /** What the clock brought about is written without waiting for packets. */
  tick(): void {
    // A failure is thrown where the next chunk is done.
    this.chunkDone().catch(() => {});
  }

  between(write: () => void): void {
    write();
  }

  stopping(): void {
    this.listener.stopping();
  }

  async end(): Promise<void> {
    await this.chunkDone();
    await this.listener.end();
  }
}

/** A live session of which nothing is seen before its report. */
export class NoView implements LiveView {
  readonly listener = {};
  readonly reportTo: number;
  readonly tell = tell;

  constructor(reportTo: number) {
    this.reportTo = reportTo;
  }

  between(write: () => void): void {
    write();
  }
}
