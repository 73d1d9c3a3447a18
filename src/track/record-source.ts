import type { EventPool } from './events.ts';
import type { Rows } from './slab.ts';
import type { Thresholds } from './thresholds.ts';
import type { TurnBook } from './turns.ts';
import type { Zones } from './zones.ts';

/** What a record is made from. */
export interface RecordSource {
  slab: Rows;
  events: EventPool;
  zones: Zones;
  thresholds: Thresholds;
  /** Capture time in seconds since 1970. */
  nowSeconds: number;
  /** The capture has shown both sides of some connection: it sees both directions, as far as can be told. */
  isTwoWay: boolean;
  /** Null where the calls of the applications were not asked for. */
  turns: TurnBook | null;
}
