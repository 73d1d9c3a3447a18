import type { CallExpression } from 'acorn';
import { isSame, type Meaning, variableMeaning } from './meanings.ts';
import type { Parameter, Program } from './program.ts';
import { refuse } from './refusal.ts';
import type { Binding } from './scopes.ts';

/**
 * Tells parameters that are objects from those that are numbers.
 *
 * An object is what has the name of one (settings.ts), is taken apart, or is used in no other way than to reach a
 * property, to be taken apart, or to be handed on as such a parameter. All others are numbers.
 */
export function tellParameters(program: Program): void {
  const objects = new Set<Parameter>();
  const undecided = new Map<Parameter, Binding>();
  for (const binding of program.bindings.values()) binding.meaning = variableMeaning(program.settings, binding.name);
  for (const { parameters } of program.routines.values()) {
    for (const parameter of parameters) {
      const { node } = parameter;
      if (node.type === 'ObjectPattern') objects.add(parameter);
      if (node.type !== 'Identifier') continue;
      const binding = program.bindings.get(node);
      const named = variableMeaning(program.settings, node.name);
      if (named !== null) {
        parameter.meaning = named;
        objects.add(parameter);
      } else if (binding !== undefined) {
        undecided.set(parameter, binding);
        if (binding.uses.length > 0) objects.add(parameter);
      }
    }
  }
  for (let isSettled = false; !isSettled; ) {
    isSettled = true;
    for (const [parameter, { uses }] of undecided) {
      if (!objects.has(parameter) || uses.every((use) => isObjectUse(program, use, objects))) continue;
      objects.delete(parameter);
      isSettled = false;
    }
  }
  for (const [parameter, binding] of undecided) {
    if (!objects.has(parameter)) parameter.meaning = { is: 'number', slot: { name: '', type: 'none' } };
    binding.meaning = parameter.meaning;
  }
  const takenFrom = new Map<Parameter, Meaning>();
  for (const { calls } of program.routines.values()) {
    for (const call of calls) noteTakenApart(program, call, takenFrom);
  }
}

function isObjectUse(program: Program, { node, parent }: Binding['uses'][number], objects: Set<Parameter>): boolean {
  if (parent.type === 'MemberExpression') return parent.object === node;
  if (parent.type === 'VariableDeclarator') return parent.id.type === 'ObjectPattern';
  if (parent.type !== 'CallExpression' || parent.callee.type !== 'Identifier') return false;
  if (program.settings.leftOut.includes(parent.callee.name)) return true;
  const place = program.routines.get(parent.callee.name)?.parameters[parent.arguments.indexOf(node)];
  return place !== undefined && objects.has(place);
}

/** What a parameter takes apart has no name in the function, but it has one where it is called. */
function noteTakenApart(
  program: Program,
  { node, to }: { node: CallExpression; to: string },
  takenFrom: Map<Parameter, Meaning>,
): void {
  program.routines.get(to)?.parameters.forEach((parameter, i) => {
    if (parameter.node.type !== 'ObjectPattern' || i >= node.arguments.length) return;
    const meaning = program.meaningOf(node.arguments[i]);
    if (meaning?.is !== 'object' && meaning?.is !== 'container') refuse(node, 'an object is expected');
    const other = takenFrom.get(parameter) ?? meaning;
    if (!isSame(other, meaning)) refuse(node, 'another object than in other calls');
    takenFrom.set(parameter, meaning);
    parameter.meaning = meaning;
  });
}
