import { analyzeInput } from '../../src/analyze.ts';
import { openCaptures } from '../../src/capture/input.ts';
import type { Connection } from '../../src/record.ts';

/** The records of a capture in order of first frames, with the calls that the packets show. */
export async function recordsOf(path: string): Promise<Connection[]> {
  const records: Connection[] = [];
  const input = await openCaptures([path]);
  try {
    const consumer = { ended: (ended: { record(): Connection }) => void records.push(ended.record()) };
    await analyzeInput(input, consumer, { order: 'capture', calls: true });
    return records;
  } finally {
    await input.close();
  }
}
