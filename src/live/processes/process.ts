import type { EndedConnection } from '../../ended-connection.ts';
import { printable } from '../../report/printable.ts';

/** A process, as far as it could be seen. */
export interface Process {
  pid: number;
  /** Its name as the kernel has it (comm): at most 15 bytes. */
  name: string;
}

/** Who owns the ends of a connection; null where that is not known, or not of this machine. Filled in when found. */
export interface Processes {
  client: Process | null;
  server: Process | null;
}

export type ProcessesOf = (connection: Pick<EndedConnection, 'protocol' | 'stream'>) => Processes;

/** 'curl 1234', or where both ends are of this machine 'curl 1234 → nginx 80'; '' where neither is known. */
export function processesText({ client, server }: Processes): string {
  const text = ({ name, pid }: Process) => `${printable(name)} ${pid}`;
  if (client === null) return server === null ? '' : `→ ${text(server)}`;
  return server === null ? text(client) : `${text(client)} → ${text(server)}`;
}
