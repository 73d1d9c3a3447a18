import type { Connection } from '../record.ts';
import { counted } from '../report/units.ts';
import type { BaselineDifference } from './baseline-compare.ts';
import type { BaselineSession } from './baseline-session.ts';
import { differenceDetails, differenceTitle } from './baseline-text.ts';
import { type Examiner, type MatcherContext, type MatcherResult, messageOf, nothingSeen } from './examiner.ts';
import type { Shown } from './matcher-message.ts';

/** Compares with a baseline file, or writes it. */
export class BaselineExaminer implements Examiner {
  readonly #context: MatcherContext;
  readonly #session: BaselineSession;
  /** To find the one that a difference is shown on. */
  readonly #connections: Connection[] = [];

  constructor(context: MatcherContext, session: BaselineSession) {
    this.#context = context;
    this.#session = session;
  }

  see(connection: Connection): void {
    this.#session.add(connection);
    this.#connections.push(connection);
  }

  result(): MatcherResult {
    if (this.#connections.length === 0) throw nothingSeen('toMatchBaseline');
    const { file } = this.#session;
    const outcome = this.#session.finish();
    if (outcome.kind === 'accepted') return this.#result(true, outcome.message);
    if (outcome.kind === 'missing') {
      const how = 'run with -u (jest, vitest), or give { update: true } once, to accept what is there';
      throw new Error(`toMatchBaseline: there is no baseline ${file}: ${how}`);
    }
    const { differences } = outcome;
    if (differences.length === 0) return this.#result(true, `expected other connections than accepted in ${file}`);
    const title = `${counted(differences.length, 'difference')} from ${file}; -u or { update: true } accepts what is there`;
    const lines = differences.flatMap((difference) => [
      differenceTitle(difference),
      ...differenceDetails(difference).map((line) => `  ${line}`),
    ]);
    return this.#result(false, [title, '', ...lines].join('\n'), this.#example(differences));
  }

  #result(pass: boolean, what: string, shown: Shown[] = []): MatcherResult {
    const argument = `'${this.#session.file}'`;
    return { pass, message: () => messageOf(this.#context, 'toMatchBaseline', argument, what, shown) };
  }

  /** The first connection that differs. */
  #example(differences: readonly BaselineDifference[]): Shown[] {
    const example = differences.find((difference) => difference.example !== null)?.example ?? null;
    const isExample = ({ stream, protocol }: Connection) => stream === example?.stream && protocol === example.protocol;
    return this.#connections.filter(isExample).map((connection) => ({ connection, values: [] }));
  }
}
