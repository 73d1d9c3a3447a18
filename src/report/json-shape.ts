import { type Fragment, fragment, type JsonBytes } from './json-bytes.ts';

/** Writes one value of type T as JSON. */
export type WriteJson<T> = (json: JsonBytes, value: T) => void;

const NULL = fragment('null');
const TRUE = fragment('true');
const FALSE = fragment('false');
const EMPTY = fragment('[]');

export const number: WriteJson<number> = (json, value) => json.number(value);
/** A number that is rarely zero. */
export const count: WriteJson<number> = (json, value) => json.number(value);
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
    if (values.length === 0) {
      json.raw(EMPTY);
      return;
    }
    json.byte(0x5b);
    for (let i = 0; i < values.length; i++) {
      json.reserve(1);
      if (i > 0) json.byte(0x2c);
      write(json, values[i]);
    }
    json.byte(0x5d);
  };
}

/** What a number or a literal takes at most. */
const WIDEST_VALUE = 32;

/** Writes no more than that; strings, lists and objects see to their own room. */
function isShort(write: WriteJson<never>): boolean {
  return [number, count, boolean].includes(write as WriteJson<unknown>);
}

/** So many counters in a row that are mostly zero are worth looking at together. */
const ZERO_RUN_AT_LEAST = 4;

/**
 * An object with exactly these members; the compiler sees to it that none of T is forgotten.
 *
 * The writer is one straight line of code made from the member names, as fast-json-stringify makes its own: a loop
 * over the members looks each one up by name at run time and takes a third longer. A run of counters that are all
 * zero, as those of retransmissions and the like mostly are, is written as one ready-made piece.
 */
export function object<T extends object>(members: { [K in keyof T]-?: WriteJson<T[K]> }): WriteJson<T> {
  const names = Object.keys(members);
  const writers = Object.values<WriteJson<never>>(members);
  const leads = names.map((name, i) => `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`);
  const constants: (Fragment | WriteJson<never>)[] = [];
  const parameters: string[] = [];
  const constant = (value: Fragment | WriteJson<never>): string => {
    constants.push(value);
    return parameters[parameters.push(`c${parameters.length}`) - 1];
  };
  const memberOf = (i: number) => `value[${JSON.stringify(names[i])}]`;
  const writeMember = (i: number) =>
    `json.raw(${constant(fragment(leads[i]))}); ${constant(writers[i])}(json, ${memberOf(i)});`;
  /** Room for the members from here up to one whose length is not known, which asks for its own. */
  const reserve = (from: number): string => {
    let room = 0;
    for (let i = from; i < names.length; i++) {
      room += leads[i].length + WIDEST_VALUE;
      if (!isShort(writers[i])) break;
    }
    return `json.reserve(${room});`;
  };

  const lines: string[] = [];
  for (let i = 0; i < names.length; ) {
    if (i === 0 || !isShort(writers[i - 1])) lines.push(reserve(i));
    let end = i;
    while (end < names.length && writers[end] === (number as WriteJson<never>)) end++;
    if (end - i < ZERO_RUN_AT_LEAST) {
      lines.push(writeMember(i++));
      continue;
    }
    const run = Array.from({ length: end - i }, (_, k) => i + k);
    const areZero = run.map((k) => `${memberOf(k)} === 0`).join(' && ');
    const zeros = constant(fragment(run.map((k) => `${leads[k]}0`).join('')));
    lines.push(`if (${areZero}) json.raw(${zeros}); else { ${run.map(writeMember).join(' ')} }`);
    i = end;
  }
  const make = new Function(...parameters, `return (json, value) => { ${lines.join('\n')} json.byte(0x7d); };`);
  return make(...constants);
}
