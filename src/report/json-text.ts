import { isOnlyAscii } from './ascii.ts';
import { EACH_ACTIVE } from './printable.ts';

/**
 * JSON of a value, on one line or indented. Characters upon which a terminal would act, and where only ASCII is written
 * all others, stand as escapes, which JSON.stringify makes of the control characters below U+0020 alone: the same data.
 */
export function jsonText(value: unknown, indent = 0, ascii = isOnlyAscii()): string {
  return escapedJson(JSON.stringify(value, null, indent), ascii);
}

/** The same for what is JSON already. */
export function escapedJson(json: string, ascii: boolean): string {
  // A line break is one between two lines: one within a string is an escape already.
  const passive = json.replaceAll(EACH_ACTIVE, (sign) => (sign === '\n' ? sign : units(sign)));
  return ascii ? passive.replaceAll(/[^\0-\x7f]/g, units) : passive;
}

/** Each of its UTF-16 units as an escape. */
function units(sign: string): string {
  return sign.replaceAll(/./gs, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
