import type { EndedConnection } from '../analyze.ts';
import { expectedText, nothingSeen, type RuleTexts } from './connection-judge.ts';
import type { ConnectionExpression, OverallExpression } from './expression.ts';
import type { Judge, Rule, RuleVerdict } from './verdict.ts';

/**
 * Holds an expectation against all chosen connections together. Of each it keeps the members that the expression
 * names until the capture has ended, so its memory grows with their number: about 100 bytes for one number.
 */
export class OverallJudge implements Judge {
  readonly #rule: Rule;
  readonly #where: ConnectionExpression | null;
  readonly #expect: OverallExpression;
  readonly #kept: { firstFrame: number; members: unknown }[] = [];
  readonly #texts: RuleTexts;

  constructor(rule: Rule, where: ConnectionExpression | null, expect: OverallExpression, texts: RuleTexts) {
    this.#rule = rule;
    this.#where = where;
    this.#expect = expect;
    this.#texts = texts;
  }

  see(connection: EndedConnection): void {
    const record = connection.view();
    if (this.#where !== null && !this.#where.holds(record)) return;
    this.#kept.push({ firstFrame: connection.firstFrame, members: this.#expect.keep(record) });
  }

  verdict(): RuleVerdict {
    const { name, description, severity } = this.#rule;
    const looked = this.#kept.length;
    const base = { rule: name, description, severity, connections: looked, failed: null, failures: [] };
    if (looked === 0) return { ...base, ...nothingSeen(this.#rule, this.#texts), values: [] };
    const kept = this.#kept.sort((a, b) => a.firstFrame - b.firstFrame).map(({ members }) => members);
    const { holds, because } = this.#expect.explain(kept);
    const broken = `broken${expectedText(this.#rule, this.#texts)}`;
    return {
      ...base,
      outcome: holds === true ? 'passed' : 'failed',
      message: holds === true ? 'holds' : because === null ? broken : `${broken}; not known, because: ${because}`,
      values: this.#expect.values(kept),
    };
  }
}
