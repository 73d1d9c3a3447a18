import type { Connection } from './record.ts';
import type { CaptureInfo, Summary } from './summary.ts';

/** What a user may set for an analysis. */
export interface AnalyzeOptions {
  /**
   * 'end' (default): connections come when they have ended and their memory is used again.
   * 'capture': they come after the last packet, in order of their first frame; memory grows with their number.
   */
  order?: 'end' | 'capture';
  /** Only connections for which this is true are handed out and counted in the summary. */
  where?: (connection: Connection) => boolean;
  /** Called once in a while with the bytes read so far and the size of the input (null for a pipe). */
  onProgress?: (bytesRead: number, bytesTotal: number | null) => void;
  /** Called with one line for everything the user should know: a cut file, an unknown link type. */
  onWarning?: (message: string) => void;
}

/**
 * A connection that has ended, as it stands in the tracker. Valid only during the call that hands it out:
 * take what you need, `record()` is the expensive part (about 10 µs) and makes the plain object.
 */
export interface EndedConnection {
  readonly stream: number;
  readonly firstFrame: number;
  /** Value of a sort key (see SORT_KEYS) without making a record; NaN where unknown. */
  sortValue(key: SortKey): number;
  record(): Connection;
}

/** Keys of `--sort`. */
export const SORT_KEYS = [
  'start',
  'duration',
  'packets',
  'bytes',
  'retransmissions',
  'connect-time',
  'rtt',
  'resets',
  'problems',
] as const;
export type SortKey = (typeof SORT_KEYS)[number];

/** Takes what the analysis finds, as it finds it. */
export interface ConnectionConsumer {
  ended(connection: EndedConnection): void;
  /** Called after each chunk of input: the place to wait for a slow output. */
  chunkDone?(): void | Promise<void>;
}

export interface AnalysisResult {
  captures: CaptureInfo[];
  summary: Summary;
}

/**
 * The whole flow: bytes of the inputs, packets, connections, into the consumer.
 * @param inputs paths of capture files, '-' for standard input; several are read as one in time order
 * @throws CaptureFormatError or an InputError for what cannot be read at all
 */
export async function analyzeInto(
  _inputs: string[],
  _consumer: ConnectionConsumer,
  _options: AnalyzeOptions = {},
): Promise<AnalysisResult> {
  throw new Error('being written');
}
