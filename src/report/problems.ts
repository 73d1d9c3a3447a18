import type { Colors } from 'picocolors/types.js';
import type { AnalysisResult } from '../analyze.ts';
import type { ProblemGroup, Summary } from '../summary.ts';
import { severityPaint } from './connection-table.ts';
import { endpointText, streamText } from './endpoint.ts';
import { fileWord } from './shell-word.ts';
import { count, counted } from './units.ts';

/** Groups shown unless the user wants all. */
const GROUPS_SHOWN = 10;

export function shownProblems({ problems }: Summary, all: boolean): ProblemGroup[] {
  return all ? problems : problems.slice(0, GROUPS_SHOWN);
}

/** How many, how bad, what, at which server, and an example. */
export function problemRow(group: ProblemGroup, colors: Colors): string[] {
  const { code, severity, protocol, server, count: connections, example, message } = group;
  const paint = severityPaint(colors, severity);
  return [
    `${count(connections)} ×`,
    paint(severity),
    paint(code),
    endpointText(server),
    `${streamText({ protocol, stream: example })}: ${message}`,
  ];
}

/** '' where nothing is left out. */
export function problemsLeftOut({ problems, problemsNotListed }: Summary, shown: number): string {
  const hidden = problems.length - shown;
  const parts = [];
  if (hidden > 0) parts.push(`${counted(hidden, 'more group')}: --all`);
  if (problemsNotListed > 0) parts.push(`${counted(problemsNotListed, 'more problem')} at servers that are not listed`);
  return parts.length === 0 ? '' : `… ${parts.join('; ')}\n`;
}

/** Files named one by one. */
const FILES_NAMED = 3;

/** The command that explains the example of the first problem, and how to have all; '' where there is nothing to explain. */
export function explainHint({ captures, summary }: AnalysisResult): string {
  const [worst] = summary.problems;
  // What was captured live is gone, unless it was written somewhere.
  if (worst === undefined || captures.length === 0 || captures.some(({ live }) => live !== undefined)) return '';
  const files = captures.map(({ file }) => (file === 'standard input' ? '-' : file));
  const named = files.length > FILES_NAMED ? '<the same captures>' : files.map(fileWord).join(' ');
  const which = `--stream ${worst.example}${worst.protocol === 'tcp' ? '' : ` --protocol ${worst.protocol}`}`;
  const input = files.includes('-') ? ', given the same input' : '';
  return `sockscope explain ${named} ${which} (the first of them) or --problems (one of each)${input}`;
}
