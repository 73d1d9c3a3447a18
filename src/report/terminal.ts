import pc from 'picocolors';
import type { AnalysisResult, EndedConnection } from '../analyze.ts';
import type { Connection } from '../record.ts';
import type { Summary } from '../summary.ts';
import { digitsOf } from './clock.ts';
import { type ConnectionRow, connectionRow, connectionTable } from './connection-table.ts';
import { DISPENSABLE, head } from './head.ts';
import { nextStep } from './next-step.ts';
import type { Output } from './output.ts';
import { PROBLEMS_SHOWN, problemRows, problemsLeftOut, problemText } from './problems.ts';
import type { MakeReporter, Reporter, ReportOptions } from './reporter.ts';
import { fitHeight, PROBLEMS_FIRST, roomForHead, type Shown, screenLines, TABLE_FIRST } from './screen.ts';
import { type TableContent, TableRows } from './table-rows.ts';
import { count } from './units.ts';
import { wrappedTable } from './wrapped-table.ts';

const ROWS_SHOWN = 20;

/**
 * The report for people: the capture as a whole, connections, and nearest to the prompt the problems, worst first. Fits the height of
 * a terminal unless the user says how many rows there are to be. Holds only the rows that it may print.
 */
export const terminal: MakeReporter = (output, options) => {
  const rowOf = (record: Connection) => connectionRow(record, options.processes);
  const isChosen = options.sort !== null || options.chosen === true;
  return new TerminalReport(output, options, TableRows.make(mostRows(options), isChosen, options.sort, rowOf));
};

function mostRows(options: ReportOptions): number {
  if (options.all) return Number.POSITIVE_INFINITY;
  return options.top ?? heightOf(options) ?? ROWS_SHOWN;
}

/** null where the report is not fitted. */
function heightOf({ top, all, height }: ReportOptions): number | null {
  return top === null && !all && height !== undefined && Number.isFinite(height) ? height : null;
}

/** What there is to show. */
interface Unfitted {
  /** The head without so many of the lines that can go. */
  headWithout(without: number): string;
  rows: number;
  /** Lines of each problem. */
  problems: string[][];
  hasMoreProblems: boolean;
  next: string;
}

class TerminalReport implements Reporter {
  readonly order = 'end';
  readonly #output: Output;
  readonly #options: ReportOptions;
  readonly #table: TableRows<ConnectionRow>;

  constructor(output: Output, options: ReportOptions, table: TableRows<ConnectionRow>) {
    this.#output = output;
    this.#options = options;
    this.#table = table;
  }

  ended(connection: EndedConnection): void {
    this.#table.offer(connection);
  }

  get needlessFrom(): number {
    return this.#table.needlessFrom;
  }

  get failedNeedlessFrom(): number {
    return this.#table.failedNeedlessFrom;
  }

  soFar(changes: Partial<ReportOptions>): Reporter {
    return new TerminalReport(this.#output, { ...this.#options, ...changes }, this.#table.copy());
  }

  finish(result: AnalysisResult, seconds: number): void {
    const { summary, captures } = result;
    const { all, width, utc, color, sort } = this.#options;
    const colors = pc.createColors(color);
    const digits = digitsOf(captures);
    const look = { start: utc ? null : summary.start, digits, width, colors, sortedBy: sort?.key ?? null };

    const known = problemRows(summary);
    const problems = all ? known : known.slice(0, PROBLEMS_SHOWN);
    const texts = problemText(problems, summary, look);
    const rows = this.#table.rows();
    const next = nextStep(result, rows.at(0) ?? null, this.#options.named);

    const headWithout = (without: number) =>
      wrappedTable(head(result, seconds, digits, colors, without), width, ['left', 'left']);
    const hasMoreProblems = known.length > problems.length || summary.problemsNotListed > 0;
    const shown = this.#fitted(summary, {
      headWithout,
      rows: rows.length,
      problems: texts.rows,
      hasMoreProblems,
      next,
    });

    const output = this.#output;
    output.write(shown.head);
    if (shown.rows > 0) {
      output.write(`\n${colors.bold(this.#title())}${countText(shown.rows, this.#total(summary))}\n`);
      for (const text of connectionTable(rows.slice(0, shown.rows), look)) output.write(text);
      if (all) output.write(this.#withoutProblems(summary));
    }
    if (problems.length > 0) {
      output.write(`\n${texts.heading}\n`);
      for (const text of texts.rows.slice(0, shown.problems).flat()) output.write(`${text}\n`);
      const more = problemsLeftOut(summary, known.slice(shown.problems), width);
      if (more !== '') output.write(`${more}\n`);
    }
    // Not wrapped: it is copied as one line.
    if (next !== '') output.write(`${colors.dim('next:')}${next.slice('next:'.length)}\n`);
    output.flush();
  }

  /** The head, and how many rows and problems are shown: all of them, or what fits the height of the terminal. */
  #fitted(
    summary: Summary,
    { headWithout, rows, problems, hasMoreProblems, next }: Unfitted,
  ): Shown & { head: string } {
    const height = heightOf(this.#options);
    let text = headWithout(0);
    if (height === null) return { head: text, rows, problems: problems.length };
    const lines = (of: string) => screenLines(of, this.#options.width);
    const parts = {
      tableHeadings: 2 + lines(`${this.#title()}${countText(0, this.#total(summary))}`),
      rows,
      problems: problems.map((each) => each.reduce((sum, line) => sum + lines(line), 0)),
      hasMoreProblems,
      next: next === '' ? 0 : lines(next),
      least: this.#table.content === 'chosen' ? TABLE_FIRST : PROBLEMS_FIRST,
    };
    const room = roomForHead(parts, height);
    for (let without = 1; without <= DISPENSABLE.length && lines(text) > room; without++) text = headWithout(without);
    return { head: text, ...fitHeight({ head: lines(text), ...parts }, height) };
  }

  #title(): string {
    const { sort, chosen } = this.#options;
    const titles: Record<TableContent, string> = {
      chosen: chosen === true ? 'Connections that --where chose' : 'Connections',
      problems: 'Connections with problems',
      first: 'Connections',
    };
    const title = titles[this.#table.content];
    if (sort === null) return title;
    const [up, down] = sort.key === 'start' ? ['earliest', 'latest'] : ['smallest', 'largest'];
    return `${title} by ${sort.key}, ${sort.descending ? down : up} first`;
  }

  /** How many connections the table could hold. */
  #total({ connections, withProblems }: Summary): number {
    if (this.#table.content === 'problems') return withProblems;
    return connections.tcp + connections.udp + connections.sctp;
  }

  /** With --all, how to see the others. */
  #withoutProblems({ connections, withProblems }: Summary): string {
    const others = connections.tcp + connections.udp + connections.sctp - withProblems;
    if (this.#table.content !== 'problems' || others === 0) return '';
    return `… and ${count(others)} without problems: --sort start --all\n`;
  }
}

function countText(shown: number, total: number): string {
  return shown < total ? ` (${count(shown)} of ${count(total)}; --all)` : ` (${count(total)})`;
}
