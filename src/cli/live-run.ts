import { type AnalysisResult, analyzeInput, type ConnectionConsumer } from '../analyze.ts';
import type { LiveInput } from '../capture/live.ts';
import type { Surroundings } from '../live/display.ts';
import type { LiveMetrics } from '../live/metrics/live-metrics.ts';
import type { MetricsServer } from '../live/metrics/metrics-server.ts';
import { type ProcessesOf, processesText } from '../live/processes/process.ts';
import { ProcessFinder } from '../live/processes/process-finder.ts';
import { LiveSession } from '../live/session.ts';
import type { LiveView } from '../live/view.ts';
import type { Connection } from '../record.ts';
import { reporters } from '../report/index.ts';
import { Output } from '../report/output.ts';
import type { Reporter, ReportOptions } from '../report/reporter.ts';
import { counted } from '../report/units.ts';
import type { LiveArguments } from './live-command.ts';
import { height, useColor, width } from './terminal.ts';

const STDOUT = 1;
/** 128 and the number of SIGINT, as shells count. */
const INTERRUPTED = 130;
/** Milliseconds between two looks at the clock of the capture. */
const TICK = 240;

/** A capture that is followed until it ends, or is told to. */
export class LiveRun {
  readonly #request: LiveArguments;
  readonly #input: LiveInput;
  readonly #where: ((connection: Connection) => boolean) | null;
  readonly #began = performance.now();
  readonly #finder: ProcessFinder | null;
  #metrics: LiveMetrics | null = null;
  #server: MetricsServer | null = null;
  #view: LiveView | null = null;

  constructor(request: LiveArguments, input: LiveInput, where: ((connection: Connection) => boolean) | null) {
    this.#request = request;
    this.#input = input;
    this.#where = where;
    this.#finder = request.process ? ProcessFinder.open() : null;
    process.on('SIGINT', this.quit).on('SIGTERM', this.quit).on('SIGHUP', this.quit);
  }

  /** null where nobody asks for processes. */
  get processesOf(): ProcessesOf | null {
    return this.#finder?.processesOf ?? null;
  }

  /**
   * Serves the metrics, where they were asked for.
   * @returns their address, null where they were not
   * @throws InputError where that cannot be
   */
  async serveMetrics(): Promise<string | null> {
    const { metrics } = this.#request;
    if (metrics === null) return null;
    const { LiveMetrics } = await import('../live/metrics/live-metrics.ts');
    const { MetricsServer } = await import('../live/metrics/metrics-server.ts');
    this.#metrics = new LiveMetrics(() => this.surroundings);
    this.#server = await MetricsServer.open(metrics, this.#metrics);
    return this.#server.url;
  }

  close(): void {
    process.off('SIGINT', this.quit).off('SIGTERM', this.quit).off('SIGHUP', this.quit);
    this.#server?.close();
    this.#finder?.close();
  }

  /** The user wants it to end: at the second time, at once. */
  readonly quit = (): void => {
    if (this.#input.isStopping) {
      this.#view?.close?.();
      process.exit(INTERRUPTED);
    }
    this.#input.stop();
    this.#view?.stopping?.();
  };

  get surroundings(): Surroundings {
    const { device, backend, timestamps, lag, captures } = this.#input;
    const { filter } = this.#request.capture;
    const how = [backend, timestamps === 'delivery' ? 'times of delivery' : null, filter || null];
    return {
      source: device === '-' ? 'standard input' : device,
      how: how.filter((part) => part !== null).join(', '),
      elapsed: this.#seconds,
      drops: captures[0]?.drops ?? null,
      lag: lag.seconds,
      memory: process.memoryUsage.rss(),
      metrics: this.#server?.address ?? null,
    };
  }

  /** Analyses what comes, shows it, and writes the report. */
  async follow(view: LiveView, warn: (message: string) => void): Promise<void> {
    this.#view = view;
    if (this.#input.isStopping) view.stopping?.();
    const { report, quiet } = this.#request.report;
    const people = (await reporters.terminal())(new Output(view.reportTo), this.#look(view.reportTo));
    const hasFormat = report !== 'terminal' && report !== 'ndjson';
    const format = hasFormat ? (await reporters[report]())(new Output(STDOUT), this.#look(STDOUT)) : null;
    const listeners = [this.#finder, this.#metrics, view.listener].filter((each) => each !== null);
    const session = new LiveSession(listeners, { where: this.#where });

    const between = () => this.#reportBetween(session, view, people);
    const stopClock = this.#startClock(session, view);
    process.on('SIGUSR1', between);
    let result: AnalysisResult;
    try {
      view.begin?.();
      result = await this.#analyze(session, view, people, format);
      session.finish();
      this.#finder?.look();
      await view.end?.();
    } finally {
      stopClock();
      process.off('SIGUSR1', between);
    }
    const { evicted } = result.summary;
    const lacks = this.#finder?.lacks() ?? null;
    if (lacks !== null) warn(lacks);
    if (evicted > 0) {
      warn(`${counted(evicted, 'connection')} given up while open, to bound memory: raise --max-connections`);
    }
    if (format !== null) await format.finish(result, this.#seconds);
    else if (view.reportTo === STDOUT || !quiet) await people.finish(result, this.#seconds);
  }

  #analyze(session: LiveSession, view: LiveView, people: Reporter, format: Reporter | null): Promise<AnalysisResult> {
    const { calls, thresholds, mostConnections } = this.#request.report;
    const consumer: ConnectionConsumer = {
      ended: (connection) => {
        people.ended(connection);
        format?.ended(connection);
      },
      chunkDone: async () => {
        await format?.chunkDone?.();
        this.#finder?.look();
        await view.chunkDone?.();
        session.wait();
      },
    };
    const options = {
      order: format?.order ?? people.order,
      calls,
      thresholds,
      ...(mostConnections === null ? {} : { mostConnections }),
      ...(this.#where === null ? {} : { where: this.#where }),
    };
    return analyzeInput(this.#input, consumer, options, session);
  }

  /** The report of what there is so far. */
  #reportBetween(session: LiveSession, view: LiveView, people: Reporter): void {
    if (!session.isBegun) return;
    const reporter = people.soFar?.(this.#look(view.reportTo));
    if (reporter === undefined) return;
    const result = session.analysis.resultSoFar(reporter);
    view.between(() => void reporter.finish(result, this.#seconds));
  }

  #look(fd: number): ReportOptions {
    const { top, all, sort, utc, color } = this.#request.report;
    const { processesOf } = this;
    const screen = { color: useColor(color, fd), width: width(fd), height: height(fd) };
    const { write } = this.#request.capture;
    const written = write === undefined || write.rotateSize !== undefined ? {} : { named: [write.path] };
    const look = { top, all, sort, utc, ...screen, ...written, chosen: this.#where !== null };
    if (processesOf === null) return look;
    return { ...look, processes: (record) => processesText(processesOf(record)) };
  }

  #startClock(session: LiveSession, view: LiveView): () => void {
    let second = performance.now();
    const timer = setInterval(() => {
      if (!session.isBegun) return;
      session.tick();
      this.#finder?.look();
      const now = performance.now();
      if (now - second >= 1000) {
        session.second();
        view.second?.((now - second) / 1000);
        second = now;
      }
      view.tick?.();
    }, TICK);
    return () => clearInterval(timer);
  }

  get #seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }
}
