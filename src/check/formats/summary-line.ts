import { count, counted } from '../../report/units.ts';
import type { CheckReport } from '../verdict.ts';

/** What everything adds up to, in one line. */
export function summaryLine({ summary }: CheckReport): string {
  const { captures, unreadable, unruled, connections, passed, failed, warnings, skipped } = summary;
  const parts = [`${count(passed)} hold`, `${count(failed)} fail`];
  if (warnings > 0) parts.push(counted(warnings, 'warning'));
  if (skipped > 0) parts.push(`${count(skipped)} that matched no connection`);
  if (unruled > 0) parts.push(`${counted(unruled, 'capture')} without a rule`);
  if (unreadable > 0) parts.push(`${counted(unreadable, 'capture')} not readable`);
  return `${counted(captures, 'capture')}, ${counted(connections, 'connection')}: ${parts.join(', ')}`;
}
