import type { AnyNode, CallExpression } from 'acorn';
import { argumentsOf, callOf } from './calls.ts';
import { join, type Type } from './meanings.ts';
import type { Program } from './program.ts';
import { refuse } from './refusal.ts';

/** Operators whose operands JavaScript takes as 32-bit patterns. */
export const BITWISE = new Set(['&', '|', '^', '<<', '>>', '>>>']);
const ARITHMETIC = new Set(['+', '-', '*', '%']);
export const COMPARISON = new Set(['===', '!==', '<', '<=', '>', '>=']);

/** Type of an expression, as far as those of the variables in it are known. */
export function typeOf(program: Program, node: AnyNode): Type {
  const worth = program.worthOf(node);
  if (worth !== null) return typeOfValue(worth);
  switch (node.type) {
    case 'Identifier':
      return typeOfName(program, node);
    case 'MemberExpression':
      return node.computed ? typeOfElement(program, node.object) : typeOfName(program, node);
    case 'UnaryExpression':
      if (node.operator === '!') return 'bool';
      if (node.operator === '~') return 'i32';
      if (node.operator === '-') return number(typeOf(program, node.argument));
      return refuse(node, `operator ${node.operator}`);
    case 'BinaryExpression':
      return typeOfBinary(program, node.operator, typeOf(program, node.left), node.right, node);
    case 'LogicalExpression':
      return 'bool';
    case 'ConditionalExpression':
      return join(typeOf(program, node.consequent), typeOf(program, node.alternate));
    case 'AssignmentExpression':
    case 'UpdateExpression':
      return typeOf(program, node.type === 'UpdateExpression' ? node.argument : node.left);
    case 'CallExpression':
      return typeOfCall(program, node);
    default:
      return refuse(node, 'an expression of this kind');
  }
}

export function typeOfValue(value: number | boolean): Type {
  if (typeof value === 'boolean') return 'bool';
  return Object.is(value, value | 0) ? 'i32' : 'f64';
}

/** Type of `left operator right`. */
export function typeOfBinary(program: Program, operator: string, left: Type, right: AnyNode, node: AnyNode): Type {
  if (operator === '>>>') return isShiftDown(program, right) ? 'i32' : 'f64';
  if (BITWISE.has(operator)) return 'i32';
  if (COMPARISON.has(operator)) return 'bool';
  if (operator === '/') return 'f64';
  if (ARITHMETIC.has(operator)) return number(join(left, typeOf(program, right)));
  return refuse(node, `operator ${operator}`);
}

/** Does `>>>` by this many bits surely leave room for a sign? */
function isShiftDown(program: Program, count: AnyNode): boolean {
  const worth = program.worthOf(count);
  return typeof worth === 'number' && (worth & 31) !== 0;
}

/** The type of what arithmetic makes of a value. */
function number(type: Type): Type {
  return type === 'bool' ? 'i32' : type;
}

function typeOfName(program: Program, node: AnyNode): Type {
  const meaning = program.meaningOf(node);
  if (meaning?.is === 'number') return meaning.slot.type;
  if (meaning?.is === 'field') return meaning.field.type;
  if (meaning === null) return refuse(node, 'a name that is not known here');
  if (meaning.is === 'container') return refuse(node, 'a value that is no number of a known object');
  return refuse(node, `${meaning.is === 'function' ? 'a function' : 'an object'} as a value`);
}

function typeOfElement(program: Program, array: AnyNode): Type {
  const meaning = program.meaningOf(array);
  if (meaning?.is !== 'array') return refuse(array, 'an array that is not in the settings');
  return program.settings.arrays[meaning.array].type === 'f64' ? 'f64' : 'i32';
}

function typeOfCall(program: Program, node: CallExpression): Type {
  const call = callOf(program, node);
  switch (call.to) {
    case 'routine':
      return call.routine.result?.type ?? refuse(node, 'the value of a function that returns none');
    case 'left out':
      return 'none';
    case 'left-out question':
      return 'bool';
    case 'Math':
      return typeOfMath(program, call.method, node);
    case 'data':
      return call.method === 'getUint32' ? 'f64' : 'i32';
    case 'array':
      return refuse(node, `the value of ${call.method}`);
  }
}

function typeOfMath(program: Program, method: string, node: CallExpression): Type {
  switch (method) {
    case 'imul':
      return 'i32';
    case 'min':
    case 'max':
      return argumentsOf(node, 2).reduce(
        (type, argument) => join(type, number(typeOf(program, argument))),
        'none' as Type,
      );
    case 'floor':
    case 'abs':
      return number(typeOf(program, argumentsOf(node, 1)[0]));
    default:
      return refuse(node, `Math.${method}`);
  }
}
