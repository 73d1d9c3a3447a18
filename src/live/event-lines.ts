import type { Writable } from 'node:stream';
import { JsonBytes } from '../report/json-bytes.ts';
import { jsonText } from '../report/json-text.ts';
import { OutputClosed } from '../report/output.ts';
import { writeConnection } from '../report/record-json.ts';
import type { EventKind } from './events.ts';
import type { Processes, ProcessesOf } from './processes/process.ts';
import type { LiveEvent, LiveListener } from './session.ts';

/** Milliseconds after which it is looked whether a slow reader has read on. */
const PATIENCE = 2000;

/**
 * Events as JSON, one a line: {"event": …, "time": …, "connection": {…}}. What a chunk of packets brought is written
 * at once; a reader that is slow is waited for before the next chunk is read, so nothing piles up here.
 */
export class EventLines implements LiveListener {
  readonly #stream: Writable;
  readonly #kinds: ReadonlySet<EventKind>;
  readonly #processesOf: ProcessesOf | null;
  readonly #json = new JsonBytes(64 * 1024);
  /** Lines that lack their processes and the last brace. */
  readonly #open: { line: Uint8Array; processes: Processes }[] = [];
  #failure: Error | null = null;
  #isStopping = false;
  #isAbandoned = false;
  #wake: () => void = () => {};

  /** @param processesOf null where nobody asks for processes */
  constructor(stream: Writable, kinds: ReadonlySet<EventKind>, processesOf: ProcessesOf | null) {
    this.#stream = stream;
    this.#kinds = kinds;
    this.#processesOf = processesOf;
    stream.on('drain', () => this.#wake());
    stream.on('error', (error) => {
      this.#failure = error;
      this.#wake();
    });
  }

  event(event: LiveEvent): void {
    const { kind, connection } = event;
    if (!this.#kinds.has(kind)) return;
    const json = this.#json;
    json.text(`{"event":"${kind}","time":"${event.time}","connection":`);
    writeConnection(json, connection.record());
    if (this.#processesOf === null) {
      json.text('}\n');
    } else {
      this.#open.push({ line: json.bytes.slice(0, json.length), processes: this.#processesOf(connection) });
      json.length = 0;
    }
  }

  /**
   * Hands on what there is and waits until the reader has room for more.
   * @throws OutputClosed where nobody reads any more
   */
  async flush(): Promise<void> {
    this.#refuseIfFailed();
    const bytes = this.#take();
    if (bytes.length === 0 || this.#isAbandoned) return;
    if (!this.#stream.write(bytes)) await this.#untilTaken('drain');
  }

  /** The lines since the last time. The processes of their connections were looked for when the chunk had been read. */
  #take(): Uint8Array {
    const json = this.#json;
    const bytes = json.bytes.slice(0, json.length);
    json.length = 0;
    const open = this.#open.splice(0);
    if (open.length === 0) return bytes;
    return Buffer.concat(
      open.flatMap(({ line, processes }) => [line, Buffer.from(`,"process":${jsonText(processes)}}\n`)]),
    );
  }

  /** The same, and waits until the reader has all of it. */
  async end(): Promise<void> {
    this.stopping();
    await this.flush();
    if (this.#stream.writableLength > 0) await this.#untilTaken('empty');
  }

  /** The session is ending: a reader that has stopped reading is not waited for any longer. */
  stopping(): void {
    this.#isStopping = true;
  }

  async #untilTaken(how: 'drain' | 'empty'): Promise<void> {
    let waiting = Number.POSITIVE_INFINITY;
    while (this.#failure === null && !this.#isAbandoned) {
      const left = this.#stream.writableLength;
      if (how === 'empty' ? left === 0 : !this.#stream.writableNeedDrain) break;
      if (left === waiting && this.#isStopping) this.#isAbandoned = true;
      waiting = left;
      await this.#woken();
    }
    this.#refuseIfFailed();
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, PATIENCE);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #refuseIfFailed(): void {
    if (this.#failure === null) return;
    const { code } = this.#failure as NodeJS.ErrnoException;
    if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') throw new OutputClosed('the output was closed');
    throw this.#failure;
  }
}
