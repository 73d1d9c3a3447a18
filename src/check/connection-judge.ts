import type { EndedConnection } from '../analyze.ts';
import { Selection } from '../report/selection.ts';
import { counted } from '../report/units.ts';
import type { ConnectionExpression } from './expression.ts';
import { failureOf } from './failure.ts';
import type { Failure, Judge, Rule, RuleVerdict } from './verdict.ts';

/** What a judge needs to know besides its expressions. */
export interface JudgeOptions {
  files: string[];
  /** Failures that are told in full; the others are counted. */
  limit: number;
}

/** Holds an expectation against each connection that was chosen. Keeps only the failures that it tells. */
export class ConnectionJudge implements Judge {
  readonly #rule: Rule;
  readonly #where: ConnectionExpression | null;
  readonly #expect: ConnectionExpression;
  readonly #failures: Selection<Failure>;
  #looked = 0;

  constructor(rule: Rule, where: ConnectionExpression | null, expect: ConnectionExpression, options: JudgeOptions) {
    this.#rule = rule;
    this.#where = where;
    this.#expect = expect;
    this.#failures = new Selection<Failure>(options.limit, null, (record) => {
      const { because } = expect.explain(record);
      const details = because === null ? [] : [`not known: ${because}`];
      return failureOf(record, options.files, { values: expect.values(record), details, fields: expect.fields });
    });
  }

  see(connection: EndedConnection): void {
    const record = connection.view();
    if (this.#where !== null && !this.#where.holds(record)) return;
    this.#looked++;
    if (!this.#expect.holds(record)) this.#failures.offer(connection);
  }

  verdict(): RuleVerdict {
    const { name, description, severity } = this.#rule;
    const base = { rule: name, description, severity, connections: this.#looked, values: [] };
    if (this.#looked === 0) return { ...base, ...nothingSeen(this.#rule, this.#where), failed: 0, failures: [] };
    const failed = this.#failures.offered;
    return {
      ...base,
      outcome: failed === 0 ? 'passed' : 'failed',
      message:
        failed === 0
          ? `holds for ${counted(this.#looked, 'connection')}`
          : `${failed} of ${counted(this.#looked, 'connection')}: expected ${oneLine(this.#expect.text)}`,
      failed,
      failures: this.#failures.rows(),
    };
  }
}

/** A check that looked at nothing must not pass, unless its rule says that this may be. */
export function nothingSeen(
  { allowNone }: Rule,
  where: ConnectionExpression | null,
): Pick<RuleVerdict, 'outcome' | 'message'> {
  const message = where === null ? 'there is no connection' : `no connection matched ${oneLine(where.text)}`;
  return allowNone
    ? { outcome: 'skipped', message }
    : { outcome: 'failed', message: `${message}; allow-none lets that pass` };
}

export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
