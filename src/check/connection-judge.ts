import type { EndedConnection } from '../analyze.ts';
import { Selection } from '../report/selection.ts';
import { count, counted } from '../report/units.ts';
import type { ConnectionExpression } from './expression.ts';
import { failureOf } from './failure.ts';
import { oneLine } from './rule-draft.ts';
import type { Failure, Judge, Rule, RuleVerdict } from './verdict.ts';

/** What a rule is in words. */
export interface RuleTexts {
  expected: string;
  /** That no connection was there to look at. */
  nothing: string;
}

/** What a judge needs to know besides its expressions. */
interface ConnectionJudgeOptions {
  files: string[];
  texts: RuleTexts;
  /** Failures that are told in full; the others are counted. */
  limit: number;
}

/** Holds an expectation against each connection that was chosen. Keeps only the failures that it tells. */
export class ConnectionJudge implements Judge {
  readonly #rule: Rule;
  readonly #where: ConnectionExpression | null;
  readonly #expect: ConnectionExpression;
  readonly #failures: Selection<Failure>;
  readonly #texts: RuleTexts;
  #looked = 0;

  constructor(
    rule: Rule,
    where: ConnectionExpression | null,
    expect: ConnectionExpression,
    options: ConnectionJudgeOptions,
  ) {
    this.#rule = rule;
    this.#where = where;
    this.#expect = expect;
    this.#texts = options.texts;
    this.#failures = new Selection<Failure>(options.limit, null, (record) => {
      const { because } = expect.explain(record);
      const details = because === null ? [] : [`not known, because: ${because}`];
      return failureOf(record, options.files, { values: expect.values(record), details, reads: expect.reads });
    });
  }

  see(connection: EndedConnection): void {
    const record = connection.view();
    if (this.#where !== null && !this.#where.holds(record)) return;
    this.#looked++;
    if (!this.#expect.holds(record)) this.#failures.offer(connection, record);
  }

  verdict(): RuleVerdict {
    const { name, description, severity } = this.#rule;
    const base = { rule: name, description, severity, connections: this.#looked, values: [] };
    if (this.#looked === 0) return { ...base, ...nothingSeen(this.#rule, this.#texts), failed: 0, failures: [] };
    const failed = this.#failures.offered;
    return {
      ...base,
      outcome: failed === 0 ? 'passed' : 'failed',
      message:
        failed === 0
          ? `holds for ${counted(this.#looked, 'connection')}`
          : `broken by ${count(failed)} of ${counted(this.#looked, 'connection')}${expectedText(this.#rule, this.#texts)}`,
      failed,
      failures: this.#failures.rows(),
    };
  }
}

/** What was expected, where the name of the rule is not that already. */
export function expectedText({ name }: Rule, { expected }: RuleTexts): string {
  return oneLine(name) === expected ? '' : `; expected: ${expected}`;
}

/** A check that looked at nothing must not pass, unless its rule says that this may be. */
export function nothingSeen({ allowNone }: Rule, { nothing }: RuleTexts): Pick<RuleVerdict, 'outcome' | 'message'> {
  return allowNone
    ? { outcome: 'skipped', message: nothing }
    : { outcome: 'failed', message: `${nothing} (allow-none lets that pass)` };
}
