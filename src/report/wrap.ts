/**
 * Breaks a text into lines of at most `width` columns: at spaces, else after a hyphen or within a word that is longer.
 * @returns no line for an empty text
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(BREAK).filter((each) => each !== '')) {
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
  return line === '' ? lines : [...lines, line];
}

/** A number stays with its unit. */
const BREAK = / +(?!(?:[nµm]?s|[kMGTP]?B|UTC)\b)| +(?<!\d +)/;
