import type { RuleDefinition } from './rule-definition.ts';
import type { CaptureVerdict, CheckReport } from './verdict.ts';

/** What may be set for a check. */
export interface CheckOptions {
  /** A rule that finds nothing to look at does not fail, unless it says so itself. */
  allowNone?: boolean;
  /** Warnings fail as well. */
  strict?: boolean;
  /** Connections told of each broken rule (default 5); the others are counted. */
  limit?: number;
  /** All captures are read as one, in time order, instead of each on its own. */
  together?: boolean;
  /** Called with each verdict as it comes. */
  onVerdict?: (verdict: CaptureVerdict) => void;
}

/**
 * Holds rules against captures.
 *
 * ```ts
 * const report = await check('fixtures', ['no-resets', { name: 'fast', expect: 'handshake.connectTime < 0.05' }]);
 * for (const { capture, rules } of report.captures) console.log(capture, rules.map(({ outcome }) => outcome));
 * ```
 *
 * @param inputs paths of captures, of folders (searched for captures), '-' for standard input
 * @param rules the path of a rule file, or rules as they stand in one
 * @returns what was found. A capture that cannot be read makes the outcome 'unable' and stops nothing
 * @throws RulesError for rules that cannot be used: a line for each thing that is wrong; InputError for a folder
 * without captures
 */
export async function check(
  inputs: string | string[],
  rules: string | readonly RuleDefinition[],
  options: CheckOptions = {},
): Promise<CheckReport> {
  const [{ findCaptures }, { judgeCaptures, ReportBuilder }, { RuleSet }] = await Promise.all([
    import('../capture/find-captures.ts'),
    import('./judge-captures.ts'),
    import('./rules.ts'),
  ]);
  const { allowNone = false, strict = false, limit = 5, together = false } = options;
  const set = new RuleSet({ allowNone, strict, limit });
  if (typeof rules === 'string') (await import('./rule-file.ts')).addRuleFile(set, rules);
  else for (const [i, rule] of rules.entries()) set.add(rule, ['rules', i], 'library');
  if (rules.length === 0) set.problems.push({ path: ['rules'], message: 'there is no rule to hold' });
  set.throwProblems();

  const { captures } = findCaptures(typeof inputs === 'string' ? [inputs] : inputs);
  const report = new ReportBuilder(set.rules);
  for await (const verdict of judgeCaptures(together ? [captures] : captures.map((file) => [file]), set.rules)) {
    report.add(verdict);
    options.onVerdict?.(verdict);
  }
  return report.finish();
}
