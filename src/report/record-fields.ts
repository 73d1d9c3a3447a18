import { nearest } from './nearest.ts';
import { RECORD_TYPES } from './where-types.ts';

type TypeName = keyof typeof RECORD_TYPES;

/** A field of the record, or of what is in one of its lists. */
interface Field {
  name: string;
  /** As an expression has it: `server.port`, `findings.exists(f, f.code …)`. */
  expression: string;
  depth: number;
  isInList: boolean;
}

const FIELDS: readonly Field[] = [...fieldsOf('Connection', '', 1)];
const NAMES: readonly string[] = [...new Set(FIELDS.map(({ name }) => name))];

/**
 * The fields that may be meant by the path of one that is not there, the likeliest first: `server.port` and
 * `client.port` by `port`, `close.style` by `closes.style`.
 */
export function fieldsLike(path: string): string[] {
  const written = path.split('.');
  const mended = written.length > 1 ? mend('Connection', written) : null;
  if (mended !== null) return [mended];
  const last = written[written.length - 1];
  const called = fieldsCalled(last);
  return called.length > 0 ? called : nearest(last, NAMES).flatMap(fieldsCalled);
}

/** The fields that may be meant by one that what stands before it does not have: `server.prt`, or `f.kode` in a macro. */
export function membersLike(before: string, name: string): string[] {
  const mended = mend('Connection', [...before.split('.'), name]);
  if (mended !== null) return [mended];
  const isField = FIELDS.some(({ expression }) => expression === before);
  return isField
    ? fieldsCalled(name)
    : nearest(name, NAMES).map((each) => `${before === '' ? '' : `${before}.`}${each}`);
}

function* fieldsOf(type: TypeName, before: string, depth: number, isInList = false): Generator<Field> {
  for (const [name, inner] of Object.entries<string>(RECORD_TYPES[type])) {
    const path = `${before}${name}`;
    yield { name, expression: isInList ? `${path} …)` : path, depth, isInList };
    if (inner in RECORD_TYPES) yield* fieldsOf(inner as TypeName, `${path}.`, depth + 1, isInList);
    const [, item] = /^list<(\w+)>$/.exec(inner) ?? [];
    if (item !== undefined && item in RECORD_TYPES && !isInList) {
      yield* fieldsOf(item as TypeName, `${path}.exists(${name[0]}, ${name[0]}.`, depth + 1, true);
    }
  }
}

/** Plain fields before those in lists, near the top first, and of two sides the server: it is asked for more often. */
function fieldsCalled(name: string): string[] {
  const called = FIELDS.filter((field) => field.name.toLowerCase() === name.toLowerCase());
  const rank = ({ isInList, depth, expression }: Field) =>
    (isInList ? 100 : 0) + 2 * depth + (/client/i.test(expression) ? 1 : 0);
  return called.sort((a, b) => rank(a) - rank(b)).map(({ expression }) => expression);
}

/** Each name of a path replaced by the nearest one that is there; null where there is none. */
function mend(type: TypeName, [written, ...rest]: string[]): string | null {
  const types: Record<string, string> = RECORD_TYPES[type];
  const name = written in types ? written : nearest(written, Object.keys(types))[0];
  if (name === undefined) return null;
  if (rest.length === 0) return name;
  const inner = types[name];
  const mended = inner in RECORD_TYPES ? mend(inner as TypeName, rest) : null;
  return mended === null ? null : `${name}.${mended}`;
}
