import type { Output } from '../../report/output.ts';
import type { CaptureVerdict, CheckReport } from '../verdict.ts';

export interface FormatOptions {
  color: boolean;
  /** Rules that hold are told one by one. */
  all: boolean;
}

/** Tells the verdicts, as they come or when all have. */
export interface CheckFormat {
  capture(verdict: CaptureVerdict): void;
  finish(report: CheckReport): void;
}

export type MakeCheckFormat = (output: Output, options: FormatOptions) => CheckFormat;
