import type { Protocol, Side } from '../../src/record.ts';

/**
 * What really happened in a scenario, from everybody but sockscope: the programs' own notes of their calls, `ss` in
 * both namespaces, and tshark for who sent a RST. It lies beside the capture as <name>.truth.json.
 */
export interface Truth {
  /** Where the capture was made. */
  captured: 'client' | 'server' | 'wire';
  /** Seconds that a frame needs from one side to the other. */
  delay: number;
  connections: TrueConnection[];
}

export interface TrueConnection {
  protocol: Protocol;
  /** Address and port; the client is the side of the scenario's client, whoever the packets show to be one. */
  client: string;
  server: string;
  /** Who first closed its socket, shut it down or ended; where nobody did before a RST came, the sender of that. */
  firstCloser: Side | 'both' | null;
  timeWait: Side | 'both' | null;
  /** Whose address the RSTs in the capture bear. */
  resetBy: Side | 'both' | null;
  /** Why the first RST was sent, where the scenario's author knows it for certain. */
  resetCause: string | null;
  sides: { client: TrueSide | null; server: TrueSide | null };
}

/** One side's socket; null in its place where there was none, not even a listening one. */
export interface TrueSide {
  /** The first error that a call gave, or that was left on the socket when it was closed. */
  error: string | null;
  /** False where nobody asked the socket after the last RST or ICMP error came to it: its error is not known. */
  asked: boolean;
  calls: TrueCall[];
}

export interface TrueCall {
  call:
    | 'listen'
    | 'connect'
    | 'accept'
    | 'read'
    | 'write'
    | 'shutdown'
    | 'close'
    /** The lab's question before a close or the end of a program: is an error left? */
    | 'SO_ERROR'
    /** The program ended, by itself or by SIGKILL, with the socket open. */
    | 'exit'
    | 'killed';
  start: string;
  /** Null where it never returned. */
  end: string | null;
  result: number | null;
  errno: string | null;
}

export function nanoseconds(time: string): bigint {
  return BigInt(time.replace('.', ''));
}

/** JSON with a call on each line. */
export function truthText(truth: Truth): string {
  const calls: string[] = [];
  const text = JSON.stringify(
    truth,
    (key, value) =>
      key === 'calls' ? (value as TrueCall[]).map((call) => `@${calls.push(JSON.stringify(call)) - 1}`) : value,
    2,
  );
  return `${text.replace(/"@(\d+)"/g, (_, number) => calls[Number(number)])}\n`;
}
