import { isatty } from 'node:tty';

const STDOUT = 1;

/** https://no-color.org: any value but the empty one. */
export function useColor(noColor: boolean): boolean {
  return !noColor && !process.env.NO_COLOR && process.env.TERM !== 'dumb' && isatty(STDOUT);
}

/** Of the terminal; else as COLUMNS says; else nothing is cut. */
export function width(): number {
  const columns = isatty(STDOUT) ? process.stdout.columns : Number(process.env.COLUMNS);
  return columns > 0 ? columns : Number.POSITIVE_INFINITY;
}
