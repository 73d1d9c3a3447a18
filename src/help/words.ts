/** A stretch of text in one style. */
export interface Piece {
  text: string;
  paint: (text: string) => string;
}

/** What stands between two spaces: pieces without a space between them. */
type Word = Piece[];

const BREAK = '\n';

/**
 * Breaks styled text into lines of at most `width` columns, at spaces only: a word that is longer than a line stands
 * on a line of its own. A line break within a piece is kept.
 */
export function wrapPieces(pieces: Piece[], width: number): string[] {
  const lines: string[] = [];
  let line: Piece[] = [];
  let used = 0;
  const end = () => {
    lines.push(painted(line));
    line = [];
    used = 0;
  };
  for (const word of wordsOf(pieces)) {
    if (word === BREAK) {
      end();
      continue;
    }
    const length = lengthOf(word);
    if (used > 0 && used + 1 + length > width) end();
    if (used > 0) addSpace(line, word);
    line.push(...word);
    used += length + (used > 0 ? 1 : 0);
  }
  if (used > 0) end();
  return lines;
}

/** A space belongs to the style on both of its sides; between two styles it has none. */
function addSpace(line: Piece[], next: Word): void {
  const [{ paint }] = next;
  line.push({ text: ' ', paint: line[line.length - 1].paint === paint ? paint : (space) => space });
}

/** Neighbours of one style are painted at once. */
function painted(pieces: Piece[]): string {
  const runs: Piece[] = [];
  for (const { text, paint } of pieces) {
    const last = runs[runs.length - 1];
    if (last?.paint === paint) last.text += text;
    else runs.push({ text, paint });
  }
  return runs.map(({ text, paint }) => paint(text)).join('');
}

/** Columns of the whole text on one line. */
export function naturalWidth(pieces: Piece[]): number {
  let widest = 0;
  let used = 0;
  for (const word of wordsOf(pieces)) {
    used = word === BREAK ? 0 : used + (used > 0 ? 1 : 0) + lengthOf(word);
    widest = Math.max(widest, used);
  }
  return widest;
}

/** Columns of its longest word. */
export function leastWidth(pieces: Piece[]): number {
  return Math.max(0, ...wordsOf(pieces).map((word) => (word === BREAK ? 0 : lengthOf(word))));
}

function wordsOf(pieces: Piece[]): (Word | typeof BREAK)[] {
  const words: (Word | typeof BREAK)[] = [];
  let word: Word = [];
  const end = () => {
    if (word.length > 0) words.push(word);
    word = [];
  };
  for (const { text, paint } of pieces) {
    for (const part of text.split(/( +|\n)/)) {
      if (part === BREAK) {
        end();
        words.push(BREAK);
      } else if (part.startsWith(' ')) end();
      else if (part !== '') word.push({ text: part, paint });
    }
  }
  end();
  return words;
}

function lengthOf(word: Word): number {
  return word.reduce((sum, { text }) => sum + [...text].length, 0);
}
