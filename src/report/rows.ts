import type { AnalysisResult } from '../analyze.ts';
import type { Connection } from '../record.ts';
import type { Output } from './output.ts';
import type { Reporter, ReportOptions } from './reporter.ts';
import { Selection } from './selection.ts';

/** A format that is one record after another, with something before and after. */
export interface RowFormat {
  row(record: Connection): void;
  end(result: AnalysisResult): void;
}

/**
 * Writes every connection as it comes, in the order of the capture; or, where the user sorts or wants only the
 * first ones, gathers those and writes them at the end.
 */
export function rowReporter(format: RowFormat, output: Output, { sort, top }: ReportOptions): Reporter {
  const selection =
    sort === null && top === null ? null : new Selection(top ?? Number.POSITIVE_INFINITY, sort, (record) => record);
  return {
    order: selection === null ? 'capture' : 'end',
    ended(connection) {
      if (selection === null) format.row(connection.record());
      else selection.offer(connection);
    },
    finish(result) {
      for (const record of selection?.rows() ?? []) format.row(record);
      format.end(result);
      output.flush();
    },
  };
}
