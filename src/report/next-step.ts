import type { AnalysisResult } from '../analyze.ts';
import type { Connection } from '../record.ts';
import { fileWord } from './shell-word.ts';
import { wildcardFor } from './wildcard.ts';

/** Files named one by one. */
const FILES_NAMED = 3;

/**
 * What to type next: the command that explains the example of the worst problem, else the first connection of the table.
 * '' where there is nothing to explain, or the packets are gone.
 * @param named what was read, as the user named it; or the file that a live capture was written to
 */
export function nextStep(
  { captures, summary }: AnalysisResult,
  shown: Pick<Connection, 'protocol' | 'stream'> | null,
  named?: readonly string[],
): string {
  const [worst] = summary.problems;
  const subject = worst === undefined ? shown : { protocol: worst.protocol, stream: worst.example };
  const isLive = captures.some(({ live }) => live !== undefined);
  // What was captured live is gone, unless it was written somewhere.
  if (subject === null || captures.length === 0 || (isLive && named === undefined)) return '';
  const which = `--stream ${subject.stream}${subject.protocol === 'tcp' ? '' : ` --protocol ${subject.protocol}`}`;
  const files = named ?? captures.map(({ file }) => (file === 'standard input' ? '-' : file));
  const wildcard = files.length > FILES_NAMED ? wildcardFor(files) : null;
  if (files.length > FILES_NAMED && wildcard === null) {
    return `next: sockscope explain with the same captures and ${which}`;
  }
  // The command stands last, so that it can be copied to the end of the line.
  const first = files.includes('-') ? 'with the same input, ' : '';
  return `next: ${first}sockscope explain ${wildcard ?? files.map(fileWord).join(' ')} ${which}`;
}
