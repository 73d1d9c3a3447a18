import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { EndedConnection } from '../analyze.ts';
import { counted } from '../report/units.ts';
import { type Baseline, BaselineBuilder, type SeenBaseline } from './baseline.ts';
import { type BaselineDifference, compareBaseline } from './baseline-compare.ts';
import { baselineText, readBaseline, writeBaseline } from './baseline-file.ts';
import { differenceDetails, differenceTitle } from './baseline-text.ts';
import { CheckInputError } from './check-input-error.ts';
import { waysToLook } from './failure.ts';
import { chooseFields, type FieldOptions } from './field-choice.ts';
import { BASELINE_RULE, type Failure, type Judge, type Rule, type RuleVerdict, type Value } from './verdict.ts';

export interface BaselineRuleOptions {
  /** The file of one capture; or a folder, which ends in '/' or exists, with a file for each capture. */
  baseline: string;
  /** Accept what is there. */
  update: boolean;
  /** What was asked for now; a baseline keeps what it was made with. */
  fields: FieldOptions;
  /** Differences that are told. */
  limit: number;
}

/** Holds a capture against what was accepted of it, or accepts it. */
export class BaselineRule implements Rule {
  readonly name = BASELINE_RULE;
  readonly description = null;
  readonly severity = 'error';
  readonly captures = null;
  readonly allowNone = true;
  readonly #options: BaselineRuleOptions;

  /** @throws CheckInputError for fields that do not exist */
  constructor(options: BaselineRuleOptions) {
    this.#options = options;
    chooseFields(options.fields);
  }

  isFor(): boolean {
    return true;
  }

  /** @throws CheckInputError for a file that is no baseline, or one that was made with other fields */
  judge({ files }: { files: string[] }): Judge {
    return new BaselineJudge(this, files, this.#options);
  }
}

class BaselineJudge implements Judge {
  readonly #rule: Rule;
  readonly #files: string[];
  readonly #file: string;
  readonly #limit: number;
  readonly #update: boolean;
  readonly #accepted: Baseline | null;
  readonly #builder: BaselineBuilder;
  #connections = 0;

  constructor(rule: Rule, files: string[], { baseline, update, fields, limit }: BaselineRuleOptions) {
    this.#rule = rule;
    this.#files = files;
    this.#limit = limit;
    this.#update = update;
    this.#file = baselineFile(baseline, files);
    this.#accepted = readBaseline(this.#file);
    if (this.#accepted !== null && !update) refuseOtherFields(this.#file, this.#accepted.options, fields);
    this.#builder = new BaselineBuilder(mergeFields(this.#accepted?.options ?? {}, fields));
  }

  see(connection: EndedConnection): void {
    this.#connections++;
    this.#builder.add(connection.record());
  }

  verdict(): RuleVerdict {
    const { name, description, severity } = this.#rule;
    const base = { rule: name, description, severity, connections: this.#connections, failures: [], values: [] };
    const seen = this.#builder.finish();
    if (this.#update) {
      const message = this.#accept(seen);
      return { ...base, outcome: 'passed', message, failed: 0 };
    }
    if (this.#accepted === null) {
      const message = `no baseline ${this.#file}: --update accepts what is there`;
      return { ...base, outcome: 'failed', message, failed: null };
    }
    const differences = compareBaseline(this.#accepted, seen);
    if (differences.length === 0) {
      return { ...base, outcome: 'passed', message: `as accepted in ${this.#file}`, failed: 0 };
    }
    const failures = differences.flatMap((difference) => failureOf(difference, this.#files));
    return {
      ...base,
      outcome: 'failed',
      message: `${counted(differences.length, 'difference')} from ${this.#file}: --update accepts them`,
      failed: failures.length,
      failures: failures.slice(0, this.#limit),
      values: differences
        .filter(({ example }) => example === null)
        .slice(0, this.#limit)
        .flatMap(missingValues),
    };
  }

  /** @returns what was done */
  #accept(seen: SeenBaseline): string {
    const accepted = this.#accepted;
    if (accepted !== null && isSame(accepted, seen)) return `${this.#file} stays as it is`;
    mkdirSync(dirname(this.#file), { recursive: true });
    writeBaseline(this.#file, seen);
    return `${this.#file} ${accepted === null ? 'written' : 'updated'}: ${counted(this.#connections, 'connection')} accepted`;
  }
}

/** What is within its tolerance stays as it was accepted, so that the file changes only where something has. */
function isSame(accepted: Baseline, seen: SeenBaseline): boolean {
  const optionsOf = ({ options }: Baseline) => baselineText({ options, servers: new Map() });
  return optionsOf(accepted) === optionsOf(seen) && compareBaseline(accepted, seen).length === 0;
}

function failureOf(difference: BaselineDifference, files: string[]): Failure[] {
  const { example } = difference;
  if (example === null) return [];
  const { stream, protocol, client, server, frames } = example;
  const details = [differenceTitle(difference), ...differenceDetails(difference)];
  return [{ stream, protocol, client, server, frames, values: [], details, ...waysToLook(example, files) }];
}

/** What is missing has no stream to show: it was in the baseline. */
function missingValues({ server, connections, fields }: BaselineDifference): Value[] {
  const values = fields.map(({ field, was }) => ({ expression: `… ${field}`, value: was }));
  return [{ expression: `${server}: connections missing`, value: connections }, ...values];
}

/** In a folder each capture has its own file, at its own path. */
function baselineFile(baseline: string, files: string[]): string {
  const isFolder = baseline.endsWith('/') || baseline.endsWith(sep) || (existsSync(baseline) && isDirectory(baseline));
  if (!isFolder) return baseline;
  const inside = files.map((file) =>
    relative(process.cwd(), resolve(file))
      .split(sep)
      .filter((part) => part !== '..'),
  );
  return join(baseline, `${inside.map((parts) => parts.join('/')).join('+')}.json`);
}

function isDirectory(path: string): boolean {
  return statSync(path).isDirectory();
}

function mergeFields(stored: FieldOptions, given: FieldOptions): FieldOptions {
  const { keep = [], ignore = [], tolerance = {} } = given;
  return {
    keep: [...(stored.keep ?? []), ...keep].filter((field) => !ignore.includes(field)),
    ignore: [...(stored.ignore ?? []), ...ignore].filter((field) => !keep.includes(field) && !(field in tolerance)),
    tolerance: { ...stored.tolerance, ...tolerance },
  };
}

function refuseOtherFields(file: string, stored: FieldOptions, given: FieldOptions): void {
  const { keep = [], ignore = [], tolerance = {} } = given;
  const others = [
    ...keep.filter((field) => !stored.keep?.includes(field)).map((field) => `--keep ${field}`),
    ...ignore.filter((field) => !stored.ignore?.includes(field)).map((field) => `--ignore ${field}`),
    ...Object.entries(tolerance)
      .filter(([field, text]) => stored.tolerance?.[field] !== text)
      .map(([field, text]) => `--tolerance ${field}=${text}`),
  ];
  if (others.length > 0)
    throw new CheckInputError(`${file} was made without ${others[0]}: --update makes it anew with it`);
}
