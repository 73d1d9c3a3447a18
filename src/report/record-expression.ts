import { Environment } from '@marcbachmann/cel-js';
import { meaning } from './nearest.ts';
import { fieldsLike, membersLike } from './record-fields.ts';
import { RECORD_TYPES } from './where-types.ts';

/** What is wrong with an expression, in one line, and where in it. */
export class ExpressionError extends Error {
  override name = 'ExpressionError';
  /** Characters from 0; null where that is unknown. */
  readonly at: number | null;
  /** What may be meant, in parentheses; ''. */
  readonly hint: string;

  constructor(message: string, at: number | null = null, hint = '') {
    super(message);
    this.at = at;
    this.hint = hint;
  }

  /** What, where, hint: for an expression that stands alone. */
  located(): string {
    return `${this.message}${this.at === null ? '' : ` at character ${this.at + 1}`}${this.hint}`;
  }
}

const ARITHMETIC: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

/** Numbers of a record are doubles and `1` in an expression is an int: let them meet as a user expects. */
function mixNumbers(environment: Environment): Environment {
  for (const [operator, compute] of Object.entries(ARITHMETIC)) {
    const handler = (a: number | bigint, b: number | bigint) => compute(Number(a), Number(b));
    environment.registerOperator(`double ${operator} int: double`, handler);
    environment.registerOperator(`int ${operator} double: double`, handler);
  }
  return environment;
}

/** Knows the types of a record, so that a misspelt field is an error at once; for checking only, without variables. */
export function recordChecker(): Environment {
  const environment = mixNumbers(new Environment());
  // The evaluator compares these already; the checker wants to be told (and takes != from ==).
  environment.registerOperator('double == int: bool', () => true);
  environment.registerOperator('double in list<int>: bool', () => true);
  for (const [name, fields] of Object.entries(RECORD_TYPES)) {
    environment.registerType(name, { ctor: class {}, fields });
    environment.registerOperator(`${name} == null: bool`, () => true);
  }
  return environment;
}

/** Checks expressions over one record, whose fields are the variables. */
export function connectionChecker(): Environment {
  const environment = recordChecker();
  for (const [name, type] of Object.entries(RECORD_TYPES.Connection)) environment.registerVariable(name, type);
  return environment;
}

/** Evaluates what was checked. */
export function evaluator(): Environment {
  return mixNumbers(new Environment({ unlistedVariablesAreDyn: true }));
}

interface CelProblem {
  summary?: string;
  message: string;
  range?: { start: number };
}

function problemOf(expression: string, problem: CelProblem): ExpressionError {
  const what = (problem.summary ?? problem.message.split('\n')[0]).replace(/^No such key/, 'No such field');
  const at = problem.range?.start ?? null;
  return new ExpressionError(what, at, hintFor(what, expression.slice(0, at ?? 0), expression.slice(at ?? 0)));
}

function hintFor(what: string, before: string, rest: string): string {
  if (/^=(?!=)/.test(rest.trimStart())) return ' (equal is ==)';
  // CEL has types of these names, so they are no unknown variables.
  const [, typeName] = /^no such overload: type\b/.test(what) ? (/^(bytes|type)\b/.exec(rest) ?? []) : [];
  if (typeName !== undefined) return meaning(fieldsLike(typeName).map((field) => `"${field}"`));
  const [, kind, name] = /^(Unknown variable|No such field): (\w+)$/.exec(what) ?? [];
  if (name === undefined) return '';
  const [path] = /^\w+(\.\w+)*/.exec(rest) ?? [name];
  const [, object = ''] = /(\w+(?:\.\w+)*)\.\s*$/.exec(before) ?? [];
  const likely = kind === 'Unknown variable' ? fieldsLike(path) : membersLike(object, name);
  return meaning(likely.map((field) => `"${field}"`));
}

/** @throws ExpressionError for what is malformed, names an unknown field or does not give true or false */
export function checkCondition(environment: Environment, expression: string): void {
  const checked = environment.check(expression);
  if (!checked.valid) throw problemOf(expression, checked.error ?? { message: 'not an expression' });
  if (checked.type !== 'bool' && checked.type !== 'dyn') {
    throw new ExpressionError(`is a ${checked.type} where true or false is needed`);
  }
}
