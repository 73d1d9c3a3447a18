import type { EndedConnection } from '../analyze.ts';
import type { Connection } from '../record.ts';
import { Selection, type SortOrder } from './selection.ts';

/** What the table of a report holds: those that the user chose or sorted; else those with problems; else the first. */
export type TableContent = 'chosen' | 'problems' | 'first';

/**
 * Gathers the rows of a table while the connections come, up to a limit. The first connections are kept only until one with a
 * problem is found, so no more rows are made than those that may be shown.
 */
export class TableRows<Row> {
  readonly #isChosen: boolean;
  readonly #all: Selection<Row>;
  readonly #withProblems: Selection<Row>;

  constructor(isChosen: boolean, all: Selection<Row>, withProblems: Selection<Row>) {
    this.#isChosen = isChosen;
    this.#all = all;
    this.#withProblems = withProblems;
  }

  /** @param isChosen the user says which connections, and in which order */
  static make<Row>(
    limit: number,
    isChosen: boolean,
    sort: SortOrder | null,
    rowOf: (record: Connection) => Row,
  ): TableRows<Row> {
    return new TableRows(isChosen, new Selection(limit, sort, rowOf), new Selection(limit, null, rowOf));
  }

  offer(connection: EndedConnection): void {
    if (this.#isChosen) {
      this.#all.offer(connection);
      return;
    }
    const { severity } = connection;
    if (severity === 'error' || severity === 'warning') {
      this.#withProblems.offer(connection);
      this.#all.clear();
    } else if (this.#withProblems.offered === 0) {
      this.#all.offer(connection);
    }
  }

  get content(): TableContent {
    if (this.#isChosen) return 'chosen';
    return this.#withProblems.offered > 0 ? 'problems' : 'first';
  }

  /** A connection without problems that begins at this frame or later is not among them. */
  get needlessFrom(): number {
    return this.content === 'problems' ? 0 : this.#all.closedFrom;
  }

  /** The same for one that was refused or not answered. */
  get failedNeedlessFrom(): number {
    return this.#isChosen ? this.#all.closedFrom : this.#withProblems.closedFrom;
  }

  /** First one first. */
  rows(): Row[] {
    return (this.content === 'problems' ? this.#withProblems : this.#all).rows();
  }

  /** One that has the same in it and goes its own way. */
  copy(): TableRows<Row> {
    return new TableRows(this.#isChosen, this.#all.copy(), this.#withProblems.copy());
  }
}
