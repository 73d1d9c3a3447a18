import { RulesError } from '../check/rules-error.ts';
import { isOnlyAscii } from '../report/ascii.ts';
import { harmless } from '../report/harmless.ts';
import { toldLine } from '../report/tell.ts';
import { reportRequest } from './report-request.ts';

/** The command line makes no sense: one line that says what and what would. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Errors that are the user's to mend; their message is one line that says what, where and what to do. */
const EXPECTED = new Set(['UsageError', 'WhereError', 'InputError', 'CaptureFormatError', 'CheckInputError']);

/** What to print on stderr for an error. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return unexpected(String(error));
  if (error instanceof RulesError) return error.lines.map(toldLine).join('');
  if (EXPECTED.has(error.name)) return toldLine(error.message);
  const { code, path } = error as NodeJS.ErrnoException;
  // The file system spoke: no room on the output's disk, a file that vanished while it was read.
  if (code !== undefined && /^E[A-Z0-9]+$/.test(code)) {
    return toldLine(`${path === undefined ? '' : `${path}: `}${error.message}`);
  }
  return unexpected(error.stack ?? error.message);
}

function unexpected(what: string): string {
  return [`${harmless(what, isOnlyAscii())}\n`, ...reportRequest().map(toldLine)].join('');
}
