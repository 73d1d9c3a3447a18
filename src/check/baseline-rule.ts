import { existsSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import type { EndedConnection } from '../analyze.ts';
import { counted } from '../report/units.ts';
import type { BaselineDifference } from './baseline-compare.ts';
import { BaselineSession } from './baseline-session.ts';
import { differenceDetails, differenceTitle } from './baseline-text.ts';
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
  readonly #session: BaselineSession;
  readonly #limit: number;

  constructor(rule: Rule, files: string[], { baseline, update, fields, limit }: BaselineRuleOptions) {
    this.#rule = rule;
    this.#files = files;
    this.#limit = limit;
    this.#session = new BaselineSession(baselineFile(baseline, files), fields, update);
  }

  see(connection: EndedConnection): void {
    this.#session.add(connection.record());
  }

  verdict(): RuleVerdict {
    const { name, description, severity } = this.#rule;
    const { file, connections } = this.#session;
    const base = { rule: name, description, severity, connections, failed: 0, failures: [], values: [] };
    const outcome = this.#session.finish();
    if (outcome.kind === 'accepted') return { ...base, outcome: 'passed', message: outcome.message };
    if (outcome.kind === 'missing') {
      return {
        ...base,
        outcome: 'failed',
        message: `no baseline ${file}: --update accepts what is there`,
        failed: null,
      };
    }
    const { differences } = outcome;
    if (differences.length === 0) return { ...base, outcome: 'passed', message: `as accepted in ${file}` };
    const failures = differences.flatMap((difference) => failureOf(difference, this.#files));
    const missing = differences.filter(({ example }) => example === null);
    return {
      ...base,
      outcome: 'failed',
      message: `${counted(differences.length, 'difference')} from ${file}: --update accepts what is there`,
      failed: failures.length,
      failures: failures.slice(0, this.#limit),
      values: missing.slice(0, this.#limit).flatMap(missingValues),
    };
  }
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
