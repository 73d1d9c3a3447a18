import { didYouMean } from '../report/nearest.ts';
import { READY_RULES, type ReadyLimit, type ReadyRule, readyRule } from './ready-rules.ts';
import type { RulesProblem } from './rules-error.ts';
import type { RuleSeverity } from './verdict.ts';

/** A rule as it was written, with each member of the right type. */
export interface RuleDraft {
  name: string;
  description: string | null;
  /** The user's own, in addition to that of a ready rule. */
  where: string | null;
  severity: RuleSeverity;
  allowNone: boolean | null;
  captures: string[] | null;
  ready: ReadyRule | null;
  /** CEL. */
  expect: string;
  /** What is expected, for people. */
  expected: string;
}

/** How members of two words are written: in a rule file, or in a program. */
export type Spelling = 'file' | 'library';

type Path = RulesProblem['path'];
type Members = Record<string, unknown>;

const SEVERITIES: readonly RuleSeverity[] = ['error', 'warning'];
const EXAMPLE = 'a rule is the name of a ready rule, or has a name and an expect';

/** Reads one rule; what is wrong with it goes to `report`. */
export class DraftReader {
  readonly #allowNone: string;
  readonly #report: (problem: RulesProblem) => void;

  constructor(spelling: Spelling, report: (problem: RulesProblem) => void) {
    this.#allowNone = spelling === 'file' ? 'allow-none' : 'allowNone';
    this.#report = report;
  }

  /** @returns null where there is too little to go on */
  read(written: unknown, path: Path): RuleDraft | null {
    if (typeof written === 'string') return this.#fromText(written, path);
    if (typeof written !== 'object' || written === null || Array.isArray(written)) {
      this.#report({ path, message: `a rule is not ${kindOf(written)}: ${EXAMPLE}` });
      return null;
    }
    const members = written as Members;
    const names = Object.keys(members);
    // `- handshake-under: 0.05`
    if (names.length === 1 && readyRule(names[0]) !== undefined) {
      const limit = members[names[0]];
      return this.#ready(names[0], limit === null ? {} : { limit }, path, [...path, names[0]]);
    }
    if (names.length === 1 && typeof members[names[0]] === 'number') {
      this.#unknownReady(names[0], { path: [...path, names[0]], isName: true });
      return null;
    }
    return this.#fromMembers(members, path);
  }

