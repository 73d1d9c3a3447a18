import type { AnalysisResult, ConnectionConsumer } from '../analyze.ts';
import type { Connection } from '../record.ts';
import type { Output } from './output.ts';
import type { SortOrder } from './selection.ts';

/** How the user wants a report. */
export interface ReportOptions {
  /** Rows to print; null: the format's own default. */
  top: number | null;
  all: boolean;
  sort: SortOrder | null;
  /** Absolute times (UTC) instead of times since the capture began. */
  utc: boolean;
  color: boolean;
  /** Local processes of a connection, for a column of their own; absent where nobody asks for them. */
  processes?: (record: Connection) => string;
  /** Columns of the terminal; Infinity where nothing is to be cut. */
  width: number;
  /** Rows of the terminal, which a report for people fits; absent where there is none. */
  height?: number;
  /** What was read, as the user named it: files, folders; or the file that holds the packets of a live capture. */
  named?: readonly string[];
  /** The connections were chosen by an expression: `--where`. */
  chosen?: boolean;
}

/** Takes connections as they are found, and at last what they add up to. */
export interface Reporter extends ConnectionConsumer {
  /** The order in which it needs the connections. */
  readonly order: 'end' | 'capture';
  /** @param seconds how long the analysis took */
  finish(result: AnalysisResult, seconds: number): void | Promise<void>;
  /** One that has the same connections so far and goes its own way: for a report in between. */
  soFar?(changes: Partial<ReportOptions>): Reporter;
}

export type MakeReporter = (output: Output, options: ReportOptions) => Reporter;
