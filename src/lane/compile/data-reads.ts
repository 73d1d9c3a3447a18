import type { CallExpression } from 'acorn';
import { argumentsOf } from './calls.ts';
import type { Code } from './code.ts';
import { conditionOf } from './expressions.ts';
import { elementOf } from './places.ts';
import { refuse } from './refusal.ts';
import type { Writer } from './writer.ts';

const READS: Record<string, string> = {
  getInt8: 'i8',
  getUint8: 'u8',
  getInt16: 'i16',
  getUint16: 'u16',
  getInt32: 'i32',
  getUint32: 'u32',
};

/** The code of a read through a DataView, whose default is big-endian. @param array whose bytes it shows */
export function dataRead(writer: Writer, array: string, method: string, node: CallExpression): Code {
  if (!Object.hasOwn(READS, method)) refuse(node, `${method} of a DataView`);
  const type = READS[method];
  const isByte = type.endsWith('8');
  const [index, endianness] = argumentsOf(node, 1, isByte ? 1 : 2);
  const { pointer, offset } = elementOf(writer, array, index);
  const loaded = `load<${type}>(${pointer}, ${offset})`;
  const isLittle = endianness === undefined ? 'false' : conditionOf(writer, endianness);
  const value = isByte || isLittle === 'true' ? loaded : swapped(type, loaded, isLittle);
  const bits = `i32(${value})`;
  return type === 'u32' ? { text: `f64(${value})`, type: 'f64', bits } : { text: bits, type: 'i32' };
}

function swapped(type: string, loaded: string, isLittle: string): string {
  return isLittle === 'false' ? `bswap<${type}>(${loaded})` : `inOrder<${type}>(${loaded}, ${isLittle})`;
}
