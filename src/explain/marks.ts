import {
  ANALYSIS_ACKED_UNSEEN,
  ANALYSIS_DUPLICATE_ACK,
  ANALYSIS_FAST_RETRANSMISSION,
  ANALYSIS_KEEP_ALIVE,
  ANALYSIS_KEEP_ALIVE_ACK,
  ANALYSIS_LOST_SEGMENT,
  ANALYSIS_OUT_OF_ORDER,
  ANALYSIS_RETRANSMISSION,
  ANALYSIS_SPURIOUS_RETRANSMISSION,
  ANALYSIS_WINDOW_FULL,
  ANALYSIS_WINDOW_UPDATE,
  ANALYSIS_ZERO_WINDOW,
  ANALYSIS_ZERO_WINDOW_PROBE,
  ANALYSIS_ZERO_WINDOW_PROBE_ACK,
} from '../track/tcp-analysis.ts';

/** What is special about a packet; Wireshark's words for it. */
export type MarkName =
  | 'retransmission'
  | 'fast retransmission'
  | 'spurious retransmission'
  | 'out of order'
  | 'lost segment before'
  | 'acknowledges what was not captured'
  | 'zero window'
  | 'zero window probe'
  | 'zero window probe ACK'
  | 'window full'
  | 'window update'
  | 'keep-alive'
  | 'keep-alive ACK'
  | 'duplicate ACK';

interface Mark {
  bit: number;
  name: MarkName;
  /** What a transfer has plenty of: counted in the turn that it is part of, and no row of its own. */
  isCounted: boolean;
}

/** The most telling first. */
export const MARKS: readonly Mark[] = [
  { bit: ANALYSIS_FAST_RETRANSMISSION, name: 'fast retransmission', isCounted: false },
  { bit: ANALYSIS_SPURIOUS_RETRANSMISSION, name: 'spurious retransmission', isCounted: false },
  { bit: ANALYSIS_RETRANSMISSION, name: 'retransmission', isCounted: false },
  { bit: ANALYSIS_LOST_SEGMENT, name: 'lost segment before', isCounted: false },
  { bit: ANALYSIS_ACKED_UNSEEN, name: 'acknowledges what was not captured', isCounted: false },
  { bit: ANALYSIS_ZERO_WINDOW_PROBE, name: 'zero window probe', isCounted: false },
  { bit: ANALYSIS_ZERO_WINDOW_PROBE_ACK, name: 'zero window probe ACK', isCounted: false },
  { bit: ANALYSIS_ZERO_WINDOW, name: 'zero window', isCounted: false },
  { bit: ANALYSIS_KEEP_ALIVE, name: 'keep-alive', isCounted: false },
  { bit: ANALYSIS_KEEP_ALIVE_ACK, name: 'keep-alive ACK', isCounted: false },
  { bit: ANALYSIS_OUT_OF_ORDER, name: 'out of order', isCounted: true },
  { bit: ANALYSIS_WINDOW_FULL, name: 'window full', isCounted: true },
  { bit: ANALYSIS_DUPLICATE_ACK, name: 'duplicate ACK', isCounted: true },
  { bit: ANALYSIS_WINDOW_UPDATE, name: 'window update', isCounted: true },
];

/** Bits that make a row of their own. */
export const TELLING = MARKS.filter(({ isCounted }) => !isCounted).reduce((bits, { bit }) => bits | bit, 0);

/** Names of the ANALYSIS_ bits, the most telling first. */
export function marksOf(found: number): MarkName[] {
  return MARKS.filter(({ bit }) => (found & bit) !== 0).map(({ name }) => name);
}
