import type { AnyNode, CallExpression, Expression } from 'acorn';
import { LEFT_OUT_QUESTION } from './left-out.ts';
import type { Program, Routine } from './program.ts';
import { refuse } from './refusal.ts';

/** What a call calls. */
export type Call =
  | { to: 'routine'; routine: Routine }
  | { to: 'left out' }
  | { to: 'left-out question' }
  | { to: 'Math'; method: string }
  | { to: 'data'; array: string; method: string }
  | { to: 'array'; array: string; method: string };

export function callOf(program: Program, { callee }: CallExpression): Call {
  if (callee.type === 'Identifier') {
    if (program.settings.leftOut.includes(callee.name)) return { to: 'left out' };
    if (callee.name === LEFT_OUT_QUESTION) return { to: 'left-out question' };
    const routine = program.bindings.has(callee) ? undefined : program.routines.get(callee.name);
    return routine === undefined ? refuse(callee, 'no function of these sources') : { to: 'routine', routine };
  }
  if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') {
    return refuse(callee, 'no function of these sources');
  }
  const method = callee.property.name;
  if (isMath(program, callee.object)) return { to: 'Math', method };
  const of = program.meaningOf(callee.object);
  if (of?.is !== 'data' && of?.is !== 'array') return refuse(callee, 'a method that is not known');
  return { to: of.is, array: of.array, method };
}

function isMath(program: Program, node: AnyNode): boolean {
  return node.type === 'Identifier' && node.name === 'Math' && program.meaningOf(node) === null;
}

/** The arguments of a call, as many as it must have. */
export function argumentsOf(node: CallExpression, least: number, most = least): Expression[] {
  const given = node.arguments.filter((argument) => argument.type !== 'SpreadElement');
  if (given.length < node.arguments.length) refuse(node, 'arguments that are spread');
  if (given.length < least || given.length > most) {
    const count = least === most ? String(least) : `${least} or ${most}`;
    refuse(node, `${count} argument${most === 1 ? '' : 's'} expected`);
  }
  return given;
}
