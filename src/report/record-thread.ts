import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { EndedConnection } from '../analyze.ts';
import { RowBatch, type RowMessage } from '../track/row-batch.ts';
import { OutputClosed } from './output.ts';

/** Rows that travel together: some 700 KB. */
const BATCH_ROWS = 512;
/** Batches that may be under way: what is ended faster than it is written waits for them. */
const BATCHES = 4;

/** What the thread answers: a batch is written and its memory free again, or why it can write no more. */
export type Answer = { free: ArrayBuffer } | { closed: true } | { failed: string };

/** A second thread that makes records and writes their JSON to standard output (record-thread-main.ts). */
export class RecordThread {
  readonly #worker: Worker;
  readonly #free: ArrayBuffer[] = [];
  #batch = new RowBatch(BATCH_ROWS);
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
    const { url } = import.meta;
    if (url.endsWith('.ts')) return null;
    return new RecordThread(new Worker(new URL('../report/record-thread-main.js', url)));
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
    const message: RowMessage | null = this.#batch.message();
    if (message !== null) {
      this.#worker.postMessage(message, [message.rows]);
      this.#underWay++;
    }
    this.#batch = new RowBatch(BATCH_ROWS, this.#free.pop());
  }

  #answered(answer: Answer): void {
    if ('free' in answer) {
      this.#underWay--;
      this.#free.push(answer.free);
    } else if ('closed' in answer) {
      this.#problem ??= new OutputClosed('the output was closed');
    } else {
      this.#problem ??= new Error(answer.failed);
    }
  }
}
