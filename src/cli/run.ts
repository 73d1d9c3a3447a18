import { isatty } from 'node:tty';
import { analyzeInto } from '../analyze.ts';
import { reporters } from '../report/index.ts';
import { Output } from '../report/output.ts';
import { counted } from '../report/units.ts';
import { capturesToMerge } from './captures.ts';
import type { AnalyzeArguments } from './options.ts';
import { withProgress } from './progress.ts';
import { height, useColor, width } from './terminal.ts';

const STDOUT = 1;

/** Analyses the captures and writes the report to standard output. */
export async function run(request: AnalyzeArguments): Promise<void> {
  const began = performance.now();
  const { report, calls, where, quiet, thresholds, mostConnections, ...options } = request;
  const captures = await capturesToMerge(request.captures, quiet);
  const makeReporter = await reporters[report]();
  const filter = where === null ? null : (await import('../report/where.ts')).compileWhere(where);
  const look = { color: useColor(options.color), width: width(), height: height() };
  const what = { chosen: where !== null, named: request.captures };
  const reporter = makeReporter(new Output(STDOUT), { ...options, ...look, ...what });

  const result = await withProgress(quiet, async (telling) => {
    // Records that come to the terminal as they are found are progress enough: a bar would run through them.
    const { onProgress, ...warnings } = telling;
    const result = await analyzeInto(captures, reporter, {
      order: reporter.order,
      calls,
      thresholds,
      ...(mostConnections === null ? {} : { mostConnections }),
      ...(filter === null ? {} : { where: filter }),
      ...(report !== 'terminal' && isatty(STDOUT) ? warnings : telling),
    });
    const { evicted } = result.summary;
    if (evicted > 0) {
      telling.onWarning?.(
        `${counted(evicted, 'connection')} given up while open, to bound memory: raise --max-connections`,
      );
    }
    return result;
  });
  await reporter.finish(result, (performance.now() - began) / 1000);
}
