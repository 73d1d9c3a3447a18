import { Environment } from '@marcbachmann/cel-js';
import type { Connection } from '../record.ts';
import { RECORD_TYPES } from './where-types.ts';

/** An expression that cannot be used: one line that says what, where and what would do. */
export class WhereError extends Error {
  override name = 'WhereError';
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

/** Knows every field of a record, so that a misspelt one is an error at once; for checking only. */
function checker(): Environment {
  const environment = mixNumbers(new Environment());
  // The evaluator compares these already; the checker wants to be told (and takes != from ==).
  environment.registerOperator('double == int: bool', () => true);
  environment.registerOperator('double in list<int>: bool', () => true);
  for (const [name, fields] of Object.entries(RECORD_TYPES)) {
    if (name === 'Connection') continue;
    environment.registerType(name, { ctor: class {}, fields });
    environment.registerOperator(`${name} == null: bool`, () => true);
  }
  for (const [name, type] of Object.entries(RECORD_TYPES.Connection)) environment.registerVariable(name, type);
  return environment;
}

interface CelProblem {
  summary?: string;
  message: string;
  range?: { start: number };
}

function explain(expression: string, problem: CelProblem): WhereError {
  const what = (problem.summary ?? problem.message.split('\n')[0]).replace(/^No such key/, 'No such field');
  const at = problem.range === undefined ? '' : ` at character ${problem.range.start + 1}`;
  const shown = expression.replaceAll(/\s+/g, ' ').trim();
  const hint = /=[^=]|=$/.test(shown.slice(problem.range?.start ?? 0).slice(0, 2)) ? ' (equal is ==)' : '';
  return new WhereError(
    `--where '${shown}': ${what}${at}${hint}; example: 'close.style == "reset" && server.port == 443'`,
  );
}

/**
 * Compiles a CEL expression over a connection record.
 *
 * What a record does not have (a handshake of UDP, the connect time of a refused connection) makes the comparison
 * it stands in unknown, and an expression that is unknown does not match; `false && unknown` is false and
 * `true || unknown` is true, as CEL has it.
 * @throws WhereError for an expression that is malformed, names an unknown field or does not give true or false
 */
export function compileWhere(expression: string): (record: Connection) => boolean {
  const checked = checker().check(expression);
  if (!checked.valid) throw explain(expression, checked.error ?? { message: 'not an expression' });
  if (checked.type !== 'bool' && checked.type !== 'dyn') {
    throw explain(expression, { message: `is a ${checked.type} where true or false is needed` });
  }
  const evaluate = mixNumbers(new Environment({ unlistedVariablesAreDyn: true })).parse(expression);
  return (record) => {
    const { stackTraceLimit } = Error;
    // An unknown is an exception inside the evaluator; its stack is most of its price.
    Error.stackTraceLimit = 0;
    try {
      return evaluate(record) === true;
    } catch {
      return false;
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
}
