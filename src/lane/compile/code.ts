import type { AnyNode } from 'acorn';
import type { Type } from './meanings.ts';
import { refuse } from './refusal.ts';
import { typeOfValue } from './types.ts';

/** An expression in AssemblyScript. */
export interface Code {
  readonly text: string;
  readonly type: Type;
  /** The same as a 32-bit pattern, where there is a better way to it than through floating point. */
  readonly bits?: string;
  /** Its value, where it is constant. */
  readonly worth?: number | boolean;
}

export function constant(worth: number | boolean): Code {
  const type = typeOfValue(worth);
  const text = type === 'f64' ? floatText(Number(worth)) : integerText(worth);
  return { text, type, worth };
}

function integerText(worth: number | boolean): string {
  return typeof worth === 'number' && worth < 0 ? `(${worth})` : String(worth);
}

function floatText(worth: number): string {
  const sign = Object.is(worth, -0) ? '-' : '';
  const text = /^-?\d+$/.test(String(worth)) ? `${sign}${worth}.0` : String(worth);
  return text.startsWith('-') ? `(${text})` : text;
}

/**
 * As a 32-bit pattern, as JavaScript's bit operators and Int32Arrays take it: modulo 2^32, also where it has no sign.
 * Right for what is less than 2^63.
 */
export function asI32({ text, type, bits, worth }: Code): string {
  if (worth !== undefined) return integerText(Number(worth) | 0);
  if (bits !== undefined) return bits;
  if (type === 'i32') return text;
  return type === 'f64' ? `i32(i64(${text}))` : `i32(${text})`;
}

export function asF64({ text, type, worth }: Code): string {
  if (worth !== undefined) return floatText(Number(worth));
  if (type === 'f64') return text;
  return type === 'i32' ? `f64(${text})` : `f64(i32(${text}))`;
}

/** As what decides an `if`. @param node for the refusal */
export function asCondition({ text, type, worth }: Code, node: AnyNode): string {
  if (typeof worth === 'number') return String(Boolean(worth));
  if (type === 'f64') return refuse(node, 'a floating-point number as a condition');
  return type === 'i32' ? `(${text} != 0)` : text;
}

/** As what a variable of a type holds. */
export function as(code: Code, type: Type): string {
  if (type === 'i32') return asI32(code);
  return type === 'f64' ? asF64(code) : code.text;
}

/** What a variable has. */
export function read(name: string, type: Type): Code {
  return { text: name, type };
}

/** Truth values and what has no value at all. */
export function isTruth({ type }: Code): boolean {
  return type === 'bool' || type === 'none';
}
