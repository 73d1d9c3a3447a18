import { analyzeInput } from '../analyze.ts';
import { defaultInterface } from '../capture/live/interfaces.ts';
import { type LiveInput, openLive } from '../capture/live.ts';
import { reporters } from '../report/index.ts';
import { Output } from '../report/output.ts';
import { counted } from '../report/units.ts';
import type { LiveArguments } from './live-command.ts';
import { useColor, width } from './terminal.ts';

const STDOUT = 1;
const DONE = 0;
const BROKE_OFF = 2;

const HELP = 'a larger --buffer, a filter or a smaller --snaplen help';

/** Captures until it is told to end, then writes the report of what it saw. @returns the exit code */
export async function runLive({ capture, report: request }: LiveArguments): Promise<number> {
  const { report, where, quiet, thresholds, mostConnections, ...options } = request;
  const makeReporter = await reporters[report]();
  const filter = where === null ? null : (await import('../report/where.ts')).compileWhere(where);
  const reporter = makeReporter(new Output(STDOUT), { ...options, color: useColor(options.noColor), width: width() });
  const tell = (message: string) => process.stderr.write(`sockscope: ${message}\n`);
  const warn = quiet ? () => {} : tell;

  const device = capture.device ?? defaultInterface();
  const input = await openLive({ ...capture, device, onWarning: warn });
  const stop = () => input.stop();
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
  try {
    if (input.backend !== null) warn(`capturing on ${device} with ${input.backend}; Ctrl-C ends it`);
    const began = performance.now();
    const result = await analyzeInput(input, reporter, {
      order: reporter.order,
      thresholds,
      ...(mostConnections === null ? {} : { mostConnections }),
      ...(filter === null ? {} : { where: filter }),
    });
    await reporter.finish(result, (performance.now() - began) / 1000);
    for (const line of lostPackets(input)) warn(line);
    const failures = [input.writeFailure, input.failure].filter((each) => each !== null);
    for (const line of failures) tell(line);
    return failures.length === 0 ? DONE : BROKE_OFF;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop).off('SIGHUP', stop);
    await input.close();
  }
}

/** What was dropped, and what to do about it. */
function lostPackets(input: LiveInput): string[] {
  const { kernel, interface: byInterface, program } = input.drops();
  const lines: string[] = [];
  if ((kernel ?? 0) > 0) {
    lines.push(`${counted(kernel ?? 0, 'packet')} dropped by the kernel: what captures was too slow for them; ${HELP}`);
  }
  if ((program ?? 0) > 0) {
    lines.push(`${counted(program ?? 0, 'packet')} dropped: the analysis was too slow for them; ${HELP}`);
  }
  if ((byInterface ?? 0) > 0) lines.push(`${counted(byInterface ?? 0, 'packet')} dropped by the interface`);
  return lines;
}