  /** 'no-resets', 'handshake-under:0.05' */
  #fromText(text: string, path: Path): RuleDraft | null {
    const [name, limit, ...rest] = text.split(':').map((part) => part.trim());
    if (rest.length > 0) {
      this.#report({ path, message: `"${text}" has two limits; example: handshake-under:0.05` });
      return null;
    }
    return this.#ready(name, limit === undefined ? {} : { limit: numberOr(limit) }, path, path);
  }

  #fromMembers(members: Members, path: Path): RuleDraft | null {
    const known = ['name', 'description', 'where', 'severity', this.#allowNone, 'captures', 'expect', 'use', 'limit'];
    const before = Object.keys(members).filter((name) => !known.includes(name));
    for (const name of before) {
      const problem = { path: [...path, name], isName: true };
      this.#report({
        ...problem,
        message: `unknown member "${name}"${didYouMean(name, known) || `; known are ${known.join(', ')}`}`,
      });
    }
    if (members.use !== undefined) {
      if (typeof members.use !== 'string') {
        this.#report({ path: [...path, 'use'], message: 'use is the name of a ready rule; example: use: no-resets' });
        return null;
      }
      if (members.expect !== undefined) {
        this.#report({
          path: [...path, 'expect'],
          isName: true,
          message: 'a ready rule has its own expect: choose use or expect',
        });
      }
      return this.#ready(members.use, members, path, [...path, 'use']);
    }
    const expect = this.#text(members, 'expect', path);
    const name = this.#text(members, 'name', path);
    if (before.length === 0) {
      if (members.expect === undefined) this.#report({ path, message: `expect is missing: ${EXAMPLE}` });
      else if (members.name === undefined) this.#report({ path, message: `name is missing: ${EXAMPLE}` });
    }
    if (members.limit !== undefined) {
      this.#report({
        path: [...path, 'limit'],
        isName: true,
        message: 'limit belongs to a ready rule: write it in expect',
      });
    }
    const common = this.#common(members, path);
    return expect === null || name === null
      ? null
      : { ...common, name, ready: null, expect, expected: oneLine(expect) };
  }

  #ready(use: string, members: Members, path: Path, usePath: Path): RuleDraft | null {
    const ready = readyRule(use);
    if (ready === undefined) {
      this.#unknownReady(use, { path: usePath });
      return null;
    }
    const limitPath = members.use === undefined ? usePath : [...path, 'limit'];
    const limit = this.#limit(ready, members.limit, members.limit === undefined ? usePath : limitPath);
    const common = this.#common(members, path);
    const name = this.#text(members, 'name', path) ?? (members.limit === undefined ? use : `${use}:${members.limit}`);
    if (limit === undefined) return null;
    return { ...common, name, ready, expect: ready.expect(limit), expected: describe(ready, limit) };
  }

  /** @returns the literal; undefined where it is wrong */
  #limit({ name, limit }: ReadyRule, given: unknown, path: Path): string | null | undefined {
    if (limit === null) {
      if (given === undefined) return null;
      this.#report({ path, message: `${name} has no limit` });
      return undefined;
    }
    const value = given ?? limit.default;
    if (isLimit(limit, value)) return literal(value);
    const what = limit.unit === 'seconds' ? 'a number of seconds' : 'a share of packets from 0 to 1';
    const shown = value === null ? 'is missing' : `is ${JSON.stringify(value)}`;
    this.#report({ path, message: `the limit of ${name} ${shown}: it is ${what}; example: ${name}:${limit.example}` });
    return undefined;
  }

  #common(members: Members, path: Path) {
    return {
      description: this.#text(members, 'description', path),
      where: this.#text(members, 'where', path),
      severity: this.#severity(members, path),
      allowNone: this.#flag(members, this.#allowNone, path),
      captures: this.#patterns(members, path),
    };
  }

  #text(members: Members, name: string, path: Path): string | null {
    const value = members[name];
    if (value === undefined) return null;
    if (name === 'name' && typeof value === 'string' && /\p{Cc}/u.test(value)) {
      this.#report({ path: [...path, name], message: 'name is one line, without control characters' });
      return null;
    }
    if (typeof value === 'string' && value.trim() !== '') return value;
    // `expect: true` is an expression as well, if a dull one.
    if (typeof value === 'boolean' && (name === 'expect' || name === 'where')) return String(value);
    const found = value === '' ? 'empty' : `${kindOf(value)}`;
    this.#report({ path: [...path, name], message: `${name} is a text, not ${found}${quoteHint(value)}` });
    return null;
  }

  #severity({ severity }: Members, path: Path): RuleSeverity {
    const known = SEVERITIES.find((each) => each === severity);
    if (known !== undefined || severity === undefined) return known ?? 'error';
    const hint = typeof severity === 'string' ? didYouMean(severity, SEVERITIES) : '';
    this.#report({
      path: [...path, 'severity'],
      message: `severity is error or warning, not ${JSON.stringify(severity)}${hint}`,
    });
    return 'error';
  }

  #flag(members: Members, name: string, path: Path): boolean | null {
    const value = members[name];
    if (value === undefined || typeof value === 'boolean') return value ?? null;
    this.#report({ path: [...path, name], message: `${name} is true or false, not ${JSON.stringify(value)}` });
    return null;
  }

  #patterns({ captures }: Members, path: Path): string[] | null {
    if (captures === undefined) return null;
    const patterns: unknown[] = Array.isArray(captures) ? captures : [captures];
    if (patterns.length > 0 && patterns.every((each): each is string => typeof each === 'string' && each !== '')) {
      return patterns;
    }
    this.#report({
      path: [...path, 'captures'],
      message: 'captures is a pattern or a list of them; example: close/*.pcap',
    });
    return null;
  }

  #unknownReady(name: string, problem: Pick<RulesProblem, 'path' | 'isName'>): void {
    const names = READY_RULES.map((ready) => ready.name);
    const hint = didYouMean(name, names) || `; there are ${names.join(', ')}`;
    this.#report({ ...problem, message: `no ready rule is called "${name}"${hint}` });
  }
}

function describe({ describe }: ReadyRule, limit: string | null): string {
  return describe.replace('LIMIT', String(Number(limit)));
}

/** Without the line breaks that a text in a file may have. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function isLimit({ unit }: ReadyLimit, value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= (unit === 'share' ? 1 : Number.MAX_VALUE);
}

/** A double in CEL: never an int, never an exponent that it does not know. */
function literal(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function numberOr(text: string): number | string {
  return /^(\d+\.?\d*|\.\d+)(e-?\d+)?$/.test(text) ? Number(text) : text;
}

function kindOf(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`;
}

/** YAML reads `expect: {…}` and `where: 3` as what they look like. */
function quoteHint(value: unknown): string {
  return value === null ? '' : ': put it in quotes';
}
