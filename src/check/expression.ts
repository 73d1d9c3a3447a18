import type { Environment, ParseResult } from '@marcbachmann/cel-js';
import type { Connection } from '../record.ts';
import {
  checkCondition,
  connectionChecker,
  ExpressionError,
  evaluator,
  recordChecker,
} from '../report/record-expression.ts';
import { condition } from '../report/where.ts';
import { RECORD_TYPES } from '../report/where-types.ts';
import {
  asEach,
  CONNECTIONS,
  fieldsRead,
  memberNames,
  mentionsConnections,
  partsRead,
  readsCalls,
  sourceOf,
} from './expression-reads.ts';
import { registerListFunctions } from './functions.ts';
import type { Value } from './verdict.ts';

/** What an expression came to: null where something that it needs is not known, and then why. */
export interface Outcome {
  holds: boolean | null;
  because: string | null;
}

/** An expression over each connection. */
export interface ConnectionExpression {
  kind: 'connection';
  /** Whether it is true; what is unknown is not. */
  holds(record: Connection): boolean;
  /** The same with the reason; slower. */
  explain(record: Connection): Outcome;
  /** What it read of a record. */
  values(record: Connection): Value[];
  /** Fields of the record that it reads, as paths. */
  reads: readonly string[];
  /** Whether it needs the socket calls, which a record has only where they are asked for. */
  calls: boolean;
}

/** An expression over all chosen connections. */
export interface OverallExpression {
  kind: 'overall';
  /** What has to be kept of a record. */
  keep(record: Connection): unknown;
  calls: boolean;
  explain(kept: unknown[]): Outcome;
  values(kept: unknown[]): Value[];
}

/** Compiles expressions; holds what is needed for checking their types, which takes longer than an expression. */
export class ExpressionCompiler {
  readonly #connection: Environment = registerListFunctions(connectionChecker(), 'checker');
  readonly #overall: Environment = registerListFunctions(recordChecker(), 'checker').registerVariable(
    CONNECTIONS,
    'list<Connection>',
  );
  readonly #evaluator: Environment = registerListFunctions(evaluator(), 'evaluator');

  /**
   * An expression over each connection, or over all where it mentions `connections`.
   * @throws ExpressionError
   */
  compile(text: string): ConnectionExpression | OverallExpression {
    const parsed = this.#parse(text);
    if (!mentionsConnections(parsed.ast)) return this.connection(text);
    this.#checkOverall(text);
    const each = asEach(parsed.ast);
    if (each !== null) return this.#each(each.variable, sourceOf(each.condition));
    return this.#over(parsed);
  }

  /**
   * An expression over each connection.
   * @throws ExpressionError
   */
  connection(text: string): ConnectionExpression {
    checkCondition(this.#connection, text);
    const parsed = this.#parse(text);
    const parts = partsRead(parsed.ast);
    return {
      kind: 'connection',
      holds: condition(parsed),
      explain: (record) => outcome(() => parsed(record)),
      values: (record) => this.#values(parts, record),
      reads: fieldsRead(parsed.ast),
      calls: readsCalls(parsed.ast),
    };
  }

  /** `connections.all(c, …)` is a condition on each of them: none has to be kept. */
  #each(variable: string, condition_: string): ConnectionExpression {
    const parsed = this.#parse(condition_);
    const parts = partsRead(parsed.ast);
    // CEL reads own members of plain objects alone, and a view is none.
    const keep = keeper(memberNames(parsed.ast));
    const own = (record: Connection) => ({ [variable]: keep(record) });
    const holds = condition(parsed as (context: unknown) => unknown as never);
    return {
      kind: 'connection',
      holds: (record) => holds(own(record) as never),
      explain: (record) => outcome(() => parsed(own(record))),
      values: (record) => this.#values(parts, own(record)),
      reads: fieldsRead(parsed.ast).map((field) => field.slice(variable.length + 1)),
      calls: readsCalls(parsed.ast),
    };
  }

  #over(parsed: ParseResult): OverallExpression {
    const parts = partsRead(parsed.ast);
    return {
      kind: 'overall',
      calls: readsCalls(parsed.ast),
      keep: keeper(memberNames(parsed.ast)),
      explain: (kept) => outcome(() => parsed({ [CONNECTIONS]: kept })),
      values: (kept) => this.#values(parts, { [CONNECTIONS]: kept }),
    };
  }

  /** Fields of something that is null are all told by that. */
  #values(parts: readonly string[], context: object): Value[] {
    const values = parts.map((part) => this.#value(part, context));
    return [...new Map(values.map((value) => [value.expression, value])).values()];
  }

  #value(part: string, context: object): Value {
    if (/^[\w.]+$/.test(part)) return fieldValue(part, context);
    try {
      return { expression: part, value: plain(this.#evaluator.parse(part)(context)) };
    } catch {
      return { expression: part, value: null };
    }
  }

  #checkOverall(text: string): void {
    try {
      checkCondition(this.#overall, text);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const [, field] = /^Unknown variable: (\w+)$/.exec(error.message) ?? [];
      if (field === undefined || !(field in RECORD_TYPES.Connection)) throw error;
      throw new ExpressionError(error.message, error.at, ` (of each: connections.all(c, c.${field} …))`);
    }
  }

  #parse(text: string): ParseResult {
    try {
      return this.#evaluator.parse(text);
    } catch (error) {
      // Says what and where, in the words of the checker.
      checkCondition(this.#connection, text);
      throw error;
    }
  }
}

function outcome(evaluate: () => unknown): Outcome {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return { holds: evaluate() === true, because: null };
  } catch (error) {
    const { summary, message } = error as { summary?: string; message: string };
    return { holds: null, because: (summary ?? message).replace(/^No such key: /, 'there is no ') };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** A field by its path; of something that is null, that it is null says more. */
function fieldValue(path: string, context: object): Value {
  const names = path.split('.');
  let value: unknown = context;
  for (let i = 0; i < names.length; i++) {
    value = (value as Record<string, unknown>)[names[i]] ?? null;
    if (value === null) return { expression: names.slice(0, i + 1).join('.'), value };
  }
  return { expression: path, value };
}

const RECORD_NAMES = Object.keys(RECORD_TYPES.Connection) as (keyof Connection)[];

/** What stays of a record when its view goes on: all of it where no names are given. */
function keeper(names: ReadonlySet<string> | null): (record: Connection) => unknown {
  if (names !== null) return (record) => picked(record, names);
  return (record) => Object.fromEntries(RECORD_NAMES.map((name) => [name, record[name]]));
}

/** The members with these names, at every depth: what an expression that names no others can tell from the whole. */
function picked(value: unknown, names: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => picked(item, names));
  if (typeof value !== 'object' || value === null) return value;
  const kept: Record<string, unknown> = {};
  const members = value as Record<string, unknown>;
  for (const name of names) if (name in members) kept[name] = picked(members[name], names);
  return kept;
}

/** Integers of CEL are bigints, which JSON does not know. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  return value;
}

export { ExpressionError };
