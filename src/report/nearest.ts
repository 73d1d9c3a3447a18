/** ' (did you mean "expect"?)' where one of the names is near to what was written; else ''. */
export function didYouMean(written: string, names: readonly string[]): string {
  const [best] = names
    .map((name) => ({ name, distance: distanceBetween(written.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return best === undefined ? '' : ` (did you mean "${best.name}"?)`;
}

/** A name that was begun is near to it. */
function distanceBetween(written: string, name: string): number {
  return written.length >= 3 && name.startsWith(written) ? 1 : editDistance(written, name);
}

/** Levenshtein: insertions, deletions and exchanges of a character from one text to the other. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
