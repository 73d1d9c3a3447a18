/** Something wrong in a set of rules. */
export interface RulesProblem {
  /** Where it is: member names and indices from the top; of a rule file, the position is found from it. */
  path: (string | number)[];
  /** It is about the last name of the path, not about the value under it. */
  isName?: boolean;
  /** Character in the text of the value, from 0. */
  at?: number | null;
  message: string;
}

/** Rules that cannot be used: a line for each thing that is wrong, with where it is and what would do. */
export class RulesError extends Error {
  override name = 'RulesError';
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.lines = lines;
  }
}
