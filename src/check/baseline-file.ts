import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { describeError } from '../capture/input-error.ts';
import { BASELINE, type Baseline, type BaselineEntry, type Fields } from './baseline.ts';
import { CheckInputError } from './check-input-error.ts';
import { chooseFields, type FieldOptions } from './field-choice.ts';

/** The text of a baseline file: the same connections give the same bytes, a change of one field is a change of a line. */
export function baselineText({ options, servers }: Baseline): string {
  const { keep = [], ignore = [], tolerance = {} } = options;
  const document = {
    baseline: BASELINE,
    ...(keep.length > 0 ? { keep: sorted(keep) } : {}),
    ...(ignore.length > 0 ? { ignore: sorted(ignore) } : {}),
    ...(Object.keys(tolerance).length > 0
      ? { tolerance: Object.fromEntries(sorted(Object.keys(tolerance)).map((field) => [field, tolerance[field]])) }
      : {}),
    servers: Object.fromEntries([...servers].map(([name, entries]) => [name, entries.map(entryText)])),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

function entryText({ turn, connections, fields }: BaselineEntry): object {
  return { ...(turn === undefined ? {} : { turn }), connections, ...fields };
}

export function writeBaseline(file: string, baseline: Baseline): void {
  writeFileSync(file, baselineText(baseline));
}

/**
 * @returns null where the file does not exist
 * @throws CheckInputError for a file that is no baseline
 */
export function readBaseline(file: string): Baseline | null {
  const status = statSync(file, { throwIfNoEntry: false });
  if (status === undefined) return null;
  // A device may never end.
  if (!status.isFile()) throw new CheckInputError(`${file}: not a baseline: not a regular file`);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CheckInputError(`${file} cannot be read: ${describeError(error).message}`);
  }
  try {
    return parseBaseline(JSON.parse(text));
  } catch (error) {
    const message = error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error);
    throw new CheckInputError(`${file}: not a baseline: ${message}; --update writes a new one`);
  }
}

function parseBaseline(document: unknown): Baseline {
  if (!isObject(document) || !('baseline' in document)) throw new Error('"baseline" is missing');
  const { baseline, keep, ignore, tolerance, servers, ...others } = document;
  if (baseline !== BASELINE) throw new Error(`version ${JSON.stringify(baseline)}, this sockscope knows ${BASELINE}`);
  const [other] = Object.keys(others);
  if (other !== undefined) throw new Error(`"${other}" is not known`);
  const options: FieldOptions = {
    ...(keep === undefined ? {} : { keep: strings('keep', keep) }),
    ...(ignore === undefined ? {} : { ignore: strings('ignore', ignore) }),
    ...(tolerance === undefined ? {} : { tolerance: tolerances(tolerance) }),
  };
  chooseFields(options);
  if (!isObject(servers)) throw new Error('"servers" is not an object');
  return {
    options,
    servers: new Map(Object.entries(servers).map(([name, entries]) => [name, parseEntries(name, entries)])),
  };
}

function parseEntries(server: string, entries: unknown): BaselineEntry[] {
  if (!Array.isArray(entries)) throw new Error(`"${server}" is not a list`);
  return entries.map((entry: unknown, i) => {
    const what = `entry ${i + 1} of "${server}"`;
    if (!isObject(entry)) throw new Error(`${what} is not an object`);
    const { turn, connections, ...fields } = entry;
    if (!isCount(connections)) throw new Error(`${what}: "connections" is not a number from 1 on`);
    if (turn !== undefined && !isCount(turn)) throw new Error(`${what}: "turn" is not a number from 1 on`);
    return { ...(turn === undefined ? {} : { turn }), connections, fields: fields as Fields };
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0;
}

function strings(name: string, value: unknown): string[] {
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw new Error(`"${name}" is not a list of fields`);
}

function tolerances(value: unknown): Record<string, string> {
  if (isObject(value) && Object.values(value).every((each) => typeof each === 'string')) {
    return value as Record<string, string>;
  }
  throw new Error('"tolerance" is not an object of field: tolerance');
}
