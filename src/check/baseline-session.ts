import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { describeError } from '../capture/input-error.ts';
import type { Connection } from '../record.ts';
import { counted } from '../report/units.ts';
import { type Baseline, BaselineBuilder, type SeenBaseline } from './baseline.ts';
import { type BaselineDifference, compareBaseline } from './baseline-compare.ts';
import { baselineText, readBaseline, writeBaseline } from './baseline-file.ts';
import { CheckInputError } from './check-input-error.ts';
import type { FieldOptions } from './field-choice.ts';

/** What came of it: accepted, nothing to compare with, or compared (and the same where there is no difference). */
export type BaselineOutcome =
  | { kind: 'accepted'; message: string }
  | { kind: 'missing' }
  | { kind: 'compared'; differences: BaselineDifference[] };

/** Connections on one side, a baseline file on the other. */
export class BaselineSession {
  readonly file: string;
  connections = 0;
  readonly #update: boolean;
  readonly #accepted: Baseline | null;
  readonly #builder: BaselineBuilder;

  /**
   * @param fields what is asked for now; a baseline keeps what it was made with, and takes more only when it is made anew
   * @param update accept what is there
   * @throws CheckInputError for a file that is no baseline, one that was made with other fields, or no fields at all
   */
  constructor(file: string, fields: FieldOptions, update: boolean) {
    this.file = file;
    this.#update = update;
    this.#accepted = readBaseline(file);
    if (this.#accepted !== null && !update) refuseOtherFields(file, this.#accepted.options, fields);
    this.#builder = new BaselineBuilder(mergeFields(this.#accepted?.options ?? {}, fields));
  }

  add(connection: Connection): void {
    this.connections++;
    this.#builder.add(connection);
  }

  finish(): BaselineOutcome {
    const seen = this.#builder.finish();
    if (this.#update) return { kind: 'accepted', message: this.#accept(seen) };
    if (this.#accepted === null) return { kind: 'missing' };
    return { kind: 'compared', differences: compareBaseline(this.#accepted, seen) };
  }

  /** @returns what was done */
  #accept(seen: SeenBaseline): string {
    const accepted = this.#accepted;
    if (accepted !== null && isSame(accepted, seen)) return `${this.file} stays as it is`;
    try {
      makeFolder(dirname(this.file));
      writeBaseline(this.file, seen);
    } catch (error) {
      throw new CheckInputError(`${this.file} cannot be written: ${describeError(error).message}`);
    }
    const verb = accepted === null ? 'written' : 'updated';
    return `${this.file} ${verb}: ${counted(this.connections, 'connection')} accepted`;
  }
}

/** With those above it. Node's own `recursive` does not return where nothing can be made (/proc, Node 20). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

/** What is within its tolerance stays as it was accepted, so that the file changes only where something has. */
function isSame(accepted: Baseline, seen: SeenBaseline): boolean {
  const optionsOf = ({ options }: Baseline) => baselineText({ options, servers: new Map() });
  return optionsOf(accepted) === optionsOf(seen) && compareBaseline(accepted, seen).length === 0;
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
    throw new CheckInputError(`${file} was made without ${others[0]}: --update rewrites it with this option`);
}
