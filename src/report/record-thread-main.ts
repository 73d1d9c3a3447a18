import { parentPort } from 'node:worker_threads';
import { makeRecord } from '../track/make-record.ts';
import { forEachRow, type RowMessage } from '../track/row-batch.ts';
import { Output, OutputClosed } from './output.ts';
import { writeConnection } from './record-json.ts';
import type { Answer } from './record-thread.ts';

const STDOUT = 1;
const NEWLINE = 0x0a;
const output = new Output(STDOUT);

function answer(message: Answer, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

parentPort?.on('message', (message: RowMessage) => {
  try {
    forEachRow(message, (source, row) => {
      writeConnection(output.json, makeRecord(source, row));
      output.json.byte(NEWLINE);
      output.recordDone();
    });
    output.flush();
    answer({ free: message.rows }, [message.rows]);
  } catch (error) {
    if (error instanceof OutputClosed) answer({ closed: true });
    else answer({ failed: error instanceof Error ? error.message : String(error) });
  }
});
