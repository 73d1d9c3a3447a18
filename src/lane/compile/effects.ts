import type { AnyNode, AssignmentExpression, MemberExpression } from 'acorn';
import { callEffect } from './call-code.ts';
import { as, type Code, constant, read } from './code.ts';
import { codeOf, operation } from './expressions.ts';
import type { Slot } from './meanings.ts';
import { load, type Place, placeOf, store } from './places.ts';
import { refuse } from './refusal.ts';
import type { Writer } from './writer.ts';

/** The code of an expression that is there for what it does. */
export function effectOf(writer: Writer, node: AnyNode): string {
  switch (node.type) {
    case 'CallExpression':
      return callEffect(writer, node);
    case 'AssignmentExpression': {
      const { left, operator, right } = node;
      const meaning = writer.program.meaningOf(left);
      if (meaning?.is === 'number') return assignVariable(writer, node, meaning.slot);
      if (left.type !== 'MemberExpression')
        return refuse(node, 'something else than a variable, a field or an element');
      if (operator === '=') return store(placeOf(writer, left), codeOf(writer, right));
      return change(writer, left, (before) => operation(writer, operator.slice(0, -1), before, right, node));
    }
    case 'UpdateExpression': {
      const { argument, operator } = node;
      const meaning = writer.program.meaningOf(argument);
      if (meaning?.is === 'number') return `${meaning.slot.name}${operator}`;
      if (argument.type !== 'MemberExpression')
        return refuse(node, 'something else than a variable, a field or an element');
      return change(writer, argument, (before) => {
        const type = before.type === 'f64' ? 'f64' : 'i32';
        return { text: `${as(before, type)} ${operator[0]} ${as(constant(1), type)}`, type };
      });
    }
    default:
      return refuse(node, 'a statement that does nothing');
  }
}

/** The code of an assignment to a variable, plain or with an operator. */
export function assignVariable(writer: Writer, node: AssignmentExpression, { name, type }: Slot): string {
  const { operator, right } = node;
  if (operator === '=') return `${name} = ${as(codeOf(writer, right), type)}`;
  return `${name} = ${as(operation(writer, operator.slice(0, -1), read(name, type), right, node), type)}`;
}

/** Reads a place, and writes what becomes of that; its index is computed once. */
function change(writer: Writer, target: MemberExpression, become: (before: Code) => Code): string {
  const place = placeOf(writer, target);
  if (place.isSimple) return store(place, become(load(place)));
  const pointer = `pointer${writer.pointers.length}`;
  writer.pointers.push(pointer);
  const again: Place = { ...place, pointer };
  return `(${pointer} = ${place.pointer}, ${store(again, become(load(again)))})`;
}
