import { defaultInterface } from '../capture/live/interfaces.ts';
import { type LiveInput, openLive } from '../capture/live.ts';
import type { LiveView } from '../live/view.ts';
import { tell } from '../report/tell.ts';
import { counted } from '../report/units.ts';
import type { LiveArguments } from './live-command.ts';
import { LiveRun } from './live-run.ts';
import { openView } from './live-view.ts';

const DONE = 0;
const BROKE_OFF = 2;

const HELP = 'a larger --buffer, a filter or a smaller --snaplen help';

/** Captures until it is told to end, and shows what happens; then writes the report. @returns the exit code */
export async function runLive(request: LiveArguments): Promise<number> {
  const { capture, report } = request;
  let view: LiveView | null = null;
  let closeRun = () => {};
  let terminalIsGone = false;
  const say = (message: string) => {
    if (view === null) tell(message);
    else view.tell(message);
  };
  const warn = report.quiet ? () => {} : say;
  const where = report.where === null ? null : (await import('../report/where.ts')).compileWhere(report.where);
  const device = capture.device ?? defaultInterface();
  const input = await openLive({ ...capture, device, onWarning: warn });
  try {
    const run = new LiveRun(request, input, where);
    closeRun = () => run.close();
    const url = await run.serveMetrics();
    if (url !== null) warn(`metrics at ${url}`);
    const opened = await openView(request, run);
    if (input.backend !== null) warn(`capturing on ${device} with ${input.backend}; Ctrl-C ends it`);
    view = opened;
    await run.follow(view, warn);
    for (const line of lostPackets(input)) warn(line);
    const failures = [input.writeFailure, input.failure].filter((each) => each !== null);
    for (const line of failures) say(line);
    return failures.length === 0 ? DONE : BROKE_OFF;
  } catch (error) {
    terminalIsGone = (error as NodeJS.ErrnoException).code === 'EIO';
    throw error;
  } finally {
    view?.close?.();
    closeRun();
    await input.close();
    if (terminalIsGone) hangUp();
  }
}

/**
 * Ends the process as one that nobody listens to: by the signal itself. Node would abort when it finds at its end that
 * the terminal, which it wants to set back, is there no more (node::ResetStdio).
 */
function hangUp(): void {
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
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
