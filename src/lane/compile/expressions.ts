import type { AnyNode, BinaryExpression, LogicalExpression, UnaryExpression, UpdateExpression } from 'acorn';
import { callCode } from './call-code.ts';
import { as, asCondition, asF64, asI32, type Code, constant, isTruth, read } from './code.ts';
import { assignVariable } from './effects.ts';
import { load, placeOf } from './places.ts';
import { refuse } from './refusal.ts';
import { BITWISE, COMPARISON, typeOf, typeOfBinary } from './types.ts';
import type { Writer } from './writer.ts';

/** The code of an expression that is read. */
export function codeOf(writer: Writer, node: AnyNode): Code {
  const { program } = writer;
  const worth = program.worthOf(node);
  if (worth !== null) return constant(worth);
  switch (node.type) {
    case 'Identifier': {
      const meaning = program.meaningOf(node);
      return read(meaning?.is === 'number' ? meaning.slot.name : '', typeOf(program, node));
    }
    case 'MemberExpression':
      if (!node.computed) typeOf(program, node);
      return load(placeOf(writer, node));
    case 'UnaryExpression':
      return unary(writer, node);
    case 'BinaryExpression':
      return binary(writer, node);
    case 'LogicalExpression':
      return logical(writer, node);
    case 'ConditionalExpression': {
      const type = typeOf(program, node);
      const [yes, no] = [node.consequent, node.alternate].map((branch) => as(codeOf(writer, branch), type));
      return { text: `(${conditionOf(writer, node.test)} ? ${yes} : ${no})`, type };
    }
    case 'AssignmentExpression': {
      const meaning = program.meaningOf(node.left);
      if (meaning?.is !== 'number') return refuse(node, 'the value of an assignment to memory');
      return { text: `(${assignVariable(writer, node, meaning.slot)})`, type: meaning.slot.type };
    }
    case 'UpdateExpression':
      return update(writer, node);
    case 'CallExpression':
      return callCode(writer, node);
    default:
      return refuse(node, 'an expression of this kind');
  }
}

/** The code of what decides an `if`, a loop or a choice: there numbers other than 0 are true. */
export function conditionOf(writer: Writer, node: AnyNode): string {
  if (node.type === 'LogicalExpression' && node.operator !== '??') {
    return `(${conditionOf(writer, node.left)} ${node.operator} ${conditionOf(writer, node.right)})`;
  }
  return asCondition(codeOf(writer, node), node);
}

function unary(writer: Writer, node: UnaryExpression): Code {
  if (node.operator === '!') return { text: `!${conditionOf(writer, node.argument)}`, type: 'bool' };
  const type = typeOf(writer.program, node);
  const argument = codeOf(writer, node.argument);
  if (node.operator === '~') return { text: `(~${asI32(argument)})`, type };
  return { text: `(-${as(argument, type)})`, type };
}

function binary(writer: Writer, node: BinaryExpression): Code {
  return operation(writer, node.operator, codeOf(writer, node.left), node.right, node);
}

/** The code of `left operator right`. */
export function operation(writer: Writer, operator: string, left: Code, rightNode: AnyNode, node: AnyNode): Code {
  const right = codeOf(writer, rightNode);
  const type = typeOfBinary(writer.program, operator, left.type, rightNode, node);
  if (operator === '>>>') return shiftDown(asI32(left), asI32(right), type === 'f64');
  if (BITWISE.has(operator)) return { text: `(${asI32(left)} ${operator} ${asI32(right)})`, type };
  if (COMPARISON.has(operator)) return comparison(operator, left, right, node);
  if (operator === '/') return quotient(left, right);
  const settled = type === 'f64' ? 'f64' : 'i32';
  return { text: `(${as(left, settled)} ${operator} ${as(right, settled)})`, type: settled };
}

function shiftDown(value: string, count: string, mayBeLarge: boolean): Code {
  const bits = `i32(u32(${value}) >> u32(${count}))`;
  return mayBeLarge ? { text: `f64(u32(${value}) >> u32(${count}))`, type: 'f64', bits } : { text: bits, type: 'i32' };
}

function comparison(operator: string, left: Code, right: Code, node: AnyNode): Code {
  const isEquality = operator === '===' || operator === '!==';
  if (isEquality && left.type !== right.type && (left.type === 'bool' || right.type === 'bool')) {
    if (!isTruth(left) || !isTruth(right)) refuse(node, 'a truth value compared with a number');
  }
  const convert = left.type === 'f64' || right.type === 'f64' ? asF64 : asI32;
  const sign = isEquality ? operator.slice(0, 2) : operator;
  return { text: `(${convert(left)} ${sign} ${convert(right)})`, type: 'bool' };
}

/** Division is in floating point, but where only its bits are asked for it is that of integers, which is the same and quicker. */
function quotient(left: Code, right: Code): Code {
  const text = `(${asF64(left)} / ${asF64(right)})`;
  if (left.type === 'f64' || right.type === 'f64') return { text, type: 'f64' };
  const isSafe = typeof right.worth === 'number' && right.worth !== 0 && right.worth !== -1;
  const bits = isSafe ? `(${asI32(left)} / ${asI32(right)})` : `divide(${asI32(left)}, ${asI32(right)})`;
  return { text, type: 'f64', bits };
}

function logical(writer: Writer, node: LogicalExpression): Code {
  if (node.operator === '??') return refuse(node, 'operator ??');
  for (const side of [node.left, node.right]) {
    const type = typeOf(writer.program, side);
    if (type !== 'bool' && type !== 'none') refuse(side, `a number as the value of ${node.operator}`);
  }
  return { text: conditionOf(writer, node), type: 'bool' };
}

/** `++` and `--` whose value is used. */
function update(writer: Writer, node: UpdateExpression): Code {
  const { argument, operator, prefix } = node;
  const meaning = writer.program.meaningOf(argument);
  if (meaning?.is === 'number') {
    const { name, type } = meaning.slot;
    return { text: prefix ? `(${operator}${name})` : `(${name}${operator})`, type };
  }
  if (argument.type !== 'MemberExpression')
    return refuse(node, 'something else than a variable, a field or an element');
  const place = placeOf(writer, argument);
  const step = operator === '++' ? 1 : -1;
  if (place.type === 'u8') refuse(node, `the value of ${operator} on a byte`);
  const type = place.type === 'f64' ? 'f64' : 'i32';
  const after = `step<${type}>(usize(${place.pointer}) + ${place.offset}, ${step})`;
  return { text: prefix ? after : `(${after} - ${step})`, type };
}
