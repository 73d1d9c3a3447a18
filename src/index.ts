import {
  type AnalysisResult,
  analyzeInto,
  type EndedConnection,
  type AnalyzeOptions as EngineOptions,
} from './analyze.ts';
import { type ConnectionSource, rememberSource } from './connection-source.ts';
import type { Connection } from './record.ts';
import type { CaptureInfo, Summary } from './summary.ts';

export type { AnalysisResult } from './analyze.ts';
export { type CheckOptions, check } from './check/check.ts';
export type { Change, HandshakeShift, ServerDiff, ShapePair, ShiftVerdict } from './check/diff.ts';
export type { CaptureDiff, DiffSide } from './check/diff-captures.ts';
export { type DiffOptions, diff } from './check/diff-library.ts';
export type { ReadyRuleName } from './check/ready-rules.ts';
export type { ExpressionRuleDefinition, ReadyRuleDefinition, RuleDefinition } from './check/rule-definition.ts';
export type {
  CaptureVerdict,
  CheckReport,
  Failure as CheckFailure,
  RuleSeverity,
  RuleVerdict,
  Value as CheckValue,
} from './check/verdict.ts';
export { type ExplainOptions, explain } from './explain/explain-text.ts';
export type { BySide, LadderStep } from './explain/ladder-step.ts';
export type { SequenceNumber } from './explain/sequence-number.ts';
export type { Story } from './explain/story.ts';
export type * from './record.ts';
export { SCHEMA } from './record.ts';
export type { Explanation, ExplanationDocument } from './report/explanation-json.ts';
export type * from './summary.ts';
export type { Thresholds } from './track/thresholds.ts';

/** What may be set for an analysis. */
export interface AnalyzeOptions extends Omit<EngineOptions, 'where'> {
  /** Only connections for which this is true: a function, or a CEL expression as `--where` takes it. */
  where?: string | ((connection: Connection) => boolean);
}

/**
 * Connections as they are found; the summary and the captures when all have been.
 *
 * Iterate once. The promises resolve when the loop has ended; asked for without a loop, they run the analysis for
 * the summary alone. After a `break` they reject.
 */
export interface Analysis extends AsyncIterable<Connection> {
  readonly summary: Promise<Summary>;
  readonly captures: Promise<CaptureInfo[]>;
}

/**
 * Analyses capture files.
 *
 * ```ts
 * const analysis = analyze('web.pcap', { where: 'close.style == "reset"' });
 * for await (const connection of analysis) console.log(connection.stream, connection.server);
 * console.log((await analysis.summary).connections.tcp);
 * ```
 *
 * Reading keeps pace with the loop: a slow body makes a slow reader, not a long queue. Leaving the loop early
 * closes the files.
 * @param inputs paths of captures, '-' for standard input; several are read as one capture in time order
 * @throws (from the loop or the promises) InputError or CaptureFormatError for what cannot be read, WhereError for
 * a wrong expression; never for a capture that is damaged or cut
 */
export function analyze(inputs: string | string[], options: AnalyzeOptions = {}): Analysis {
  return new RunningAnalysis(typeof inputs === 'string' ? [inputs] : inputs, options);
}

/** The loop was left before the end of the capture. */
class Stopped extends Error {
  override name = 'Stopped';
}

class RunningAnalysis implements Analysis {
  private readonly inputs: string[];
  private readonly options: AnalyzeOptions;
  private result: Promise<AnalysisResult> | null = null;

  constructor(inputs: string[], options: AnalyzeOptions) {
    this.inputs = inputs;
    this.options = options;
  }

  get summary(): Promise<Summary> {
    return this.finished().then(({ summary }) => summary);
  }

  get captures(): Promise<CaptureInfo[]> {
    return this.finished().then(({ captures }) => captures);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Connection> {
    if (this.result !== null) throw new Error('an analysis can be iterated once, and before its summary is awaited');
    const handover = new Handover({ inputs: this.inputs });
    this.result = this.run({ ended: (connection) => handover.put(connection), chunkDone: () => handover.taken() });
    // Whoever only loops learns of a failure from the loop.
    this.result.then(
      () => handover.end(),
      (error) => handover.end(error),
    );
    try {
      for (let batch = await handover.take(); batch !== null; batch = await handover.take()) yield* batch;
    } finally {
      handover.stop();
      await this.result.catch(() => {});
    }
  }

  private finished(): Promise<AnalysisResult> {
    this.result ??= this.run({ ended: () => {} });
    return this.result;
  }

  private async run(consumer: Parameters<typeof analyzeInto>[1]): Promise<AnalysisResult> {
    const { where, ...rest } = this.options;
    if (where === undefined) return analyzeInto(this.inputs, consumer, rest);
    const matches = typeof where === 'string' ? (await import('./report/where.ts')).compileWhere(where) : where;
    return analyzeInto(this.inputs, consumer, { ...rest, where: matches });
  }
}

/** Between the analysis, which makes the connections of a chunk, and the loop, which takes them. */
class Handover {
  private readonly source: ConnectionSource;
  private batch: Connection[] = [];
  private ended = false;
  private failure: unknown = null;
  private stopped = false;
  private wakeTaker: () => void = () => {};
  private wakeMaker: () => void = () => {};

  constructor(source: ConnectionSource) {
    this.source = source;
  }

  put(connection: EndedConnection): void {
    this.refuseIfStopped();
    const record = connection.record();
    rememberSource(record, this.source);
    this.batch.push(record);
  }

  /** Waits until the loop has taken what a chunk gave. */
  async taken(): Promise<void> {
    this.refuseIfStopped();
    if (this.batch.length === 0) return;
    this.wakeTaker();
    await new Promise<void>((resolve) => {
      this.wakeMaker = resolve;
    });
    this.refuseIfStopped();
  }

  end(failure: unknown = null): void {
    this.ended = true;
    this.failure = failure;
    this.wakeTaker();
  }

  stop(): void {
    this.stopped = true;
    this.wakeMaker();
  }

  /** The next connections; null after the last. */
  async take(): Promise<Connection[] | null> {
    this.wakeMaker();
    while (this.batch.length === 0) {
      if (this.failure !== null) throw this.failure;
      if (this.ended) return null;
      await new Promise<void>((resolve) => {
        this.wakeTaker = resolve;
      });
    }
    const batch = this.batch;
    this.batch = [];
    return batch;
  }

  private refuseIfStopped(): void {
    if (this.stopped) throw new Stopped('the loop over the analysis was left before the end of the capture');
  }
}
