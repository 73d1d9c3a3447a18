import pc from 'picocolors';
import type { AnalysisResult, EndedConnection } from '../analyze.ts';
import type { Connection } from '../record.ts';
import type { Summary } from '../summary.ts';
import { type ConnectionRow, connectionRow, connectionTable } from './connection-table.ts';
import { head } from './head.ts';
import type { Output } from './output.ts';
import { explainHint, problemRow, problemsLeftOut, shownProblems } from './problems.ts';
import type { MakeReporter, Reporter, ReportOptions } from './reporter.ts';
import { Selection } from './selection.ts';
import { counted } from './units.ts';
import { wrap } from './wrap.ts';
import { wrappedTable } from './wrapped-table.ts';

const ROWS_SHOWN = 20;

/** The report for people: the capture as a whole, problems worst first, connections. Holds only the rows it prints. */
export const terminal: MakeReporter = (output, options) => {
  const limit = options.all ? Number.POSITIVE_INFINITY : (options.top ?? ROWS_SHOWN);
  const rowOf = (record: Connection) => connectionRow(record, options.processes);
  return new TerminalReport(output, options, new Selection(limit, options.sort, rowOf));
};

class TerminalReport implements Reporter {
  readonly order = 'end';
  readonly #output: Output;
  readonly #options: ReportOptions;
  readonly #selection: Selection<ConnectionRow>;

  constructor(output: Output, options: ReportOptions, selection: Selection<ConnectionRow>) {
    this.#output = output;
    this.#options = options;
    this.#selection = selection;
  }

  ended(connection: EndedConnection): void {
    this.#selection.offer(connection);
  }

  get needlessFrom(): number {
    return this.#selection.closedFrom;
  }

  soFar(changes: Partial<ReportOptions>): Reporter {
    return new TerminalReport(this.#output, { ...this.#options, ...changes }, this.#selection.copy());
  }

  finish(result: AnalysisResult, seconds: number): void {
    const output = this.#output;
    const options = this.#options;
    const colors = pc.createColors(options.color);
    const { summary } = result;
    output.write(wrappedTable(head(result, seconds, colors), options.width, ['left', 'left']));

    const problems = shownProblems(summary, options.all);
    if (problems.length > 0) {
      output.write(`\n${colors.bold('Problems')}\n`);
      const rows = problems.map((group) => problemRow(group, colors));
      output.write(wrappedTable(rows, options.width, ['right', 'left', 'left', 'left', 'left']));
      output.write(problemsLeftOut(summary, problems.length));
      for (const line of wrap(explainHint(result), options.width)) output.write(`${colors.dim(line)}\n`);
    }

    const rows = this.#selection.rows();
    if (rows.length > 0) {
      output.write(`\n${colors.bold('Connections')}${sortedBy(options)}\n`);
      const start = options.utc ? null : summary.start;
      for (const text of connectionTable(rows, start, options.width, colors)) output.write(text);
    }
    const more = totalConnections(summary) - rows.length;
    if (more > 0) output.write(`… ${counted(more, 'more connection')}: --all, --top N, --where, --sort\n`);
    output.flush();
  }
}

function sortedBy({ sort }: ReportOptions): string {
  return sort === null ? '' : ` by ${sort.key}, ${sort.descending ? 'largest' : 'smallest'} first`;
}

function totalConnections({ connections }: Summary): number {
  return connections.tcp + connections.udp + connections.sctp;
}
