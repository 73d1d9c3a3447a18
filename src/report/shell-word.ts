import { isOnlyAscii } from './ascii.ts';
import { acts } from './printable.ts';

/** Characters that no shell acts upon, except at the beginning of a word. */
const PLAIN = /^[\w@+:,./][\w@+=:,./-]*$/;

const ASCII = /^[\0-\x7f]*$/;

/** The sign of a comment, for what CI logs take `##[` for; quote and backslash, which end or begin something here. */
const SPECIAL = [0x23, 0x27, 0x5c];

const encoder = new TextEncoder();

/**
 * The name of a file as an argument that a shell reads back as it is: nothing of it is expanded, no line is broken, and
 * no program takes it for an option. bash, zsh, dash, ksh and fish read all but one kind: what cannot be shown as it is
 * needs `$'…'` (POSIX 2024), which fish does not know.
 *
 * `-`, which stands for standard input, stays.
 */
export function shellWord(name: string): string {
  const text = name.startsWith('-') && name !== '-' ? `./${name}` : name;
  if (text === '-' || PLAIN.test(text)) return text;
  if (acts(text) || (isOnlyAscii() && !ASCII.test(text))) return withEscapes(text);
  // Quotes and backslashes stand outside of the quotes: within them fish reads backslashes, the others do not.
  return (
    text
      .split(/(['\\])/)
      .map(quoted)
      .join('') || "''"
  );
}

function quoted(part: string): string {
  if (part === "'" || part === '\\') return `\\${part}`;
  return part === '' ? '' : `'${part}'`;
}

/** ASCII alone: what else there is, byte by byte, in three octal digits that no digit after them can lengthen. */
function withEscapes(text: string): string {
  let escaped = '';
  for (const byte of encoder.encode(text)) {
    const isPlain = byte >= 0x20 && byte < 0x7f && !SPECIAL.includes(byte);
    escaped += isPlain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return `$'${escaped}'`;
}
