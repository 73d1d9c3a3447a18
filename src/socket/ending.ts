import type { CloseStyle, ResetCause, Severity, Side } from '../record.ts';
import type { Basis } from '../track/evidence.ts';
import type { ResetFacts } from './event-facts.ts';
import type { Facts } from './facts.ts';

/** How a connection ended, as far as the rules ask. */
export interface Ending {
  facts: Facts;
  style: CloseStyle;
  by: Side | 'both' | null;
  /** The RST that ended it, and why it was sent; null where none did. */
  reset: ResetFacts | null;
  cause: ResetCause | null;
}

/** What a rule found: whose problem it is, in words, and where to look. */
export interface Found {
  side: Side | null;
  message: string;
  frames: number[];
}

export interface EndingRule {
  code: string;
  severity: Severity;
  /** What it rests on. That an ending is `abandoned` says already that the next retry was waited for. */
  basis: Basis;
  find(ending: Ending): Found | null;
}
