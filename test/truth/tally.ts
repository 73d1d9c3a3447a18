import { CHANGE_NAMES, type ChangeName } from './changes.ts';
import { KINDS, type Kind } from './contradictions.ts';

/** A contradiction in short, as it is printed. */
export interface Row {
  readonly file: string;
  readonly change: ChangeName;
  /** Which copy. */
  readonly copy: string;
  readonly stream: string;
  readonly kind: Kind;
  readonly words: string;
  /** What the whole capture and the copy say of the connection. */
  readonly whole: string;
  readonly changed: string;
}

/** What came out of one capture. */
export interface CaptureResult {
  readonly file: string;
  /** Why it was left out; null where it was examined. */
  readonly leftOut: string | null;
  /** Why the analysis of it or of a copy has failed. */
  readonly failure?: string;
  /** Connections compared by each change. */
  readonly compared: Readonly<Partial<Record<ChangeName, number>>>;
  readonly rows: readonly Row[];
}

/** Adds up contradictions over many captures. */
export class Tally {
  readonly rows: Row[] = [];
  readonly compared = new Map<ChangeName, number>();
  readonly leftOut: string[] = [];
  readonly failures: string[] = [];
  captures = 0;

  add({ file, leftOut, failure, compared, rows }: CaptureResult): void {
    if (failure !== undefined) this.failures.push(`${file}: ${failure}`);
    if (leftOut !== null) {
      this.leftOut.push(`${file}: ${leftOut}`);
      return;
    }
    this.captures += 1;
    for (const change of CHANGE_NAMES) {
      const connections = compared[change] ?? 0;
      if (connections > 0) this.compared.set(change, (this.compared.get(change) ?? 0) + connections);
    }
    this.rows.push(...rows);
  }

  /** Contradictions of each change and kind that has any: 'cut error' → 7. */
  counts(rows: readonly Row[] = this.rows): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const change of CHANGE_NAMES) {
      for (const kind of KINDS) {
        const found = rows.filter((row) => row.change === change && row.kind === kind).length;
        if (found > 0) counts[`${change} ${kind}`] = found;
      }
    }
    return counts;
  }

  /** A row for each change, a column for each kind. */
  table(): string {
    const rows = [['change', 'compared', 'contradicted', ...KINDS]];
    const counts = this.counts();
    for (const change of CHANGE_NAMES) {
      const compared = this.compared.get(change);
      if (compared === undefined) continue;
      const contradicted = new Set(
        this.rows.filter((row) => row.change === change).map(({ file, copy, stream }) => `${file} ${copy} ${stream}`),
      );
      const cells = KINDS.map((kind) => String(counts[`${change} ${kind}`] ?? '-'));
      rows.push([change, String(compared), String(contradicted.size), ...cells]);
    }
    const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
    return rows
      .map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '))
      .join('\n');
  }

  /** For each change and kind what was said, the most frequent first. */
  sayings(): string[] {
    return Object.keys(this.counts()).map((name) => {
      const times = new Map<string, number>();
      for (const { change, kind, words } of this.rows) {
        if (`${change} ${kind}` === name) times.set(words, (times.get(words) ?? 0) + 1);
      }
      const sorted = [...times].sort(([, one], [, other]) => other - one);
      const shown = sorted.slice(0, MOST_SAYINGS).map(([words, count]) => `${count} × ${words}`);
      const more = sorted.length - shown.length;
      return `${name}: ${shown.join('; ')}${more > 0 ? `; ${more} others` : ''}`;
    });
  }
}

const MOST_SAYINGS = 12;

/** One line. */
export function lineOf({ file, change, copy, stream, kind, words, whole, changed }: Row): string {
  return `${change} ${kind}  ${file} ${stream}: ${words}\n    whole: ${whole}\n    ${copy}: ${changed}`;
}
