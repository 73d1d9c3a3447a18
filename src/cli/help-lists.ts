/*
 * What the help and the man page say beside the commands and their options.
 */

type Rows = readonly (readonly [name: string, meaning: string])[];

export const EXIT_CODES: Rows = [
  ['0', 'It was done; with check and diff --fail-on: all is well'],
  ['1', 'Only check and diff --fail-on: a rule fails, or the second capture is worse'],
  ['2', 'Wrong usage or unreadable input; standard error says what, where, and what to do'],
];

export const ENVIRONMENT: Rows = [
  ['NO_COLOR', 'If it is not empty: no colours, unless --color asks for them'],
  ['FORCE_COLOR', 'If it is not empty (nor 0 or false): colours also where there is no terminal'],
  ['TERM', 'If it is dumb: no colours and no live screen'],
  ['COLUMNS', 'Width of reports and help where the output is no terminal'],
  ['LC_ALL, LC_CTYPE, LANG', 'If the first of them that is set names no UTF-8 locale: only ASCII'],
];
