import { meaning } from '../report/nearest.ts';
import { fieldsLike } from '../report/record-fields.ts';
import { FIELDS, type Field } from './baseline-fields.ts';
import { CheckInputError } from './check-input-error.ts';

/** What a user may say of the fields that a baseline compares. A name may be a field or one that holds fields. */
export interface FieldOptions {
  /** Compared as well, though they differ from run to run: `close.finToAck`. */
  keep?: readonly string[];
  /** Not compared. */
  ignore?: readonly string[];
  /** Compared, but may be so far off: `{ 'handshake.connectTime': '50%', duration: '20ms' }`. */
  tolerance?: Readonly<Record<string, string>>;
}

/** How far a number may be from what was accepted. */
export type Tolerance = (was: number, is: number) => boolean;

/** The fields that are compared under some options. */
export interface FieldChoice {
  /** In the order of the record. */
  fields: Field[];
  /** By path, for those that may be off. */
  tolerances: Map<string, Tolerance>;
}

/** @throws CheckInputError for a field that does not exist or a tolerance that is none */
export function chooseFields({ keep = [], ignore = [], tolerance = {} }: FieldOptions): FieldChoice {
  for (const name of [...keep, ...ignore, ...Object.keys(tolerance)]) {
    if (!FIELDS.some(({ path }) => isIn(path, name))) throw unknownField(name);
  }
  const tolerances = Object.entries(tolerance).map(([name, text]) => ({ name, allows: parseTolerance(name, text) }));
  const choice: FieldChoice = { fields: [], tolerances: new Map() };
  for (const field of FIELDS) {
    // Part of what connections are paired by, or not: no field to compare.
    if (isIn(field.path, 'server')) continue;
    const named = (name: string) => isIn(field.path, name);
    const tolerant = tolerances.find(({ name }) => named(name));
    if (tolerant !== undefined) choice.tolerances.set(field.path, tolerant.allows);
    else if (!(field.compared || keep.some(named)) || ignore.some(named)) continue;
    choice.fields.push(field);
  }
  return choice;
}

/** 'close.finToAck.client' is in 'close.finToAck'. */
function isIn(path: string, name: string): boolean {
  return path === name || path.startsWith(`${name}.`);
}

function unknownField(name: string): CheckInputError {
  const like = fieldsLike(name).filter((field) => FIELDS.some(({ path }) => isIn(path, field)));
  const hint = meaning(like) || '; example: handshake.connectTime';
  return new CheckInputError(`${name}: no field of a connection record that can be compared${hint}`);
}

const UNITS: Record<string, number> = { '': 1, s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, ns: 1e-9 };

/** '50%' of what was accepted, or a distance: '3', '20ms', '0.5s'. */
export function parseTolerance(name: string, text: string): Tolerance {
  const [, digits, unit] = /^(\d+\.?\d*|\.\d+)(%|s|ms|us|µs|ns|)$/.exec(text) ?? [];
  if (digits === undefined) {
    throw new CheckInputError(`${name}=${text}: not a tolerance; examples: ${name}=10%, ${name}=5ms, ${name}=100`);
  }
  const value = Number(digits);
  // A hair more, so that 10 % of 0.1 allows 0.11 whatever binary makes of it.
  const within = (distance: number, limit: number) => distance <= limit * (1 + 1e-9);
  if (unit === '%') return (was, is) => within(Math.abs(is - was), (Math.abs(was) * value) / 100);
  return (was, is) => within(Math.abs(is - was), value * UNITS[unit]);
}
