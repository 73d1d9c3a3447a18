import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { EndedConnection } from '../analyze.ts';
import { builtFile } from '../built-file.ts';
import { RowBatch, type RowMessage } from '../track/row-batch.ts';
import { isOnlyAscii } from './ascii.ts';
import { JsonBytes } from './json-bytes.ts';
import { OutputClosed } from './output.ts';
import { writeLines } from './record-lines.ts';

/** Rows that travel together: some 620 KB. */
const BATCH_ROWS = 512;
/** The JSON of so many rows, more or less. */
const BATCH_BYTES = 2 * 1024 * 1024;
/** With so many batches waiting for the thread, the next one is made into lines here. */
const ENOUGH_WAITING = 3;
/** Batches that may be under way: what is ended faster than it is written waits for them. */
const BATCHES = 8;

/** What the thread gets: rows, or lines that only have to be written in their turn. */
export type Work = RowMessage | { lines: Uint8Array };

/** What it answers: a batch is written (and its memory free again), or why it can write no more. */
export type Answer = { free: ArrayBuffer } | { written: true } | { closed: true } | { failed: string };

/**
 * A second thread that makes records and writes their JSON to standard output (record-thread-main.ts). It alone
 * writes, so the lines come in the order in which the connections ended, whichever thread made them.
 */
export class RecordThread {
  readonly #worker: Worker;
  readonly #free: ArrayBuffer[] = [];
  #batch = new RowBatch(BATCH_ROWS);
  readonly #json = new JsonBytes(BATCH_BYTES);
  #underWay = 0;
  #problem: Error | null = null;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (answer: Answer) => this.#answered(answer));
    worker.on('error', (error) => {
      this.#problem ??= error;
    });
  }

  /** Null where the program runs from its sources: the thread's file is there once it is built. */
  static start(): RecordThread | null {
    const file = builtFile('report/record-thread-main.js');
    if (file === null) return null;
    return new RecordThread(new Worker(file, { workerData: { ascii: isOnlyAscii() } }));
  }

  add(connection: EndedConnection): void {
    connection.copyTo?.(this.#batch);
    if (this.#batch.isFull) this.#send();
  }

  /** Waits until few enough batches are under way. @throws OutputClosed where nobody reads any more */
  async catchUp(most = BATCHES): Promise<void> {
    while (this.#underWay > most && this.#problem === null) await once(this.#worker, 'message');
    // Answers come between chunks of input only.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#problem !== null) throw this.#problem;
  }

  /** Everything is written. */
  async finish(): Promise<void> {
    this.#send();
    await this.catchUp(0);
    await this.#worker.terminate();
  }

  #send(): void {
    const message = this.#batch.message();
    if (message === null) return;
    if (this.#underWay < ENOUGH_WAITING) {
      this.#post(message, message.rows);
      this.#batch = new RowBatch(BATCH_ROWS, this.#free.pop());
    } else {
      const json = this.#json;
      json.length = 0;
      writeLines(json, message);
      const lines = json.bytes.slice(0, json.length);
      this.#post({ lines }, lines.buffer);
      this.#batch = new RowBatch(BATCH_ROWS, message.rows);
    }
  }

  #post(work: Work, transfer: ArrayBuffer): void {
    this.#worker.postMessage(work, [transfer]);
    this.#underWay++;
  }

  #answered(answer: Answer): void {
    if ('closed' in answer) this.#problem ??= new OutputClosed('the output was closed');
    else if ('failed' in answer) this.#problem ??= new Error(answer.failed);
    else this.#underWay--;
    if ('free' in answer) this.#free.push(answer.free);
  }
}
