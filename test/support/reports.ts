import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnalysisResult } from '../../src/analyze.ts';
import type { Connection } from '../../src/record.ts';
import { Output } from '../../src/report/output.ts';
import type { MakeReporter, ReportOptions } from '../../src/report/reporter.ts';
import { aResult, ended } from './records.ts';

/** Calls `use` with an output and gives what was written to it. */
export function written(use: (output: Output) => void, look: { ascii?: boolean } = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
  const file = join(folder, 'out');
  const fd = openSync(file, 'w');
  try {
    use(new Output(fd, look));
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  }
}

/** The text that a reporter makes of these connections. */
export function reported(
  makeReporter: MakeReporter,
  records: Connection[],
  options: Partial<ReportOptions> = {},
  result: AnalysisResult = aResult(),
): string {
  return written((output) => {
    const reporter = makeReporter(output, {
      top: null,
      all: false,
      sort: null,
      utc: false,
      color: false,
      width: Number.POSITIVE_INFINITY,
      ...options,
    });
    for (const record of records) reporter.ended(ended(record));
    reporter.finish(result, 0.312);
  });
}
