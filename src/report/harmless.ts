import { toAsciiColumns } from './ascii.ts';
import { EACH_ACTIVE, escaped } from './printable.ts';

/** Most text has nothing of what is looked for. */
const WORTH_A_LOOK = /[^\n\x20-\x7e]|::|##/;

/** A colour, as picocolors writes it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
const COLOR = /\u001b\[[\d;]*m/;
const COLOR_OR_ACTIVE = new RegExp(`${COLOR.source}|${EACH_ACTIVE.source}`, 'gu');

/** `::error::`, `::set-output name=x::`: a line that begins like this is a command to GitHub's runner, after spaces too. */
const COMMAND = new RegExp(`^((?:\\s|${COLOR.source})*):(?=:[A-Za-z][\\w-]*(?: .*)?::)`, 'gm');

/**
 * The last look at text for people before it goes to a terminal or a log: our lines and colours stay, everything else
 * that would act is shown as an escape. Names are made printable where a report gets them (printable.ts); this is for
 * the place that forgot it, and for commands to a CI runner that only wrapping brings to the beginning of a line.
 */
export function harmless(text: string, ascii: boolean): string {
  if (!WORTH_A_LOOK.test(text)) return text;
  const passive = text
    .replaceAll(COLOR_OR_ACTIVE, (match) => (match === '\n' || match.length > 1 ? match : escaped(match)))
    .replaceAll(COMMAND, (_match, before: string) => `${before}${escaped(':')}`);
  return ascii ? toAsciiColumns(passive) : passive;
}
