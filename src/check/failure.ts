import { wiresharkFilter } from '../explain/wireshark-filter.ts';
import type { Connection } from '../record.ts';
import { fileWord } from '../report/shell-word.ts';
import type { Failure, Value } from './verdict.ts';

/** Frames told of one connection. */
const FRAMES_SHOWN = 8;

interface Evidence {
  values: Value[];
  details: string[];
  /** Fields of the record that were read, as paths; their frames are shown. */
  reads: readonly string[];
}

/** A connection that breaks a rule, with what to look at and where. */
export function failureOf(record: Connection, files: string[], evidence: Evidence): Failure {
  const { stream, protocol, client, server } = record;
  return {
    stream,
    protocol,
    client,
    server,
    frames: framesOf(record, evidence.reads),
    values: evidence.values,
    details: evidence.details,
    ...waysToLook(record, files),
  };
}

/** Where to see a connection: in Wireshark, and in words. */
export function waysToLook(
  connection: Pick<Connection, 'stream' | 'protocol' | 'client' | 'server'>,
  files: string[],
): Pick<Failure, 'filter' | 'explain'> {
  return { filter: wiresharkFilter(connection, files.length === 1), explain: explainCommand(connection, files) };
}

/** The command that tells the story of a connection. */
export function explainCommand({ stream, protocol }: Pick<Connection, 'stream' | 'protocol'>, files: string[]): string {
  const words = ['sockscope explain', ...files.map(fileWord), '--stream', stream];
  return [...words, ...(protocol === 'tcp' ? [] : ['--protocol', protocol])].join(' ');
}

function framesOf(record: Connection, reads: readonly string[]): number[] {
  const frames = reads.flatMap((path) => framesIn(packetsOf(path).map((field) => record[field])));
  if (frames.length === 0) return [...new Set([record.firstFrame, record.lastFrame])];
  return [...new Set(frames)].sort((a, b) => a - b).slice(0, FRAMES_SHOWN);
}

const WITH_FRAMES: ReadonlySet<string> = new Set<keyof Connection>([
  'handshake',
  'close',
  'resets',
  'icmp',
  'findings',
]);

/** Fields that have the frames which a field is about. */
function packetsOf(path: string): (keyof Connection)[] {
  const [field] = path.split(/[.[]/);
  if (WITH_FRAMES.has(field)) return [field as keyof Connection];
  if (field === 'sockets') return ['resets', 'icmp'];
  return /^from(Client|Server)\.(resets|fins)$/.test(path) ? [path.endsWith('resets') ? 'resets' : 'close'] : [];
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
