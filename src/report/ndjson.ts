import type { EndedConnection } from '../analyze.ts';
import type { Output } from './output.ts';
import { writeConnection } from './record-json.ts';
import { RecordThread } from './record-thread.ts';
import type { MakeReporter, Reporter } from './reporter.ts';

const NEWLINE = 0x0a;
/** A thread takes longer to start than so many records to write. */
const THREAD_FROM = 2000;

/**
 * One connection a line, written when it has ended; nothing is kept. Making the records and their JSON takes longer
 * than the analysis itself, so where there are many a second thread does it.
 */
export const ndjson: MakeReporter = (output) => new Ndjson(output);

class Ndjson implements Reporter {
  readonly order = 'end';
  readonly #output: Output;
  #thread: RecordThread | null = null;
  #written = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  ended(connection: EndedConnection): void {
    if (this.#thread !== null && connection.copyTo !== undefined) {
      this.#thread.add(connection);
      return;
    }
    writeConnection(this.#output.json, connection.record());
    this.#output.json.byte(NEWLINE);
    this.#output.recordDone();
    this.#written++;
  }

  /** A slow stream's records are not held back until there are many. */
  async chunkDone(): Promise<void> {
    if (this.#thread !== null) return this.#thread.catchUp();
    this.#output.flush();
    if (this.#written >= THREAD_FROM) this.#thread = RecordThread.start();
  }

  async finish(): Promise<void> {
    this.#output.flush();
    await this.#thread?.finish();
  }
}
