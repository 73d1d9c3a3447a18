import { isatty } from 'node:tty';
import type { LiveView } from '../live/view.ts';
import type { LiveArguments } from './live-command.ts';
import type { LiveRun } from './live-run.ts';
import { useColor } from './terminal.ts';

const STDOUT = 1;
const STDERR = 2;

/** What a live session is seen through: a screen on a terminal, lines of JSON elsewhere, nothing before a document. */
export async function openView({ report, events }: LiveArguments, run: LiveRun): Promise<LiveView> {
  const isTerminal = isatty(STDOUT);
  if (report.report === 'ndjson' || events.asked || (report.report === 'terminal' && !isTerminal)) {
    const { EventsView } = await import('../live/events-view.ts');
    return new EventsView(process.stdout, events.kinds, run.processesOf);
  }
  if (report.report === 'terminal' && process.env.TERM !== 'dumb') {
    const { ScreenView } = await import('../live/screen-view.ts');
    return new ScreenView({
      color: useColor(report.color),
      utc: report.utc,
      processesOf: run.processesOf,
      surroundings: () => run.surroundings,
      onQuit: run.quit,
    });
  }
  const { NoView } = await import('../live/events-view.ts');
  return new NoView(report.report === 'terminal' ? STDOUT : STDERR);
}
