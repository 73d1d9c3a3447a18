import { isOnlyAscii } from './ascii.ts';
import { acts } from './printable.ts';

/** What no shell acts upon; a word that begins with `=` is a command's path to zsh, one with `%` was a job to fish. */
const PLAIN = /^(?![=%])[\w@%+=:,./-]+$/;
const ASCII = /^[\0-\x7f]*$/;

/** What stands for itself to printf, and to a shell between any quotes. */
const PLAIN_TO_PRINTF = /[\w./: ]/;

const encoder = new TextEncoder();

/**
 * A word that bash, zsh, dash and fish read back as `text`: nothing of it is expanded, no line is broken, and nothing of
 * it acts upon the terminal that shows it.
 */
export function shellWord(text: string): string {
  if (PLAIN.test(text)) return text;
  if (!acts(text) && (!isOnlyAscii() || ASCII.test(text))) return quoted(text);
  const bytes = inOctal(text);
  // The shell takes line breaks from the end of what printf writes. fish has no word for such a name.
  return text.endsWith('\n') ? `$'${bytes}'` : `"$(printf '${bytes}')"`;
}

/** The name of a file as an argument: one that begins with a hyphen is no option. `-`, standard input, stays. */
export function fileWord(file: string): string {
  return shellWord(file.startsWith('-') && file !== '-' ? `./${file}` : file);
}

/** Quotes and backslashes stand outside of the quotes: within them fish reads backslashes, the others do not. */
function quoted(text: string): string {
  const parts = text.split(/(['\\])/).filter((part) => part !== '');
  return parts.map((part) => (/['\\]/.test(part) ? `\\${part}` : `'${part}'`)).join('') || "''";
}

/** Byte by byte, in three octal digits that no digit after them can lengthen. */
function inOctal(text: string): string {
  return Array.from(encoder.encode(text), (byte) => {
    const sign = String.fromCharCode(byte);
    return byte < 0x80 && PLAIN_TO_PRINTF.test(sign) ? sign : `\\${byte.toString(8).padStart(3, '0')}`;
  }).join('');
}
