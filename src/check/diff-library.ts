import type { Connection } from '../record.ts';
import type { Thresholds } from '../track/thresholds.ts';
import type { Change } from './diff.ts';
import type { CaptureDiff } from './diff-captures.ts';

/** What may be set for a comparison. */
export interface DiffOptions {
  /** Only connections for which this is true: a function, or a CEL expression as `--where` takes it. */
  where?: string | ((connection: Connection) => boolean);
  /** What counts as worse, as `--fail-on` takes it: 'failures,handshake=20%', 'all'. */
  failOn?: string;
  /** From where on something is a problem. */
  thresholds?: Partial<Thresholds>;
  /** Called with one line for everything the user should know: a cut file, an unknown link type. */
  onWarning?: (message: string) => void;
}

/**
 * Compares two captures, as `sockscope diff` does.
 *
 * ```ts
 * const { failing, all } = await diff('before.pcap', 'after.pcap', { failOn: 'failures,handshake=20%' });
 * console.log(failing.length, all.handshake.p95.verdict);
 * ```
 *
 * @param before paths of captures; several are read as one in time order
 * @returns what changed, by server; `failing` are the changes that `failOn` names
 * @throws InputError or CaptureFormatError for what cannot be read, WhereError and CheckInputError for wrong options
 */
export async function diff(
  before: string | string[],
  after: string | string[],
  options: DiffOptions = {},
): Promise<CaptureDiff & { failing: Change[] }> {
  const { where, failOn, ...rest } = options;
  const [{ parseFailOn }, { diffCaptures, failingChanges }] = await Promise.all([
    import('./diff-aspects.ts'),
    import('./diff-captures.ts'),
  ]);
  const aspects = failOn === undefined ? new Map() : parseFailOn(failOn);
  const matches = typeof where === 'string' ? (await import('../report/where.ts')).compileWhere(where) : where;
  const filter = matches === undefined ? {} : { where: matches };
  const found = await diffCaptures([before].flat(), [after].flat(), { ...rest, ...filter });
  return { ...found, failing: failingChanges(found, aspects) };
}
