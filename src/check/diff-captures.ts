import { type AnalyzeOptions, analyzeInto } from '../analyze.ts';
import { inputSize } from '../capture/input.ts';
import { InputError } from '../capture/input-error.ts';
import { totalOf, WholeProgress } from '../capture/whole-progress.ts';
import type { CaptureInfo } from '../summary.ts';
import { type Change, type Diff, diffProfiles } from './diff.ts';
import type { FailOn } from './diff-aspects.ts';
import { CaptureProfile } from './diff-profile.ts';

export interface DiffSide {
  captures: CaptureInfo[];
  packets: number;
  connections: number;
  /** Seconds from the first packet to the last. */
  duration: number;
}

export interface CaptureDiff extends Diff {
  before: DiffSide;
  after: DiffSide;
}

export type DiffOptions = Pick<AnalyzeOptions, 'where' | 'thresholds' | 'mostConnections' | 'onProgress' | 'onWarning'>;

/**
 * What changed between two captures. Memory follows the number of servers, not that of connections.
 * @throws InputError or CaptureFormatError for what cannot be read
 */
export async function diffCaptures(before: string[], after: string[], options: DiffOptions = {}): Promise<CaptureDiff> {
  const { onProgress, ...rest } = options;
  const sizes = [before, after].map((paths) => totalOf(paths.map(inputSize)));
  const progress = new WholeProgress(sizes, onProgress);
  const was = await profileOf(before, { ...rest, ...progress.next() });
  const is = await profileOf(after, { ...rest, ...progress.next() });
  return { before: was.side, after: is.side, ...diffProfiles(was.profile, is.profile) };
}

async function profileOf(paths: string[], options: DiffOptions): Promise<{ profile: CaptureProfile; side: DiffSide }> {
  const profile = new CaptureProfile();
  const consumer = {
    ended: (ended: { record(): Parameters<CaptureProfile['add']>[0] }) => profile.add(ended.record()),
  };
  const { captures, summary } = await analyzeInto(paths, consumer, options);
  const { packets, duration } = summary;
  return { profile, side: { captures, packets, duration, connections: profile.connections } };
}

/**
 * The changes for the worse (where there is no better or worse: all) that are more than is allowed.
 * @throws InputError where one side has no connection: what looked at nothing must not pass
 */
export function failingChanges(diff: CaptureDiff, failOn: FailOn): Change[] {
  if (failOn.size === 0) return [];
  for (const { captures, connections } of [diff.before, diff.after]) {
    if (connections > 0) continue;
    const files = captures.map(({ file }) => file).join(', ');
    throw new InputError(`${files}: there is no connection to compare, so --fail-on has nothing to say`);
  }
  return diff.all.changes.filter((change) => isFailing(change, failOn));
}

export function isFailing({ aspect, direction, relative }: Change, failOn: FailOn): boolean {
  const allowed = failOn.get(aspect);
  if (allowed === undefined || direction === 'better') return false;
  return relative === null || Math.abs(relative) > allowed;
}
