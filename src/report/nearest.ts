/** How many names are suggested at most. */
const MOST = 3;

/** ' (did you mean "expect"?)' where one of the names is near to what was written; else ''. */
export function didYouMean(written: string, names: readonly string[]): string {
  return meaning(
    nearest(written, names)
      .slice(0, 1)
      .map((name) => `"${name}"`),
  );
}

/** ' (did you mean A, B or C?)' of texts that are known to fit, the likeliest first; '' where there is none. */
export function meaning(likely: readonly string[]): string {
  const shown = likely.slice(0, MOST);
  if (shown.length === 0) return '';
  const last = shown.length === 1 ? shown[0] : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
  return ` (did you mean ${last}?)`;
}

/** Those names that are near to what was written, the nearest first. */
export function nearest(written: string, names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, distance: distanceBetween(written.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance)
    .map(({ name }) => name);
}

/** A name that was begun is near to it. */
function distanceBetween(written: string, name: string): number {
  return written.length >= 3 && name.startsWith(written) && written !== name ? 1 : editDistance(written, name);
}

/**
 * Insertions, deletions, exchanges of a character, and swaps of two neighbours from one text to the other: the
 * optimal string alignment distance. (Levenshtein's counts a swap, the commonest slip, as two.)
 */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length];
}
