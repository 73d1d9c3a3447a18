import { isatty } from 'node:tty';

const STDOUT = 1;

/** What `--color` says. */
export const COLOR_CHOICES = ['auto', 'always', 'never'] as const;
export type ColorChoice = (typeof COLOR_CHOICES)[number];

/**
 * Whether to write colours. The option counts most, then NO_COLOR (https://no-color.org: any value but the empty one),
 * then FORCE_COLOR (https://force-color.org: the same; Node and chalk take 0 and false for a no, and so do we), then
 * whether a terminal that knows them is there.
 */
export function useColor(choice: ColorChoice, fd = STDOUT): boolean {
  if (choice !== 'auto') return choice === 'always';
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return !['0', 'false'].includes(FORCE_COLOR);
  return TERM !== 'dumb' && isatty(fd);
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
