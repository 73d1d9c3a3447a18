import type { Colors } from 'picocolors/types.js';
import type { ProblemGroup, Summary } from '../summary.ts';
import { severityPaint } from './connection-table.ts';
import { endpointText, streamText } from './endpoint.ts';
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
