import type { EndedConnection, SortKey } from '../analyze.ts';
import type { Connection } from '../record.ts';

export interface SortOrder {
  key: SortKey;
  descending: boolean;
}

interface Kept<Row> {
  value: number;
  firstFrame: number;
  row: Row;
}

/**
 * The first `limit` connections in an order, without holding the others: a heap with the last of those kept on
 * top. A record is made only for a connection that is among the first so far.
 */
export class Selection<Row> {
  /** Connections offered. */
  offered = 0;
  private readonly limit: number;
  private readonly sort: SortOrder | null;
  private readonly rowOf: (record: Connection) => Row;
  private readonly heap: Kept<Row>[] = [];

  /** @param sort null: in order of the first frame */
  constructor(limit: number, sort: SortOrder | null, rowOf: (record: Connection) => Row) {
    this.limit = limit;
    this.sort = sort;
    this.rowOf = rowOf;
  }

  /** @param record what the row is made from, where the caller has it already */
  offer(connection: EndedConnection, record?: Connection): void {
    this.offered++;
    if (this.limit === 0) return;
    const { firstFrame } = connection;
    const value = this.sortable(connection);
    const { heap } = this;
    const full = heap.length === this.limit;
    if (full && !before(value, firstFrame, heap[0])) return;
    const kept = { value, firstFrame, row: this.rowOf(record ?? connection.record()) };
    if (!full) {
      heap.push(kept);
      if (this.limit !== Number.POSITIVE_INFINITY) siftUp(heap, heap.length - 1);
    } else {
      heap[0] = kept;
      siftDown(heap);
    }
  }

  /** A connection that begins at this frame or later is not among them any more; Infinity where any may be. */
  get closedFrom(): number {
    if (this.limit === 0) return 0;
    return this.sort === null && this.heap.length === this.limit ? this.heap[0].firstFrame : Number.POSITIVE_INFINITY;
  }

  /** Lets go what is kept. */
  clear(): void {
    this.heap.length = 0;
  }

  /** One that has the same in it and goes its own way. */
  copy(): Selection<Row> {
    const copy = new Selection(this.limit, this.sort, this.rowOf);
    copy.offered = this.offered;
    copy.heap.push(...this.heap);
    return copy;
  }

  /** Those kept, first one first. */
  rows(): Row[] {
    return this.heap
      .slice()
      .sort((a, b) => (before(a.value, a.firstFrame, b) ? -1 : 1))
      .map((kept) => kept.row);
  }

  /** Smaller comes first; unknown values come last in either direction. */
  private sortable(connection: EndedConnection): number {
    if (this.sort === null) return 0;
    const value = connection.sortValue(this.sort.key);
    if (Number.isNaN(value)) return Number.POSITIVE_INFINITY;
    return this.sort.descending ? -value : value;
  }
}

function before(value: number, firstFrame: number, other: Kept<unknown>): boolean {
  return value === other.value ? firstFrame < other.firstFrame : value < other.value;
}

function siftUp(heap: Kept<unknown>[], from: number): void {
  let child = from;
  while (child > 0) {
    const parent = (child - 1) >> 1;
    if (!before(heap[parent].value, heap[parent].firstFrame, heap[child])) return;
    [heap[parent], heap[child]] = [heap[child], heap[parent]];
    child = parent;
  }
}

function siftDown(heap: Kept<unknown>[]): void {
  let parent = 0;
  for (;;) {
    let last = parent;
    for (const child of [2 * parent + 1, 2 * parent + 2]) {
      if (child < heap.length && before(heap[last].value, heap[last].firstFrame, heap[child])) last = child;
    }
    if (last === parent) return;
    [heap[parent], heap[last]] = [heap[last], heap[parent]];
    parent = last;
  }
}
