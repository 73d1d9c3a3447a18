import { printable } from './printable.ts';

/** What bash, zsh and fish take as it is; zsh looks for a command where a word begins with '='. */
const PLAIN = /^(?!=)[\w@%+=:,./-]+$/;

/**
 * A word that bash, zsh and fish read back as `text`, in which nothing acts on the terminal that shows it.
 *
 * In single quotes fish takes some backslashes for itself, and a control character would reach the terminal; such words go
 * through printf, which all of them have. Line breaks at the end get lost there: see `hasShellWord`.
 */
export function shellWord(text: string): string {
  if (PLAIN.test(text)) return text;
  if (!text.includes('\\') && printable(text) === text) return `'${text.replaceAll("'", "'\\''")}'`;
  return `"$(printf '${[...text].map(inPrintf).join('')}')"`;
}

/** Is there such a word? */
export function hasShellWord(text: string): boolean {
  return !text.endsWith('\n');
}

/** A file as an argument: one whose name begins with a hyphen is no option. */
export function fileWord(file: string): string {
  return shellWord(file.startsWith('-') && file !== '-' ? `./${file}` : file);
}

function inPrintf(sign: string): string {
  if (/[\w./ -]/.test(sign)) return sign;
  const isAscii = sign.charCodeAt(0) < 0x80;
  if (!isAscii && printable(sign) === sign) return sign;
  return [...new TextEncoder().encode(sign)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
