import { analyze } from '../index.ts';
import type { Connection } from '../record.ts';
import { count } from '../report/units.ts';
import { type Shown, shownText } from './matcher-message.ts';
import type { Value } from './verdict.ts';

/** What a matcher may be given: connections, or where they come from. */
export type Connections = Connection | readonly Connection[] | string | AsyncIterable<Connection>;

/** What a test runner (jest, vitest) lets a matcher know. Each has its own types for it, so little is asked of them. */
export interface MatcherContext {
  readonly isNot?: boolean;
  readonly utils?: object;
  readonly snapshotState?: object;
}

/** Colours and form as of the runner's own messages. */
interface Utils {
  matcherHint?: (name: string, received: string, expected: string, options: object) => string;
}

/** Does the runner update its snapshots (`-u`)? */
export function updatesSnapshots({ snapshotState }: MatcherContext): boolean {
  return (snapshotState as { _updateSnapshot?: string } | undefined)?._updateSnapshot === 'all';
}

export interface MatcherResult {
  pass: boolean;
  message: () => string;
}

/** Of connections that are at hand at once, of a capture that has to be read when it is. */
export type Matched = MatcherResult | Promise<MatcherResult>;

/** Looks at connections one by one, and then says what it thinks of them. */
export interface Examiner {
  see(connection: Connection): void;
  result(): MatcherResult;
}

export function examine(actual: Connections, makeExaminer: () => Examiner): Matched {
  if (typeof actual === 'string') return examineAll(analyze(actual, { order: 'capture' }), makeExaminer);
  if (isAsyncIterable(actual)) return examineAll(actual, makeExaminer);
  const examiner = makeExaminer();
  for (const connection of Array.isArray(actual) ? actual : [actual]) {
    if (!isConnection(connection)) {
      throw new TypeError(
        'expected a connection record, an array of them, an analysis or the path of a capture; the last two with await',
      );
    }
    examiner.see(connection);
  }
  return examiner.result();
}

/** What goes wrong before the first connection is a rejection, as what goes wrong after it. */
async function examineAll(
  connections: AsyncIterable<Connection>,
  makeExaminer: () => Examiner,
): Promise<MatcherResult> {
  const examiner = makeExaminer();
  for await (const connection of connections) examiner.see(connection);
  return examiner.result();
}

function isAsyncIterable(value: object): value is AsyncIterable<Connection> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function isConnection(value: unknown): value is Connection {
  return typeof value === 'object' && value !== null && 'fromClient' in value && 'protocol' in value;
}

/** A condition on each connection. With `.not` it must hold for none of them, not just not for all. */
export interface Condition {
  name: string;
  /** What was given to the matcher, as it is written. */
  argument: string;
  /** 'close gracefully': follows 'expected … to'. */
  to: string;
  holds(connection: Connection): boolean;
  values(connection: Connection): Value[];
}

class EachExaminer implements Examiner {
  readonly #context: MatcherContext;
  readonly #condition: Condition;
  readonly #wrong: Connection[] = [];
  #seen = 0;

  constructor(context: MatcherContext, condition: Condition) {
    this.#context = context;
    this.#condition = condition;
  }

  see(connection: Connection): void {
    this.#seen++;
    const isNot = this.#context.isNot === true;
    if (this.#condition.holds(connection) === isNot) this.#wrong.push(connection);
  }

  result(): MatcherResult {
    const { name, argument, to } = this.#condition;
    const isNot = this.#context.isNot === true;
    if (this.#seen === 0) throw nothingSeen(name);
    const isRight = this.#wrong.length === 0;
    const message = () => {
      const wrong = this.#wrong.length;
      const which =
        this.#seen === 1 ? 'the connection' : `${isNot ? 'none' : 'each'} of ${count(this.#seen)} connections`;
      const many = this.#seen === 1 ? '' : `; ${count(wrong)} ${wrong === 1 ? 'does' : 'do'}${isNot ? '' : ' not'}`;
      const negated = isNot && this.#seen === 1 ? 'not ' : '';
      const shown = this.#wrong.map((connection) => ({ connection, values: this.#condition.values(connection) }));
      return messageOf(this.#context, name, argument, `expected ${which} ${negated}to ${to}${many}`, shown);
    };
    return { pass: isRight !== isNot, message };
  }
}

export function nothingSeen(name: string): Error {
  return new Error(`${name}: there is no connection to look at`);
}

export function messageOf(
  context: MatcherContext,
  name: string,
  argument: string,
  what: string,
  shown: Shown[],
): string {
  const options = { isNot: context.isNot === true };
  const hint = (context.utils as Utils | undefined)?.matcherHint?.(name, 'connections', argument, options) ?? name;
  return `${hint}\n\n${what}\n\n${shownText(shown)}`.trimEnd();
}

export function each(context: MatcherContext, actual: Connections, condition: Condition): Matched {
  return examine(actual, () => new EachExaminer(context, condition));
}
