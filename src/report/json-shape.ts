import { fragment, type JsonBytes } from './json-bytes.ts';

/** Writes one value of type T as JSON. */
export type WriteJson<T> = (json: JsonBytes, value: T) => void;

const NULL = fragment('null');
const TRUE = fragment('true');
const FALSE = fragment('false');

export const number: WriteJson<number> = (json, value) => json.number(value);
export const string: WriteJson<string> = (json, value) => json.string(value);
export const boolean: WriteJson<boolean> = (json, value) => json.raw(value ? TRUE : FALSE);

export function nullable<T>(write: WriteJson<T>): WriteJson<T | null> {
  return (json, value) => {
    if (value === null) json.raw(NULL);
    else write(json, value);
  };
}

export function array<T>(write: WriteJson<T>): WriteJson<T[]> {
  return (json, values) => {
    json.byte(0x5b);
    for (let i = 0; i < values.length; i++) {
      if (i > 0) json.byte(0x2c);
      write(json, values[i]);
    }
    json.byte(0x5d);
  };
}

/**
 * An object with exactly these members; the compiler sees to it that none of T is forgotten.
 *
 * The writer is one straight line of code made from the member names, as fast-json-stringify makes its own: a loop
 * over the members looks each one up by name at run time and takes a third longer.
 */
export function object<T extends object>(members: { [K in keyof T]-?: WriteJson<T[K]> }): WriteJson<T> {
  const names = Object.keys(members);
  const leads = names.map((name, i) => fragment(`${i === 0 ? '{' : ','}${JSON.stringify(name)}:`));
  const parameters = names.flatMap((_, i) => [`lead${i}`, `write${i}`]);
  const lines = names.map((name, i) => `json.raw(lead${i}); write${i}(json, value[${JSON.stringify(name)}]);`);
  const make = new Function(...parameters, `return (json, value) => { ${lines.join(' ')} json.byte(0x7d); };`);
  return make(...Object.values<WriteJson<never>>(members).flatMap((write, i) => [leads[i], write]));
}
