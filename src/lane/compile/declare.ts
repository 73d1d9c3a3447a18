import type { Identifier, Pattern, VariableDeclarator } from 'acorn';
import { type Field, isNumber, isSame, type Meaning, type Slot, variableMeaning } from './meanings.ts';
import { walk } from './nodes.ts';
import type { Program, Routine } from './program.ts';
import { refuse } from './refusal.ts';
import { type Binding, partsOf } from './scopes.ts';

/** Says of each local variable whether it holds a number, or is another name for an array or an object. */
export function declareLocals(program: Program): void {
  for (const routine of program.routines.values()) {
    const slotFor = slotNames();
    for (const parameter of routine.parameters) {
      if (parameter.node.type !== 'Identifier') {
        declareParts(program, parameter.node, parameter.meaning, slotFor);
      } else {
        const binding = bindingOf(program, parameter.node);
        if (parameter.meaning.is === 'number') parameter.meaning = { is: 'number', slot: slotFor(binding.name) };
        binding.meaning = parameter.meaning;
        parameter.slot = parameter.meaning.is === 'number' ? parameter.meaning.slot : null;
      }
    }
    declareAll(program, routine, slotFor);
  }
}

function declareAll(program: Program, routine: Routine, slotFor: (name: string) => Slot): void {
  walk(routine.node.body, (node) => {
    if (node.type !== 'VariableDeclarator') return true;
    if (node.id.type === 'Identifier') {
      bindingOf(program, node.id).meaning = meaningOfLocal(program, node, node.id, slotFor);
      return true;
    }
    const of = node.init ? program.meaningOf(node.init) : null;
    if (of === null) return refuse(node, 'what is taken apart is no known object');
    declareParts(program, node.id, of, slotFor);
    return true;
  });
}

function meaningOfLocal(
  program: Program,
  node: VariableDeclarator,
  { name }: Identifier,
  slotFor: (name: string) => Slot,
): Meaning {
  const named = variableMeaning(program.settings, name);
  const other = node.init ? program.meaningOf(node.init) : null;
  if (other?.is === 'function') return refuse(node, 'a function as a value');
  const isAlias = other !== null && !isNumber(other);
  if (named !== null && !(isAlias && isSame(named, other))) refuse(node, `'${name}' is the name of something else`);
  return isAlias ? other : { is: 'number', slot: slotFor(name) };
}

function declareParts(program: Program, pattern: Pattern, of: Meaning, slotFor: (name: string) => Slot): void {
  if (of.is !== 'object' && of.is !== 'container') refuse(pattern, 'what is taken apart is no known object');
  for (const { property, name } of partsOf(pattern)) {
    const part = program.partOf(of, property);
    if (part === null) refuse(name, 'a property of no known object');
    bindingOf(program, name).meaning = part.is === 'field' ? { is: 'number', slot: slotFor(name.name) } : part;
  }
}

/** The fields that a pattern reads, and where it puts them. */
export function fieldsTaken(program: Program, pattern: Pattern, of: Meaning): { slot: Slot; field: Field }[] {
  return partsOf(pattern).flatMap(({ property, name }) => {
    const part = program.partOf(of, property);
    const { meaning } = bindingOf(program, name);
    return part?.is === 'field' && meaning?.is === 'number' ? [{ slot: meaning.slot, field: part.field }] : [];
  });
}

function bindingOf(program: Program, name: Identifier): Binding {
  return program.bindings.get(name) ?? refuse(name, 'a name that is not declared');
}

/**
 * Names for the AssemblyScript text, each once in a function: what JavaScript hides there is another variable here.
 * With a `$` none is a word of that language.
 */
function slotNames(): (name: string) => Slot {
  const counts = new Map<string, number>();
  return (name) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return { name: count === 1 ? `${name}$` : `${name}$${count}`, type: 'none' };
  };
}
