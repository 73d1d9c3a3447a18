import { type AnalyzeOptions, analyzeInput } from '../../src/analyze.ts';
import { openCaptures } from '../../src/capture/input.ts';
import type { Summary } from '../../src/summary.ts';

/** What a capture adds up to, and how many of its connections were handed out; null where it cannot be read. */
async function summaryOf(path: string, needlessFrom: number, options: AnalyzeOptions) {
  const input = await openCaptures([path]).catch(() => null);
  if (input === null) return null;
  let handedOut = 0;
  const consumer = { ended: () => handedOut++, needlessFrom };
  const { summary } = await analyzeInput(input, consumer, options);
  await input.close();
  return { summary: rounded(summary), handedOut };
}

/** Means of the same numbers in another order differ in their last digit. */
export function rounded({ connectTime, ...summary }: Summary) {
  return { ...summary, connectTime: connectTime && { ...connectTime, mean: connectTime.mean.toPrecision(12) } };
}

/** The summary where every connection is handed out, and where usual ones are only counted, and how many those are. */
export async function handedOutAndCounted(path: string, options: AnalyzeOptions = {}) {
  const all = await summaryOf(path, Number.POSITIVE_INFINITY, options);
  const some = await summaryOf(path, 0, options);
  if (all === null || some === null) return null;
  return { handedOut: all.summary, counted: some.summary, onlyCounted: all.handedOut - some.handedOut };
}
