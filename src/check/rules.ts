import { globPattern } from './capture-pattern.ts';
import { ConnectionJudge } from './connection-judge.ts';
import {
  type ConnectionExpression,
  ExpressionCompiler,
  ExpressionError,
  type OverallExpression,
} from './expression.ts';
import { OverallJudge } from './overall-judge.ts';
import { DraftReader, oneLine, type RuleDraft, type Spelling } from './rule-draft.ts';
import { RulesError, type RulesProblem } from './rules-error.ts';
import type { Rule } from './verdict.ts';

export interface RuleSetOptions {
  /** What holds for rules that do not say it themselves: no connection to look at is no failure. */
  allowNone: boolean;
  /** Failures of each rule that are told in full. */
  limit: number;
  /** Warnings are errors. */
  strict: boolean;
}

/** Makes rules of what was written, and notes everything that is wrong with it. */
export class RuleSet {
  readonly rules: Rule[] = [];
  readonly problems: RulesProblem[] = [];
  readonly #compiler = new ExpressionCompiler();
  readonly #options: RuleSetOptions;
  readonly #names = new Set<string>();

  constructor(options: RuleSetOptions) {
    this.#options = options;
  }

  /** One rule of a file or of a program. */
  add(written: unknown, path: RulesProblem['path'], spelling: Spelling): void {
    const before = this.problems.length;
    const draft = new DraftReader(spelling, (problem) => this.problems.push(problem)).read(written, path);
    if (draft === null) return;
    const own = draft.where === null ? null : this.#compile(draft.where, [...path, 'where'], 'connection');
    const expect = this.#compile(draft.expect, [...path, 'expect']);
    if (this.#names.has(draft.name)) {
      const at = typeof written === 'object' && written !== null && 'name' in written ? [...path, 'name'] : path;
      this.problems.push({
        path: at,
        message: `a rule called "${draft.name}" is there already: give each a name of its own`,
      });
    }
    this.#names.add(draft.name);
    if (this.problems.length > before || expect === null) return;
    this.rules.push(this.#rule(draft, this.#where(draft, own), expect));
  }

  /** An expectation without anything else, as `--assert` has it. */
  addExpression(text: string, path: RulesProblem['path']): void {
    const expect = this.#compile(text, path);
    const name = oneLine(text);
    if (expect === null || this.#names.has(name)) return;
    this.#names.add(name);
    const nothing = { description: null, where: null, severity: 'error', allowNone: null, captures: null } as const;
    this.rules.push(this.#rule({ ...nothing, name, ready: null, expect: text, expected: name }, null, expect));
  }

  /** @throws RulesError with a line for each problem that is there */
  throwProblems(): void {
    if (this.problems.length === 0) return;
    throw new RulesError(this.problems.map(problemText));
  }

  /** The user's choice within that of a ready rule. */
  #where({ ready, where }: RuleDraft, own: ConnectionExpression | null): ConnectionExpression | null {
    if (ready === null || ready.where === 'true') return own;
    return this.#compiler.connection(where === null ? ready.where : `(${ready.where}) && (${where})`);
  }

  #rule(draft: RuleDraft, where: ConnectionExpression | null, expect: ConnectionExpression | OverallExpression): Rule {
    const { name, description, captures } = draft;
    const { limit, strict } = this.#options;
    const patterns = captures?.map(globPattern) ?? null;
    const texts = { expected: draft.expected, nothing: nothingText(draft) };
    const rule: Rule = {
      name,
      description,
      severity: strict ? 'error' : draft.severity,
      captures,
      calls: expect.calls || where?.calls === true,
      allowNone: draft.allowNone ?? this.#options.allowNone,
      isFor: (files) => patterns === null || files.some((file) => patterns.some((pattern) => pattern.test(file))),
      judge: ({ files }) =>
        expect.kind === 'connection'
          ? new ConnectionJudge(rule, where, expect, { files, limit, texts })
          : new OverallJudge(rule, where, expect, texts),
    };
    return rule;
  }

  #compile(text: string, path: RulesProblem['path'], kind: 'connection'): ConnectionExpression | null;
  #compile(text: string, path: RulesProblem['path']): ConnectionExpression | OverallExpression | null;
  #compile(text: string, path: RulesProblem['path'], kind?: 'connection') {
    try {
      return kind === 'connection' ? this.#compiler.connection(text) : this.#compiler.compile(text);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const subject = error.at === null ? 'it ' : '';
      this.problems.push({ path, at: error.at, message: `${subject}${error.message}${error.hint}` });
      return null;
    }
  }
}

function nothingText({ ready, where }: RuleDraft): string {
  if (where !== null) return `no connection matched ${oneLine(where)}`;
  return ready === null ? 'there is no connection' : 'there is no connection that it is about';
}

/** 'rules[1].expect: No such field: prt at character 3' */
function problemText({ path, message, at }: RulesProblem): string {
  const place = path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('');
  return `${place}: ${message}${at == null ? '' : ` at character ${at + 1}`}`;
}
