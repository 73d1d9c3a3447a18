/** Examines captures in several processes at once: this file is the program of each, and starts them. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type CaptureOptions, captureResult } from './capture-result.ts';
import type { CaptureResult } from './tally.ts';

export interface Task {
  readonly path: string;
  /** What the capture is called in the result. */
  readonly name: string;
}

interface Order extends Task {
  readonly options: Omit<CaptureOptions, 'analyze'>;
}

/**
 * Hands each capture to the next process that is free. Results come in the order of the tasks.
 * @param isEnough asked before each task; true: no more of them
 */
export async function examineAll(
  tasks: readonly Task[],
  options: Order['options'],
  workers: number,
  isEnough: (examined: number) => boolean,
): Promise<CaptureResult[]> {
  const results = new Array<CaptureResult | undefined>(tasks.length).fill(undefined);
  let next = 0;
  let examined = 0;
  const work = async (): Promise<void> => {
    const worker = fork(fileURLToPath(import.meta.url), { stdio: 'inherit' });
    try {
      while (next < tasks.length && !isEnough(examined)) {
        const index = next++;
        const result = await ask(worker, { ...tasks[index], options });
        results[index] = result;
        if (result.leftOut === null) examined += 1;
      }
    } finally {
      worker.kill();
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return results.filter((result) => result !== undefined);
}

function ask(worker: ChildProcess, order: Order): Promise<CaptureResult> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error(`${order.name}: the process that examined it has ended`));
    worker.once('exit', ended);
    worker.once('message', (result: CaptureResult) => {
      worker.off('exit', ended);
      resolve(result);
    });
    worker.send(order);
  });
}

// Only where this file was started as a process.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.on('message', async ({ path, name, options }: Order) => {
    let result: CaptureResult;
    try {
      result = await captureResult(path, name, options);
    } catch (error) {
      const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
      result = { file: name, leftOut: 'the analysis failed', failure, compared: {}, rows: [] };
    }
    process.send?.(result);
  });
}
