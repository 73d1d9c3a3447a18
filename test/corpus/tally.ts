/** One disagreement: where, and both values. */
export interface Difference {
  file: string;
  stream: number;
  oracle: string;
  ours: string;
  /** The reason, where the data tell it. */
  why: string | null;
}

/** How many streams of one field were compared, and where they differ. */
export interface Tally {
  streams: number;
  differences: Difference[];
}

/** Counts agreement per field. */
export class Tallies {
  readonly fields = new Map<string, Tally>();

  /** `why` is asked for the reason only where the two differ. */
  compare(field: string, file: string, stream: number, oracle: unknown, ours: unknown, why?: () => string): void {
    if (oracle === undefined || ours === undefined) return;
    const tally = this.#of(field);
    tally.streams += 1;
    const oracleText = JSON.stringify(oracle);
    const oursText = JSON.stringify(ours);
    if (oracleText === oursText) return;
    tally.differences.push({ file, stream, oracle: oracleText, ours: oursText, why: why?.() ?? null });
  }

  #of(field: string): Tally {
    let tally = this.fields.get(field);
    if (tally === undefined) {
      tally = { streams: 0, differences: [] };
      this.fields.set(field, tally);
    }
    return tally;
  }

  /** The streams of a field that differ for a reason that the data tell, a line for each file and reason. */
  reasons(field: string): string[] {
    const streams = new Map<string, number[]>();
    for (const { file, stream, why } of this.fields.get(field)?.differences ?? []) {
      if (why === null) continue;
      const key = `${why}: ${file}`;
      streams.set(key, [...(streams.get(key) ?? []), stream]);
    }
    return [...streams].map(([key, numbers]) => `${key} ${numbers.join(', ')}`).sort();
  }

  /** The table: field, streams, equal, percent. */
  table(): string {
    const rows = [['field', 'streams', 'equal', 'percent']];
    for (const [field, tally] of this.fields) {
      const equal = tally.streams - tally.differences.length;
      rows.push([field, String(tally.streams), String(equal), percent(equal, tally.streams)]);
    }
    const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column].length)));
    return rows
      .map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '))
      .join('\n');
  }
}

/** Rounded down, so that 100.000 means all. */
export function percent(equal: number, total: number): string {
  return total === 0 ? '-' : (Math.floor((equal / total) * 100_000) / 1000).toFixed(3);
}
