import { readFileSync, writeFileSync } from 'node:fs';
import type { ChangeName } from './changes.ts';
import type { Row, Tally } from './tally.ts';

/** A contradiction that stays, and why. */
interface Explained {
  file: string;
  change: ChangeName;
  stream: string;
  why: string;
}

/** What was reached over a set of captures. */
export interface Reached {
  /** Connections that were compared, by change. */
  compared: Partial<Record<ChangeName, number>>;
  /** Contradictions by change and kind, without the explained ones: 'cut error' → 7. */
  contradictions: Record<string, number>;
  explained: Explained[];
}

export function readReached(path: string): Reached {
  return JSON.parse(readFileSync(path, 'utf8')) as Reached;
}

/** Keeps what a run has reached, and the explanations as they are. */
export function writeReached(path: string, tally: Tally, { explained }: Pick<Reached, 'explained'>): void {
  const { unexplained } = sorted(tally, explained);
  const reached: Reached = {
    compared: Object.fromEntries(tally.compared),
    contradictions: tally.counts(unexplained),
    explained,
  };
  writeFileSync(path, `${JSON.stringify(reached, null, 2)}\n`);
}

/** Contradictions that have an explanation, with it, and those that have none. */
export function sorted(
  { rows }: Tally,
  explained: readonly Explained[],
): { explained: { row: Row; why: string }[]; unexplained: Row[] } {
  const whyOf = (row: Row) =>
    explained.find(({ file, change, stream }) => row.file === file && row.change === change && row.stream === stream)
      ?.why;
  return {
    explained: rows.flatMap((row) => {
      const why = whyOf(row);
      return why === undefined ? [] : [{ row, why }];
    }),
    unexplained: rows.filter((row) => whyOf(row) === undefined),
  };
}

/** One line for each kind of contradiction that is more frequent than it was. */
export function worseThan(reached: Reached, tally: Tally): string[] {
  const now = tally.counts(sorted(tally, reached.explained).unexplained);
  return Object.entries(now).flatMap(([name, count]) => {
    const change = name.split(' ')[0] as ChangeName;
    const compared = tally.compared.get(change) ?? 0;
    const before = reached.contradictions[name] ?? 0;
    const comparedBefore = reached.compared[change] ?? 0;
    // As many as then, for as many connections as then; in a few connections more or less, a whole one.
    if (count <= Math.ceil((before * compared) / Math.max(1, comparedBefore))) return [];
    return [`${name}: ${count} in ${compared} connections, was ${before} in ${comparedBefore}`];
  });
}
