import { isOnlyAscii, toAscii } from './ascii.ts';

/**
 * What a terminal or a log would act upon instead of showing it: control characters (C0, DEL, C1), line and paragraph
 * separators, marks that turn the direction of text, a byte order mark, halves of surrogate pairs; and what begins a
 * command to GitHub or Azure Pipelines wherever it stands in a line of a build's log.
 */
const ACTIVE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|#(?=#(?:vso)?\[)/u;
/** Most text has nothing of it, and this is quickly seen. */
const MAY_ACT = /[^\x20-\x7e]|##/;
export const EACH_ACTIVE = new RegExp(ACTIVE, 'gu');

const SHORT: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text that came from outside (a file name, an interface, a comment, a process), for one line that a person or a CI log
 * reads: what would act is shown as an escape, as a string of JavaScript has it (`\n`, `\x1b`, `\u{202e}`); so is what
 * has no likeness in ASCII, where nothing else is written.
 */
export function printable(text: string): string {
  const passive = acts(text) ? text.replaceAll(EACH_ACTIVE, (sign) => SHORT[sign] ?? escaped(sign)) : text;
  return isOnlyAscii() ? toAscii(passive, escaped) : passive;
}

/** Is there anything in the text that a terminal or a log would act upon? */
export function acts(text: string): boolean {
  return MAY_ACT.test(text) && ACTIVE.test(text);
}

/** A character as the escape that a string of JavaScript has for it: `\x1b`, `\u{202e}`. */
export function escaped(sign: string): string {
  const code = sign.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
}
