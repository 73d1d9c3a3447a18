import { count } from '../../report/units.ts';
import type { NoTrace } from './kernel-trace.ts';

export interface Unknown {
  /** Ends of connections that are of this machine, and those of them whose process was not found. */
  local: number;
  missing: number;
  isRoot: boolean;
  /** Processes that this user cannot look into. */
  hidden: number;
  /** Why the kernel tells nothing; null where it does. */
  noTrace: NoTrace | null;
}

/** How many processes are not known, and why, one line: what is true for the user who runs it. */
export function unknownText({ local, missing, isRoot, hidden, noTrace }: Unknown): string {
  const parts = [`--process: no process is known for ${count(missing)} of ${count(local)} local endpoints`];
  const processes = hidden === 1 ? '1 process' : `${count(hidden)} processes`;
  if (hidden > 0) parts.push(`${processes} ${isRoot ? '' : 'of other users '}cannot be looked into`);
  if (noTrace === 'not mounted') {
    parts.push(
      'a program that ends at once is known only where tracefs is mounted: mount -t tracefs tracefs /sys/kernel/tracing',
    );
  } else if (noTrace !== null) {
    parts.push('a program that ends at once is gone before it can be looked for');
  }
  if (!isRoot) parts.push('root sees more');
  return parts.join('; ');
}
