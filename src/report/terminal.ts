import pc from 'picocolors';
import type { Summary } from '../summary.ts';
import { type ConnectionRow, connectionRow, connectionTable } from './connection-table.ts';
import { head } from './head.ts';
import { problemRow, problemsLeftOut, shownProblems } from './problems.ts';
import type { MakeReporter } from './reporter.ts';
import { Selection } from './selection.ts';
import { counted } from './units.ts';
import { wrappedTable } from './wrapped-table.ts';

const ROWS_SHOWN = 20;

/** The report for people: the capture as a whole, problems worst first, connections. Holds only the rows it prints. */
export const terminal: MakeReporter = (output, options) => {
  const limit = options.all ? Number.POSITIVE_INFINITY : (options.top ?? ROWS_SHOWN);
  const selection = new Selection<ConnectionRow>(limit, options.sort, connectionRow);
  const colors = pc.createColors(options.color);
  return {
    order: 'end',
    ended: (connection) => selection.offer(connection),
    finish(result, seconds) {
      const { summary } = result;
      output.write(wrappedTable(head(result, seconds, colors), options.width, ['left', 'left']));

      const problems = shownProblems(summary, options.all);
      if (problems.length > 0) {
        output.write(`\n${colors.bold('Problems')}\n`);
        const rows = problems.map((group) => problemRow(group, colors));
        output.write(wrappedTable(rows, options.width, ['right', 'left', 'left', 'left', 'left']));
        output.write(problemsLeftOut(summary, problems.length));
      }

      const rows = selection.rows();
      if (rows.length > 0) {
        output.write(`\n${colors.bold('Connections')}${sortedBy(options)}\n`);
        const start = options.utc ? null : summary.start;
        for (const text of connectionTable(rows, start, options.width, colors)) output.write(text);
      }
      const more = totalConnections(summary) - rows.length;
      if (more > 0) output.write(`… ${counted(more, 'more connection')}: --all, --top N, --where, --sort\n`);
      output.flush();
    },
  };
};

function sortedBy({ sort }: Parameters<MakeReporter>[1]): string {
  return sort === null ? '' : ` by ${sort.key}, ${sort.descending ? 'largest' : 'smallest'} first`;
}

function totalConnections({ connections }: Summary): number {
  return connections.tcp + connections.udp + connections.sctp;
}
