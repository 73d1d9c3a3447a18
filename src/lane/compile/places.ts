import type { AnyNode, Expression, MemberExpression } from 'acorn';
import { asF64, asI32, type Code } from './code.ts';
import { codeOf } from './expressions.ts';
import { refuse } from './refusal.ts';
import type { ElementType } from './settings.ts';
import { typeOf } from './types.ts';
import type { Writer } from './writer.ts';

/** A place in memory: what `load` and `store` are given. */
export interface Place {
  readonly type: ElementType | 'bool';
  /** Computed, and not negative. */
  readonly pointer: string;
  /** Known beforehand, and added for nothing. */
  readonly offset: number;
  /** May the pointer be written twice? */
  readonly isSimple: boolean;
}

const SHIFT: Record<ElementType, number> = { u8: 0, i32: 2, f64: 3 };
const MOST_OFFSET = 0xffff_ffff;

/** The place of a field or an element. */
export function placeOf(writer: Writer, node: MemberExpression): Place {
  const { program } = writer;
  if (node.optional) refuse(node, 'an optional access');
  if (!node.computed) {
    const meaning = program.meaningOf(node);
    if (meaning?.is !== 'field') return refuse(node, 'no field of a known object');
    const { type, at } = meaning.field;
    return { type: type === 'f64' || type === 'bool' ? type : 'i32', pointer: '0', offset: at, isSimple: true };
  }
  const meaning = program.meaningOf(node.object);
  if (meaning?.is !== 'array') return refuse(node, 'an array that is not in the settings');
  if (node.property.type === 'PrivateIdentifier') return refuse(node, 'a private name');
  return elementOf(writer, meaning.array, node.property);
}

/** The place of an element of an array. */
export function elementOf(writer: Writer, array: string, index: Expression): Place {
  const { at, type } = writer.program.settings.arrays[array];
  const sum = sumOf(writer, index);
  const shift = SHIFT[type];
  const isConstant = sum.added.length + sum.taken.length === 0;
  // An offset has no sign, and what it is added to must have none either: where something is taken away, all stays together.
  const isWhole = !isConstant && (sum.constant < 0 || sum.taken.length > 0);
  const offset = at + (isWhole ? 0 : sum.constant * 2 ** shift);
  if (offset < 0 || offset > MOST_OFFSET) return refuse(index, 'an index that is out of memory');
  if (isConstant) return { type, pointer: '0', offset, isSimple: true };
  const added = [...sum.added, ...(isWhole && sum.constant > 0 ? [String(sum.constant)] : [])].join(' + ') || '0';
  const taken = [...sum.taken, ...(sum.constant < 0 ? [String(-sum.constant)] : [])].map((term) => ` - ${term}`);
  const isSingle = sum.added.length === 1 && added === sum.added[0] && taken.length === 0;
  const whole = isSingle ? added : `(${added}${taken.join('')})`;
  return {
    type,
    pointer: shift === 0 ? whole : `(${whole} << ${shift})`,
    offset,
    isSimple: /^[\w$]+$/.test(whole),
  };
}

interface Sum {
  added: string[];
  taken: string[];
  constant: number;
}

/** An index as a sum, its constants put together. */
function sumOf(writer: Writer, index: Expression): Sum {
  const sum: Sum = { added: [], taken: [], constant: 0 };
  const add = (node: AnyNode, sign: 1 | -1): void => {
    const worth = writer.program.worthOf(node);
    if (typeof worth === 'number') {
      if (!Number.isInteger(worth)) refuse(node, 'an index that is not whole');
      sum.constant += sign * worth;
      return;
    }
    const isSum = node.type === 'BinaryExpression' && (node.operator === '+' || node.operator === '-');
    if (isSum && typeOf(writer.program, node) === 'i32') {
      add(node.left, sign);
      add(node.right, node.operator === '+' ? sign : sign === 1 ? -1 : 1);
      return;
    }
    (sign === 1 ? sum.added : sum.taken).push(asI32(codeOf(writer, node)));
  };
  add(index, 1);
  return sum;
}

export function load({ type, pointer, offset }: Place): Code {
  switch (type) {
    case 'u8':
      return { text: `i32(load<u8>(${pointer}, ${offset}))`, type: 'i32' };
    case 'bool':
      return { text: `(load<i32>(${pointer}, ${offset}) != 0)`, type };
    default:
      return { text: `load<${type}>(${pointer}, ${offset})`, type };
  }
}

export function store({ type, pointer, offset }: Place, value: Code): string {
  if (type === 'f64') return `store<f64>(${pointer}, ${asF64(value)}, ${offset})`;
  return `store<${type === 'bool' ? 'i32' : type}>(${pointer}, ${asI32(value)}, ${offset})`;
}
