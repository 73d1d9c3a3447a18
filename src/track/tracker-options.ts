import type { PacketView } from '../../parsers/packet-view.ts';
import type { RowObserver } from './row-observer.ts';
import type { TableMemory } from './table-memory.ts';
import type { Thresholds } from './thresholds.ts';

/** What a tracker is made for. */
export interface TrackerOptions {
  /** Rows of reported connections are not used again: `ended` comes at the end, in order of the first frame. */
  retain: boolean;
  /** Open connections kept at once; beyond, the longest idle is given up. */
  mostConnections: number;
  /** Name of the interface that the packet came from, '' where it is not known. */
  interfaceName: (view: PacketView) => string;
  /** Keep who sent how much when, for the calls of the applications. */
  turns?: boolean;
  /** Called with the row of each connection that has ended, while the row is still whole. */
  ended: (row: number) => void;
  observer?: RowObserver | null;
  /** Connections may be reported some packets after they have left the tables, many at once, or when `reportLeft` is called. */
  mayWait?: boolean;
  /** What is so slow that it is worth a finding; the usual unless given. */
  thresholds?: Thresholds;
  /** Where its tables have their memory from; an ordinary one unless given. */
  memory?: TableMemory;
}
