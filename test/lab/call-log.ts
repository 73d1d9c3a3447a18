import { readFileSync } from 'node:fs';

/** A socket call as its program wrote it down; times in nanoseconds since 1970. */
export interface LoggedCall {
  call: string;
  start: bigint;
  /** Null where the process ended first. */
  end: bigint | null;
  result: number | null;
  errno: string | null;
  /** What shutdown() shut. */
  how: string | null;
}

/** One socket of a program, and one peer of it. */
export interface LoggedSocket {
  protocol: 'tcp' | 'udp';
  local: string;
  /** Null for a listening socket. */
  remote: string | null;
  calls: LoggedCall[];
}

/** A line of the log: the beginning or, with the same id, the end of a call. Times stay digits: they exceed 2^53. */
interface Line {
  id: number;
  socket?: number;
  call?: string;
  start?: string;
  end?: string;
  result?: number;
  errno?: string | null;
  how?: string;
  protocol?: 'tcp' | 'udp';
  local?: string;
  remote?: string;
  accepted?: number;
}

/** The sockets of one program, in order of their first calls; a socket that talks to several peers is there for each. */
export function readCallLog(path: string): LoggedSocket[] {
  const sockets = new Map<string, LoggedSocket>();
  for (const { began, ended } of callsOf(readFileSync(path, 'utf8'))) {
    const number = ended?.accepted ?? began.socket;
    const remote = ended?.remote ?? began.remote ?? null;
    const logged = socketOf(sockets, number, ended?.local ?? began.local, remote, ended?.protocol ?? began.protocol);
    logged?.calls.push({
      call: began.call ?? '?',
      start: BigInt(began.start ?? 0),
      end: ended?.end === undefined ? null : BigInt(ended.end),
      result: ended?.result ?? null,
      errno: ended?.errno ?? null,
      how: ended?.how ?? null,
    });
  }
  return [...sockets.values()];
}

function callsOf(text: string): { began: Line; ended: Line | undefined }[] {
  const lines = text.split('\n').filter((line) => line !== '');
  const parsed = lines.map((line) => JSON.parse(line.replace(/"(start|end)": (\d+)/g, '"$1": "$2"')) as Line);
  const ends = new Map(parsed.filter((line) => line.end !== undefined).map((line) => [line.id, line]));
  return parsed.filter((line) => line.call !== undefined).map((began) => ({ began, ended: ends.get(began.id) }));
}

/** A call that names no peer (close, a reset connection's read) belongs to the socket's last one. */
function socketOf(
  sockets: Map<string, LoggedSocket>,
  number: number | undefined,
  local: string | undefined,
  remote: string | null,
  protocol: 'tcp' | 'udp' | undefined,
): LoggedSocket | undefined {
  const mine = [...sockets.keys()].filter((key) => key.startsWith(`${number} `));
  const last = sockets.get(mine[mine.length - 1]);
  if (last !== undefined && (remote === null || remote === last.remote)) return last;
  if (local === undefined || protocol === undefined) return last;
  const made = { protocol, local, remote, calls: [] };
  sockets.set(`${number} ${remote}`, made);
  return made;
}
