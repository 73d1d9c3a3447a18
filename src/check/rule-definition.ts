import type { ReadyRuleName } from './ready-rules.ts';
import type { RuleSeverity } from './verdict.ts';

/** What every rule may have. */
interface CommonDefinition {
  /** What reports call it; each rule needs a name of its own. */
  name?: string;
  description?: string;
  /** Which connections it is about: a CEL expression over the record. */
  where?: string;
  /** 'error' (default) fails the check; a 'warning' is shown. */
  severity?: RuleSeverity;
  /** No connection to look at is a failure, unless this is true. */
  allowNone?: boolean;
  /** Captures that it is for, by patterns such as `close/*.pcap`; default: all. */
  captures?: string | string[];
}

/** An expectation in CEL: over each connection, or over all of them where it mentions `connections`. */
export interface ExpressionRuleDefinition extends CommonDefinition {
  name: string;
  expect: string;
}

/** A ready rule, with its limit. */
export interface ReadyRuleDefinition extends CommonDefinition {
  use: ReadyRuleName;
  limit?: number;
}

/** A rule, as a member of `rules` in a rule file. A text is a ready rule: 'no-resets', 'handshake-under:0.05'. */
export type RuleDefinition =
  | ReadyRuleName
  | `${ReadyRuleName}:${number}`
  | ReadyRuleDefinition
  | ExpressionRuleDefinition;
