import type { Where } from '../analyze.ts';
import type { Connection } from '../record.ts';
import { checkCondition, connectionChecker, ExpressionError, evaluator } from './record-expression.ts';

/** An expression that cannot be used: one line that says what, where and what would do. */
export class WhereError extends Error {
  override name = 'WhereError';
}

/**
 * Compiles a CEL expression over a connection record.
 *
 * What a record does not have (a handshake of UDP, the connect time of a refused connection) makes the comparison
 * it stands in unknown, and an expression that is unknown does not match; `false && unknown` is false and
 * `true || unknown` is true, as CEL has it.
 * @throws WhereError for an expression that is malformed, names an unknown field or does not give true or false
 */
export function compileWhere(expression: string): Where {
  try {
    checkCondition(connectionChecker(), expression);
  } catch (error) {
    if (error instanceof ExpressionError) throw explained(expression, error);
    throw error;
  }
  return Object.assign(condition(evaluator().parse(expression)), { keepsNothing: true });
}

/** Of an expression that was checked: whether it is true. What is unknown is not. */
export function condition(evaluate: (record: Connection) => unknown): (record: Connection) => boolean {
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

function explained(expression: string, error: ExpressionError): WhereError {
  const shown = expression.replaceAll(/\s+/g, ' ').trim();
  return new WhereError(
    `--where '${shown}': ${error.located()}; example: 'close.style == "reset" && server.port == 443'`,
  );
}
