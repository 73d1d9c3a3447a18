import { parentPort, workerData } from 'node:worker_threads';
import { Output, OutputClosed } from './output.ts';
import { writeLines } from './record-lines.ts';
import type { Answer, Work } from './record-thread.ts';

const STDOUT = 1;
const output = new Output(STDOUT, workerData);

function answer(message: Answer, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

parentPort?.on('message', (work: Work) => {
  try {
    if ('lines' in work) {
      output.writeBytes(work.lines);
      answer({ written: true });
    } else {
      writeLines(output.json, work, () => output.recordDone());
      output.flush();
      answer({ free: work.rows }, [work.rows]);
    }
  } catch (error) {
    if (error instanceof OutputClosed) answer({ closed: true });
    else answer({ failed: error instanceof Error ? error.message : String(error) });
  }
});
