import { type CheckOptions, check, type RuleDefinition, type RuleVerdict } from '../../src/index.ts';
import { fixturePath } from '../fixtures/fixture-files.ts';

/** What one rule says of fixtures that are read as one capture. */
export async function verdictOn(
  names: string[],
  rule: RuleDefinition,
  options: CheckOptions = {},
): Promise<RuleVerdict> {
  const { captures } = await check(names.map(fixturePath), [rule], { together: true, ...options });
  return captures[0].rules[0];
}
