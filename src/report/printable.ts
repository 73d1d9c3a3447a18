/**
 * What a terminal, a log or a shell would act upon instead of showing it: control characters (C0, DEL, C1), line and
 * paragraph separators, marks that turn the direction of text, a byte order mark, halves of surrogate pairs.
 */
const ACTIVE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

const SHORT: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text that came from outside (a file name, an interface, a comment, a process), for one line that a person or a CI log
 * reads: what would act is shown as an escape, as a string of JavaScript has it (`\n`, `\x1b`, `\u{202e}`).
 */
export function printable(text: string): string {
  return text.replaceAll(ACTIVE, (sign) => SHORT[sign] ?? escaped(sign.codePointAt(0) ?? 0));
}

function escaped(code: number): string {
  const hex = code.toString(16);
  return code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
}
