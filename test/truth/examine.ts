import { seededRandom } from '../bench/random.ts';
import { type Analyze, analyzeFrames } from './analysis.ts';
import { type Amount, CHANGE_NAMES, type ChangedCopy, type ChangeName, changedCopies } from './changes.ts';
import { type Comparison, compare } from './contradictions.ts';
import type { Frame } from './frames.ts';

export interface Examination {
  readonly copy: ChangedCopy;
  readonly comparison: Comparison;
}

export interface ExamineOptions {
  readonly seed: number;
  readonly amount: Amount;
  readonly changes?: readonly ChangeName[];
  /** What is examined; another one in tests of the examination. */
  readonly analyze?: Analyze;
}

/** Changes a capture in every way, and compares what the analysis says of each copy with what it says of the whole. */
export async function* examined(frames: readonly Frame[], options: ExamineOptions): AsyncGenerator<Examination> {
  const { seed, amount, changes = CHANGE_NAMES, analyze = analyzeFrames } = options;
  const whole = { frames, ...(await analyze(frames)) };
  if (whole.connections.length === 0) return;
  for (const change of changes) {
    // A seed of its own, so that a change makes the same copies whichever others are made.
    const random = seededRandom(seed + frames.length + CHANGE_NAMES.indexOf(change));
    for (const copy of changedCopies(change, whole, random, amount)) {
      yield { copy, comparison: compare(whole, copy, await analyze(copy.frames)) };
    }
  }
}
