import type { Connection, Protocol } from '../record.ts';
import type { Failure, Value } from './verdict.ts';

const STREAM_FILTER: Record<Protocol, string> = { tcp: 'tcp.stream', udp: 'udp.stream', sctp: 'sctp.assoc_index' };

/** Frames told of one connection. */
const FRAMES_SHOWN = 8;

interface Evidence {
  values: Value[];
  details: string[];
  /** Fields of the record that the evidence is about; their frames are shown. */
  fields: (keyof Connection)[];
}

/** A connection that breaks a rule, with what to look at and where. */
export function failureOf(record: Connection, files: string[], evidence: Evidence): Failure {
  const { stream, protocol, client, server } = record;
  return {
    stream,
    protocol,
    client,
    server,
    frames: framesOf(record, evidence.fields),
    values: evidence.values,
    details: evidence.details,
    ...waysToLook(record, files),
  };
}

/** Where to see a connection: in Wireshark, and in words. */
export function waysToLook(
  { stream, protocol }: Pick<Connection, 'stream' | 'protocol'>,
  files: string[],
): Pick<Failure, 'filter' | 'explain'> {
  return {
    filter: `${STREAM_FILTER[protocol]} eq ${stream}`,
    explain: ['sockscope explain', ...files.map(shellWord), '--stream', stream].join(' '),
  };
}

function framesOf(record: Connection, fields: (keyof Connection)[]): number[] {
  const frames = [...new Set(fields.flatMap((field) => framesIn(record[field])))].sort((a, b) => a - b);
  return frames.length === 0 ? [...new Set([record.firstFrame, record.lastFrame])] : frames.slice(0, FRAMES_SHOWN);
}

/** Every `frame` and `frames` at any depth. */
function framesIn(value: unknown): number[] {
  if (Array.isArray(value)) return value.flatMap(framesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    if (name === 'frame') return [member as number];
    return name === 'frames' ? (member as number[]) : framesIn(member);
  });
}

/** As a shell reads it back. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
