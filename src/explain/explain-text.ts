import type { Connection, Protocol } from '../record.ts';
import { explanations } from '../report/explanation.ts';
import type { Thresholds } from '../track/thresholds.ts';
import { type Choice, explainInputs } from './explain.ts';
import { FEWEST_STEPS, STEPS_KEPT } from './step-list.ts';

/** Which connections are to be explained, and how. */
export interface ExplainOptions {
  /** Number of the connection. Without it, `problems` or `where`: the only one, or that of the worst problem. */
  stream?: number;
  /** What `stream` counts; default 'tcp'. */
  protocol?: Protocol;
  /** An example of each kind of problem at each server, worst first. */
  problems?: boolean;
  /** Those for which this is true: a function, or a CEL expression as `--where` takes it. */
  where?: string | ((connection: Connection) => boolean);
  /** At most so many connections; default 10. */
  top?: number;
  /** Rows of a ladder at the most, from 8 on; beyond, its middle is folded. Default 40. */
  steps?: number;
  /** Lines are no longer than this, but for less than 60; default 80. */
  width?: number;
  /** Colours as control sequences; default false. */
  color?: boolean;
  /** Nothing but ASCII; default false. */
  ascii?: boolean;
  /** Sequence numbers as on the wire, not counted from each side's first; default false. */
  absolute?: boolean;
  /** Times of day (UTC), not since the connection began; default false. */
  utc?: boolean;
  /** From where on something is a problem. */
  thresholds?: Partial<Thresholds>;
}

/**
 * The ladder diagram and the story of connections, as `sockscope explain` prints them.
 *
 * ```ts
 * console.log(await explain('web.pcap', { stream: 17 }));
 * ```
 *
 * @param inputs paths of captures, '-' for standard input; several are read as one capture in time order
 * @throws InputError for what cannot be read and for a stream that is not there, WhereError for a wrong expression
 */
export async function explain(inputs: string | string[], options: ExplainOptions = {}): Promise<string> {
  const {
    thresholds,
    top = 10,
    steps = STEPS_KEPT,
    width = 80,
    color = false,
    ascii = false,
    absolute = false,
    utc = false,
  } = options;
  const explained = await explainInputs(typeof inputs === 'string' ? [inputs] : inputs, {
    choice: await choiceOf(options),
    top,
    steps: Math.max(FEWEST_STEPS, steps),
    ...(thresholds === undefined ? {} : { thresholds }),
  });
  return [...explanations(explained, { width, color, ascii, absolute, utc })].join('');
}

async function choiceOf({ stream, protocol = 'tcp', problems = false, where }: ExplainOptions): Promise<Choice> {
  const given = [stream !== undefined, problems, where !== undefined].filter((each) => each);
  if (given.length > 1) throw new TypeError('stream, problems and where exclude each other: choose one');
  if (stream !== undefined) return { by: 'stream', stream, protocol };
  if (problems) return { by: 'problems' };
  if (where === undefined) return { by: 'itself' };
  return {
    by: 'where',
    matches: typeof where === 'string' ? (await import('../report/where.ts')).compileWhere(where) : where,
  };
}
