import { Scalar } from 'yaml';

/**
 * Where in a YAML file a character of a text lies. Quotes, escapes, indentation and folded lines stand between the
 * two; what is no white space is in both, in the same order, and is counted.
 * @param at character of the text, from 0; its length: right after its end
 */
export function offsetInSource(source: string, scalar: Scalar, at: number): number {
  const [start, end] = scalar.range ?? [0, 0];
  const text = String(scalar.value);
  const ahead = text.slice(0, at).replaceAll(/\s/g, '').length;
  const starts = solidCharacters(source.slice(start, end), scalar.type).map((offset) => start + offset);
  if (at < text.length && /\S/.test(text[at])) return starts[ahead] ?? start;
  // White space, or the end: right after what came before it.
  return ahead === 0 ? (starts[0] ?? start) : starts[ahead - 1] + 1;
}

/** Where the characters that are no white space stand in a scalar as it is written. */
function solidCharacters(written: string, type: Scalar['type'] | undefined): number[] {
  const offsets: number[] = [];
  let i = 0;
  if (type === Scalar.BLOCK_LITERAL || type === Scalar.BLOCK_FOLDED) i = written.indexOf('\n') + 1;
  const quoted = type === Scalar.QUOTE_DOUBLE || type === Scalar.QUOTE_SINGLE;
  const end = quoted ? written.lastIndexOf(written[0]) : written.length;
  if (quoted) i = 1;
  while (i < end) {
    if (!/\s/.test(written[i])) offsets.push(i);
    i += lengthOfCharacter(written, i, type);
  }
  return offsets;
}

const ESCAPED: Record<string, number> = { x: 4, u: 6, U: 10 };

function lengthOfCharacter(written: string, i: number, type: Scalar['type'] | undefined): number {
  if (type === Scalar.QUOTE_SINGLE && written.startsWith("''", i)) return 2;
  if (type === Scalar.QUOTE_DOUBLE && written[i] === '\\') return ESCAPED[written[i + 1]] ?? 2;
  return 1;
}
