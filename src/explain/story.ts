import type { Connection, Finding } from '../record.ts';
import type { ProblemGroup } from '../summary.ts';
import { adviceFor } from './advice.ts';
import { closeSentences } from './story-close.ts';
import { handshakeSentences } from './story-handshake.ts';
import { seenBy } from './story-sockets.ts';
import { transferSentences } from './story-transfer.ts';
import { wiresharkFilter } from './wireshark-filter.ts';

/** A connection in words. */
export interface Story {
  /** What happened, and who did it: one sentence each. */
  happened: string[];
  /** What the application of each side saw of its socket. */
  saw: { client: string; server: string };
  /** What to look at next; empty where nothing is wrong. */
  next: string[];
  /** Display filter that shows the same frames in Wireshark. */
  filter: string;
}

/**
 * @param isWholeInput the connection's stream number counts within one file
 * @param silence seconds that the connection was watched after its last packet
 */
export function storyOf(record: Connection, isWholeInput: boolean, silence: number): Story {
  return {
    happened: [
      ...handshakeSentences(record, silence),
      ...transferSentences(record),
      ...closeSentences(record, silence),
    ],
    saw: { client: seenBy(record, 'client'), server: seenBy(record, 'server') },
    next: adviceFor(record),
    filter: wiresharkFilter(record, isWholeInput),
  };
}

/** The problems of a connection, and those of many that it stands for. */
export function findingsWith({ findings }: Connection, exampleOf: readonly ProblemGroup[]): Finding[] {
  const others = exampleOf.filter((group) => findings.every(({ code }) => code !== group.code));
  return [
    ...findings,
    ...others.map(({ code, severity, side, message }): Finding => ({ code, severity, side, message, frames: [] })),
  ];
}
