import type { AnyNode, AssignmentExpression, CallExpression, Pattern, VariableDeclarator } from 'acorn';
import { callOf } from './calls.ts';
import { fieldsTaken } from './declare.ts';
import { join, type Meaning, type Slot, type Type } from './meanings.ts';
import { walk } from './nodes.ts';
import type { Program, Routine } from './program.ts';
import { refuse } from './refusal.ts';
import { typeOf, typeOfBinary } from './types.ts';

/** Finds the least types that hold all that is put into variables, fields, parameters and results. */
export function inferTypes(program: Program): void {
  for (const { isExported, parameters } of program.routines.values()) {
    if (isExported) for (const { slot } of parameters) if (slot !== null) slot.type = 'i32';
  }
  growTypes(program);
  // What nothing is put into is 0 forever.
  for (const slot of slotsOf(program)) if (slot.type === 'none') slot.type = 'i32';
  growTypes(program);
}

function growTypes(program: Program): void {
  for (let isSettled = false; !isSettled; ) {
    isSettled = true;
    const put = (slot: Slot, type: Type) => {
      if (join(slot.type, type) === slot.type) return;
      slot.type = join(slot.type, type);
      isSettled = false;
    };
    for (const routine of program.routines.values()) inferRoutine(program, routine, put);
  }
}

function slotsOf({ bindings, fields, routines }: Program): Slot[] {
  const variables = [...bindings.values()].flatMap(({ meaning }) => (meaning?.is === 'number' ? [meaning.slot] : []));
  const results = [...routines.values()].flatMap(({ result }) => (result === null ? [] : [result]));
  return [...variables, ...fields.values(), ...results];
}

type Put = (slot: Slot, type: Type) => void;

function inferRoutine(program: Program, routine: Routine, put: Put): void {
  const { node, parameters, result } = routine;
  for (const parameter of parameters) {
    if (parameter.node.type === 'ObjectPattern') takeFields(program, parameter.node, parameter.meaning, put);
  }
  if (node.body.type !== 'BlockStatement' && result !== null) put(result, typeOf(program, node.body));
  walk(node.body, (child) => {
    switch (child.type) {
      case 'VariableDeclarator':
        inferDeclarator(program, child, put);
        return true;
      case 'AssignmentExpression':
        inferAssignment(program, child, put);
        return true;
      case 'UpdateExpression':
        putInto(program, child.argument, 'i32', put);
        return true;
      case 'ReturnStatement':
        if (child.argument && result !== null) put(result, typeOf(program, child.argument));
        return true;
      case 'CallExpression':
        return inferArguments(program, child, put);
      default:
        return true;
    }
  });
}

function inferDeclarator(program: Program, node: VariableDeclarator, put: Put): void {
  if (!node.init) return;
  if (node.id.type === 'Identifier') {
    const meaning = program.bindings.get(node.id)?.meaning;
    if (meaning?.is === 'number') put(meaning.slot, typeOf(program, node.init));
    return;
  }
  const of = program.meaningOf(node.init);
  if (of !== null) takeFields(program, node.id, of, put);
}

function takeFields(program: Program, pattern: Pattern, of: Meaning, put: Put): void {
  for (const { slot, field } of fieldsTaken(program, pattern, of)) put(slot, field.type);
}

function inferAssignment(program: Program, node: AssignmentExpression, put: Put): void {
  const { operator, left, right } = node;
  const isPlain = operator === '=';
  const type = isPlain
    ? typeOf(program, right)
    : typeOfBinary(program, operator.slice(0, -1), typeOf(program, left), right, node);
  putInto(program, left, type, put);
}

/** Elements of arrays have types of their own; only variables and fields take one on. */
function putInto(program: Program, target: AnyNode, type: Type, put: Put): void {
  if (target.type === 'MemberExpression' && target.computed) return;
  const meaning = program.meaningOf(target);
  if (meaning?.is === 'number') put(meaning.slot, type);
  else if (meaning?.is === 'field') put(meaning.field, type);
  else refuse(target, 'something else than a variable, a field or an element is written');
}

/** @returns false where the arguments are not evaluated */
function inferArguments(program: Program, node: CallExpression, put: Put): boolean {
  const call = callOf(program, node);
  if (call.to === 'left out') return false;
  const given = node.arguments;
  if (call.to === 'routine') {
    call.routine.parameters.forEach(({ slot }, i) => {
      if (slot !== null && i < given.length) put(slot, typeOf(program, given[i]));
    });
  }
  return true;
}
