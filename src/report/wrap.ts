/** Spaces where no line should end, for the eye holds the words together: '3.4 ms', 'frame 7'. */
const KEPT = /(?<=\d) (?=(?:[nµm]?s|[kMGTP]?B|UTC)\b)|(?<=\bframe) (?=\d)/g;
/** A private character, one column wide, that stands for such a space. */
const NO_BREAK = '\ue000';

/**
 * Breaks a text into lines of at most `width` columns: at spaces, else after a hyphen or within a word that is longer.
 * @returns no line for an empty text
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.replaceAll(KEPT, NO_BREAK).split(/ +/)) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (joined.length <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (line.length > width) {
      const hyphen = line.lastIndexOf('-', width - 1) + 1;
      const at = hyphen > 0 ? hyphen : width;
      lines.push(line.slice(0, at));
      line = line.slice(at);
    }
  }
  if (line !== '') lines.push(line);
  return lines.map((each) => each.replaceAll(NO_BREAK, ' '));
}
