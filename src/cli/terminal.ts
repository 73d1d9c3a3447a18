import { isatty } from 'node:tty';

const STDOUT = 1;

/** https://no-color.org: any value but the empty one. */
export function useColor(noColor: boolean, fd = STDOUT): boolean {
  return !noColor && !process.env.NO_COLOR && process.env.TERM !== 'dumb' && isatty(fd);
}

/** Rows of the terminal; Infinity where there is none. */
export function height(fd = STDOUT): number {
  const rows = isatty(fd) ? (fd === STDOUT ? process.stdout : process.stderr).rows : 0;
  return rows > 0 ? rows : Number.POSITIVE_INFINITY;
}

/** Of the terminal; else as COLUMNS says; else nothing is cut. */
export function width(fd = STDOUT): number {
  const columns = isatty(fd) ? (fd === STDOUT ? process.stdout : process.stderr).columns : Number(process.env.COLUMNS);
  return columns > 0 ? columns : Number.POSITIVE_INFINITY;
}
