import { type AnalyzeOptions, analyzeInto } from '../analyze.ts';
import { inputSize } from '../capture/input.ts';
import { totalOf, WholeProgress } from '../capture/whole-progress.ts';
import type { CaptureVerdict, CheckReport, Rule, RuleVerdict } from './verdict.ts';

/** What may be set for the analysis under a check. */
export type JudgeCapturesOptions = Pick<AnalyzeOptions, 'thresholds' | 'mostConnections' | 'onProgress'>;

/** Errors that say that an input is not to be read; all others are ours. */
const UNREADABLE = new Set(['InputError', 'CaptureFormatError']);

/**
 * Holds rules against captures, one after the other. One that cannot be read stops nothing.
 * @param captures each a file, or several that are read as one
 */
export async function* judgeCaptures(
  captures: string[][],
  rules: readonly Rule[],
  options: JudgeCapturesOptions = {},
): AsyncGenerator<CaptureVerdict> {
  const { onProgress, ...rest } = options;
  const sizes = onProgress === undefined ? [] : captures.map((files) => totalOf(files.map(inputSize)));
  const progress = new WholeProgress(sizes, onProgress);
  for (const files of captures) {
    yield await judgeCapture(
      files,
      rules.filter((rule) => rule.isFor(files)),
      { ...rest, ...progress.next() },
    );
  }
}

async function judgeCapture(
  files: string[],
  rules: readonly Rule[],
  options: JudgeCapturesOptions,
): Promise<CaptureVerdict> {
  const judges = rules.map((rule) => rule.judge({ files }));
  const warnings: string[] = [];
  const verdict = { capture: files.join(' + '), files, warnings };
  let connections = 0;
  try {
    const { summary } = await analyzeInto(
      files,
      {
        ended(connection) {
          connections++;
          for (const judge of judges) judge.see(connection);
        },
      },
      {
        ...options,
        calls: rules.some(({ calls }) => calls),
        summarize: false,
        onWarning: (message) => warnings.push(message),
      },
    );
    const verdicts = await Promise.all(judges.map((judge) => judge.verdict()));
    return { ...verdict, error: null, packets: summary.packets, connections, rules: verdicts };
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return { ...verdict, error: error.message, packets: 0, connections: 0, rules: [] };
  }
}

function isUnreadable(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return UNREADABLE.has(error.name) || /^E[A-Z]+$/.test((error as NodeJS.ErrnoException).code ?? '');
}

/** Gathers the verdicts on captures into a report. */
export class ReportBuilder {
  readonly #captures: CaptureVerdict[] = [];
  readonly #rules: readonly Rule[];
  readonly #applied = new Set<string>();

  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
  }

  add(verdict: CaptureVerdict): void {
    this.#captures.push(verdict);
    for (const rule of this.#rules) if (rule.isFor(verdict.files)) this.#applied.add(rule.name);
  }

  finish(): CheckReport {
    const captures = this.#captures;
    const unapplied = this.#rules.filter(({ name }) => !this.#applied.has(name)).map(forNoCapture);
    const verdicts = [...captures.flatMap(({ rules }) => rules), ...unapplied];
    const count = (holds: (verdict: RuleVerdict) => boolean) => verdicts.filter(holds).length;
    const summary = {
      captures: captures.length,
      unreadable: captures.filter(({ error }) => error !== null).length,
      unruled: captures.filter(({ error, rules }) => error === null && rules.length === 0).length,
      connections: captures.reduce((sum, { connections }) => sum + connections, 0),
      passed: count(({ outcome }) => outcome === 'passed'),
      failed: count(({ outcome, severity }) => outcome === 'failed' && severity === 'error'),
      warnings: count(({ outcome, severity }) => outcome === 'failed' && severity === 'warning'),
      skipped: count(({ outcome }) => outcome === 'skipped'),
    };
    const outcome = summary.unreadable > 0 ? 'unable' : summary.failed > 0 ? 'failed' : 'passed';
    return { schema: 1, outcome, summary, captures, unapplied };
  }
}

/** A rule that was for none of the captures looked at nothing. */
function forNoCapture({ name, description, severity, captures, allowNone }: Rule): RuleVerdict {
  return {
    rule: name,
    description,
    severity,
    outcome: allowNone ? 'skipped' : 'failed',
    message: `no capture is called ${captures?.join(' or ')}${allowNone ? '' : ' (allow-none lets that pass)'}`,
    connections: 0,
    failed: 0,
    failures: [],
    values: [],
  };
}
