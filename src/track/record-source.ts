import type { EventPool } from './events.ts';
import type { Rows } from './slab.ts';
import type { Thresholds } from './thresholds.ts';
import type { Zones } from './zones.ts';

/** What a record is made from. */
export interface RecordSource {
  slab: Rows;
  events: EventPool;
  zones: Zones;
  thresholds: Thresholds;
  nowSeconds: number;
}
