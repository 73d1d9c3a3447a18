let onlyAscii = false;

/** From now on nothing but ASCII is written, by this process. The command line says so, before it writes anything. */
export function writeOnlyAscii(): void {
  onlyAscii = true;
}

/** Was that said? The library never says it: what it gives is UTF-8. */
export function isOnlyAscii(): boolean {
  return onlyAscii;
}

/** Does the terminal show UTF-8? As setlocale(3) decides: LC_ALL, else LC_CTYPE, else LANG. Windows has none of them. */
export function isUtf8(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): boolean {
  const locale = [environment.LC_ALL, environment.LC_CTYPE, environment.LANG].find((value) => value);
  return locale === undefined ? platform === 'win32' : /utf-?8/i.test(locale);
}

/** Signs that we use, and others that people use in names, with what ASCII has for them. */
const LIKENESS: Record<string, string> = {
  '→': '->',
  '←': '<-',
  '…': '...',
  '×': 'x',
  '−': '-',
  '–': '-',
  '—': '-',
  '≤': '<=',
  '≥': '>=',
  '≈': '~',
  '±': '+-',
  '·': '.',
  '•': '*',
  µ: 'u',
  μ: 'u',
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '\u00a0': ' ',
};

/** The same where a sign must stay one column wide. */
const ONE_COLUMN: Record<string, string> = {
  ...LIKENESS,
  '→': '>',
  '←': '<',
  '…': '~',
  '≤': '<',
  '≥': '>',
  '±': '~',
  '▶': '>',
  '◀': '<',
  '◇': 'o',
  '⋮': ':',
  // Boxes and lines; the other signs of their block are corners and crossings.
  '─': '-',
  '│': '|',
  '═': '=',
  '║': '|',
  '╌': '.',
  // Bars: the taller, the more ink.
  '▁': '_',
  '▂': '.',
  '▃': ':',
  '▄': '-',
  '▅': '=',
  '▆': '+',
  '▇': '*',
  '█': '#',
  '░': '.',
  '▒': ':',
  '▓': '#',
};

/** An ellipsis that stands for words left out, not for the end of a word: no column depends on it. */
const LONE_ELLIPSIS = /(?<=^|\s)…(?=\s|$)/gm;

/** ASCII for a line of text, which may become longer; what has no likeness becomes what `other` makes of it. */
export function toAscii(text: string, other: (sign: string) => string = () => '?'): string {
  return text.replaceAll(/[^\0-\x7f]/gu, (sign) => LIKENESS[sign] ?? other(sign));
}

/**
 * ASCII for text that is laid out already: as many characters, so that columns stay where they are. What has no likeness
 * becomes question marks.
 */
export function toAsciiColumns(text: string): string {
  return text
    .replaceAll(LONE_ELLIPSIS, '...')
    .replaceAll(/[^\0-\x7f]/g, (unit) => ONE_COLUMN[unit] ?? (/[\u2500-\u257f]/.test(unit) ? '+' : '?'));
}
