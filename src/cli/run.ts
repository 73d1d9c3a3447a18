import { isatty } from 'node:tty';
import { analyzeInto } from '../analyze.ts';
import { reporters } from '../report/index.ts';
import { Output } from '../report/output.ts';
import { counted } from '../report/units.ts';
import type { AnalyzeArguments } from './options.ts';
import { Progress } from './progress.ts';
import { height, useColor, width } from './terminal.ts';

const STDOUT = 1;
const STDERR = 2;

/** Analyses the captures and writes the report to standard output. */
export async function run(request: AnalyzeArguments): Promise<void> {
  const began = performance.now();
  const { captures, report, calls, where, quiet, thresholds, mostConnections, ...options } = request;
  const makeReporter = await reporters[report]();
  const filter = where === null ? null : (await import('../report/where.ts')).compileWhere(where);
  const look = { color: useColor(options.color), width: width(), height: height(), chosen: where !== null };
  const reporter = makeReporter(new Output(STDOUT), { ...options, ...look });

  const progress = !quiet && isatty(STDERR) ? new Progress() : null;
  const warn = (message: string) => {
    progress?.stop();
    process.stderr.write(`sockscope: ${message}\n`);
  };
  try {
    const result = await analyzeInto(captures, reporter, {
      order: reporter.order,
      calls,
      thresholds,
      ...(mostConnections === null ? {} : { mostConnections }),
      ...(filter === null ? {} : { where: filter }),
      ...(progress === null ? {} : { onProgress: (read, total) => progress.update(read, total) }),
      ...(quiet ? {} : { onWarning: warn }),
    });
    progress?.stop();
    const { evicted } = result.summary;
    if (evicted > 0 && !quiet) {
      warn(`${counted(evicted, 'connection')} given up while open, to bound memory: raise --max-connections`);
    }
    await reporter.finish(result, (performance.now() - began) / 1000);
  } finally {
    progress?.stop();
  }
}
