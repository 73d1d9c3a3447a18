/*
 * What the help and the man page say beside the commands and their options.
 */

export type Rows = readonly (readonly [name: string, meaning: string])[];

export const EXIT_CODES: Rows = [
  ['0', 'Success; with check and diff --fail-on: nothing fails, and nothing is worse'],
  ['1', 'Only check and diff --fail-on: a rule fails, or the second capture is worse'],
  ['2', 'Wrong usage or unreadable input; standard error says what, where, and what to do'],
  ['130', 'Only live: it was told a second time to end, and ended without a report'],
];

export const ENVIRONMENT: Rows = [
  ['NO_COLOR', 'If it is set and not empty: no colours, unless --color asks for them'],
  ['FORCE_COLOR', 'If it is set and not empty: colours also where there is no terminal; 0 and false mean none'],
  ['TERM', 'If it is dumb: no colours and no live screen'],
  ['COLUMNS', 'Width of reports and help where the output is no terminal'],
  ['LC_ALL, LC_CTYPE, LANG', 'If the first of them that is set names no UTF-8 locale: only ASCII'],
];

export const FILES: Rows = [['sockscope.yml', 'Rules in the current folder, which check reads if no others are given']];

/** Other manual pages, in the order that manuals have: by section, then by name. */
export const SEE_ALSO: Rows = [
  ['strace', '1'],
  ['tcpdump', '1'],
  ['tshark', '1'],
  ['pcap-filter', '7'],
  ['ss', '8'],
];
