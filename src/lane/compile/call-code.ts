import type { CallExpression, Expression } from 'acorn';
import { argumentsOf, type Call, callOf } from './calls.ts';
import { as, asF64, asI32, type Code } from './code.ts';
import { dataRead } from './data-reads.ts';
import { codeOf } from './expressions.ts';
import { isNumber, isSame } from './meanings.ts';
import { elementOf } from './places.ts';
import type { Program, Routine } from './program.ts';
import { refuse } from './refusal.ts';
import { typeOf } from './types.ts';
import type { Writer } from './writer.ts';

/** The code of a call whose value is used. */
export function callCode(writer: Writer, node: CallExpression): Code {
  const type = typeOf(writer.program, node);
  const call = callOf(writer.program, node);
  switch (call.to) {
    case 'Math':
      return mathCode(writer, call.method, node);
    case 'data':
      return dataRead(writer, call.array, call.method, node);
    default:
      return { text: callText(writer, call, node), type };
  }
}

/** The code of a call that stands alone. */
export function callEffect(writer: Writer, node: CallExpression): string {
  const call = callOf(writer.program, node);
  if (call.to === 'array') return arrayText(writer, call.array, call.method, node);
  if (call.to === 'Math' || call.to === 'data') return refuse(node, 'a statement that does nothing');
  return callText(writer, call, node);
}

function callText(writer: Writer, call: Call, node: CallExpression): string {
  switch (call.to) {
    case 'routine':
      return routineText(writer, call.routine, node);
    case 'left out':
      return 'leaveOut()';
    case 'left-out question':
      return 'wasLeftOut()';
    default:
      return refuse(node, 'a call of this kind');
  }
}

function routineText(writer: Writer, { name, parameters }: Routine, node: CallExpression): string {
  const given = argumentsOf(node, parameters.length);
  const texts = parameters.flatMap(({ slot, meaning }, i) => {
    if (slot !== null) return [as(codeOf(writer, given[i]), slot.type)];
    checkObject(writer.program, given[i]);
    const isKnown = meaning.is !== 'container';
    const is = writer.program.meaningOf(given[i]);
    if (isKnown && is !== null && !isSame(is, meaning))
      refuse(given[i], 'another object than the parameter is named for');
    return [];
  });
  return `${name}$(${texts.join(', ')})`;
}

function checkObject(program: Program, node: Expression): void {
  const meaning = program.meaningOf(node);
  if (meaning === null || meaning.is === 'function' || isNumber(meaning)) refuse(node, 'an object is expected');
}

function mathCode(writer: Writer, method: string, node: CallExpression): Code {
  const type = typeOf(writer.program, node) === 'f64' ? 'f64' : 'i32';
  const given = node.arguments.map((argument) => codeOf(writer, argument));
  const texts = given.map((code) => as(code, type));
  switch (method) {
    case 'imul':
      argumentsOf(node, 2);
      return { text: `(${given.map(asI32).join(' * ')})`, type };
    case 'floor':
      return { text: type === 'f64' ? `floor<f64>(${asF64(given[0])})` : texts[0], type };
    case 'abs':
      return { text: `abs<${type}>(${texts[0]})`, type };
    default:
      return { text: `${method}<${type}>(${texts.join(', ')})`, type };
  }
}

/** `fill` with 0 and `copyWithin`, from and to places that are within the array. */
function arrayText(writer: Writer, array: string, method: string, node: CallExpression): string {
  const given = argumentsOf(node, 3);
  const addressOf = (index: Expression) => {
    const { pointer, offset } = elementOf(writer, array, index);
    return `usize(${pointer}) + ${offset}`;
  };
  if (method === 'copyWithin') return `copyWithin(${given.map(addressOf).join(', ')})`;
  if (method !== 'fill') return refuse(node, `${method} of an array`);
  if (!Object.is(writer.program.worthOf(given[0]), 0)) refuse(node, 'fill with something else than 0');
  return `clear(${given.slice(1).map(addressOf).join(', ')})`;
}
