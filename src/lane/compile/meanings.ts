import type { Settings } from './settings.ts';

/** Types of values, each a part of the next; 'none' is what nothing is known of yet. */
export type Type = 'none' | 'bool' | 'i32' | 'f64';

const ORDER: Type[] = ['none', 'bool', 'i32', 'f64'];

/** The least type that holds the values of both. */
export function join(a: Type, b: Type): Type {
  return ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b;
}

/** Something that holds a number: a local, a parameter, a field, a result. Its type grows until it holds all that is put in. */
export interface Slot {
  /** In the AssemblyScript text. */
  readonly name: string;
  type: Type;
}

export interface Field extends Slot {
  /** Byte where it stands. */
  readonly at: number;
}

/** What a name or a path of names stands for. */
export type Meaning =
  | { is: 'number'; slot: Slot }
  | { is: 'constant'; value: number | boolean }
  | { is: 'array'; array: string }
  | { is: 'data'; array: string }
  | { is: 'object'; object: string }
  | { is: 'field'; field: Field }
  | { is: 'function'; name: string }
  /** An object that only leads to arrays and other objects. */
  | { is: 'container' };

/** What the settings say of a name. */
export function namedMeaning({ arrays, dataViews, objects, containers }: Settings, name: string): Meaning | null {
  if (Object.hasOwn(arrays, name)) return { is: 'array', array: name };
  if (Object.hasOwn(dataViews, name)) return { is: 'data', array: dataViews[name] };
  if (objects.names.includes(name)) return { is: 'object', object: name };
  return containers.includes(name) ? { is: 'container' } : null;
}

/** The same for a variable: the bundler numbers those that would hide another of the same name (`view2`). */
export function variableMeaning(settings: Settings, name: string): Meaning | null {
  return namedMeaning(settings, name) ?? namedMeaning(settings, name.replace(/\d+$/, ''));
}

export function isSame(a: Meaning, b: Meaning): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Is it a number, or a thing that has no place in compiled code? */
export function isNumber(meaning: Meaning): boolean {
  return meaning.is === 'number' || meaning.is === 'constant' || meaning.is === 'field';
}
