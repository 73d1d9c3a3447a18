import type { EndedConnection } from '../analyze.ts';
import type { Endpoint, Protocol } from '../record.ts';

/** The name of the rule that a baseline is. */
export const BASELINE_RULE = 'baseline';

/** An error fails the check; a warning is shown, and fails it only where warnings are to. */
export type RuleSeverity = 'error' | 'warning';

/** What an expression (or a part of one) came to. */
export interface Value {
  expression: string;
  value: unknown;
}

/** A connection for which a rule does not hold, with what to look at. */
export interface Failure {
  stream: number;
  protocol: Protocol;
  client: Endpoint;
  server: Endpoint;
  /** Those that the rule's fields speak of, else the connection's first and last. */
  frames: number[];
  /** What the expression read. */
  values: Value[];
  /** What more there is to say, one line each. */
  details: string[];
  /** Wireshark's display filter for it. */
  filter: string;
  /** The command that tells its story. */
  explain: string;
}

/** What a rule says of one capture. */
export interface RuleVerdict {
  rule: string;
  description: string | null;
  severity: RuleSeverity;
  /** 'skipped': no connection was chosen, and the rule allows that. */
  outcome: 'passed' | 'failed' | 'skipped';
  /** Why, in one line. */
  message: string;
  /** Connections that the rule looked at. */
  connections: number;
  /** How many of them break it; null for a rule over all of them. */
  failed: number | null;
  /** The first of those, in order of first frames, up to the limit. */
  failures: Failure[];
  /** What an expression over all connections read. */
  values: Value[];
}

/** Everything that was said of one capture. */
export interface CaptureVerdict {
  /** The file; several that were read as one are joined by ' + '. */
  capture: string;
  files: string[];
  /** Why it could not be read; null where it could. */
  error: string | null;
  /** What the user should know of it: a cut file, dropped packets. */
  warnings: string[];
  packets: number;
  connections: number;
  rules: RuleVerdict[];
}

/** Everything that a check found. */
export interface CheckReport {
  schema: 1;
  /** 'unable': a capture could not be read; the others are judged all the same. */
  outcome: 'passed' | 'failed' | 'unable';
  summary: {
    captures: number;
    /** Captures that could not be read. */
    unreadable: number;
    /** Captures that no rule is for. */
    unruled: number;
    connections: number;
    /** Verdicts by what they say; `failed` are those that fail the check. */
    passed: number;
    failed: number;
    warnings: number;
    skipped: number;
  };
  captures: CaptureVerdict[];
  /** Rules that were for none of the captures. */
  unapplied: RuleVerdict[];
}

/** Looks at each connection of one capture and then says whether its rule holds. */
export interface Judge {
  /** The connection is valid only during the call. */
  see(connection: EndedConnection): void;
  verdict(): RuleVerdict | Promise<RuleVerdict>;
}

/** Something that holds of a capture or does not. */
export interface Rule {
  readonly name: string;
  readonly description: string | null;
  readonly severity: RuleSeverity;
  /** Patterns of the captures that it is for; null: all. */
  readonly captures: readonly string[] | null;
  isFor(files: string[]): boolean;
  /** Nothing to look at is no failure. */
  readonly allowNone: boolean;
  /** It needs records with the socket calls. */
  readonly calls?: boolean;
  /** One for each capture. */
  judge(capture: { files: string[] }): Judge;
}
