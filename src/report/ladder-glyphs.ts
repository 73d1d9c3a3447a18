/** What a ladder is drawn with; each is one column wide. */
export interface Glyphs {
  bar: string;
  /** Where an arrow leaves the client's and the server's bar. */
  fromClient: string;
  fromServer: string;
  line: string;
  /** An arrow that stands for several packets. */
  double: string;
  /** Something that was sent again, and ICMP errors. */
  dashed: string;
  toServer: string;
  toClient: string;
  /** A host between the two that sends an ICMP error. */
  router: string;
  /** Nobody knows where it went. */
  unknown: string;
  folded: string;
  ellipsis: string;
}

export const UNICODE: Glyphs = {
  bar: '│',
  fromClient: '├',
  fromServer: '┤',
  line: '─',
  double: '═',
  dashed: '╌',
  toServer: '▶',
  toClient: '◀',
  router: '◇',
  unknown: '?',
  folded: '⋮',
  ellipsis: '…',
};

export const ASCII: Glyphs = {
  bar: '|',
  fromClient: '+',
  fromServer: '+',
  line: '-',
  double: '=',
  dashed: '.',
  toServer: '>',
  toClient: '<',
  router: 'o',
  unknown: '?',
  folded: ':',
  ellipsis: '~',
};

/** Signs of other texts that a terminal without UTF-8 cannot show. */
const ASCII_SIGNS: Record<string, string> = { '→': '->', '×': 'x', µ: 'u', '…': '...', '–': '-', '’': "'" };

/** The text with nothing but ASCII; what has no likeness becomes a question mark. */
export function toAscii(text: string): string {
  return text.replaceAll(/[^\n\u0020-\u007e]/gu, (sign) => ASCII_SIGNS[sign] ?? '?');
}

/** Does the terminal show UTF-8? As setlocale(3) decides: LC_ALL, else LC_CTYPE, else LANG. */
export function isUtf8(environment: NodeJS.ProcessEnv): boolean {
  const locale = [environment.LC_ALL, environment.LC_CTYPE, environment.LANG].find((value) => value);
  return locale !== undefined && /utf-?8/i.test(locale);
}
