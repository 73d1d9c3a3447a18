import type { AnyNode } from 'acorn';
import { LEFT_OUT_QUESTION } from './left-out.ts';
import type { ModuleNames } from './module-names.ts';
import { type FunctionNode, walk } from './nodes.ts';
import { Program, type Routine } from './program.ts';
import { refuse } from './refusal.ts';
import { bindingsOf } from './scopes.ts';
import type { Settings } from './settings.ts';

/** Finds the functions that the exported ones lead to. Nothing else of the module is looked at. */
export function discover(names: ModuleNames, settings: Settings): Program {
  const program = new Program(settings, names);
  const wanted = new Set(names.exports.values());
  const found = new Map<string, Routine>();
  for (const name of wanted) {
    const node = names.functions.get(name);
    if (node === undefined || isReplaced(settings, name)) continue;
    const routine = routineOf(program, name, node);
    found.set(name, routine);
    for (const { to } of routine.calls) wanted.add(to);
  }
  for (const name of names.functions.keys()) {
    const routine = found.get(name);
    if (routine !== undefined) program.routines.set(name, routine);
  }
  return program;
}

/** Is something else put in the function's place? */
function isReplaced({ leftOut }: Settings, name: string): boolean {
  return leftOut.includes(name) || name === LEFT_OUT_QUESTION;
}

function routineOf(program: Program, name: string, node: FunctionNode): Routine {
  const { names, settings, bindings } = program;
  if (node.async || node.generator) refuse(node, 'a function that waits');
  const own = bindingsOf(node);
  for (const [identifier, binding] of own) bindings.set(identifier, binding);
  const calls: Routine['calls'] = [];
  walk(node.body, (child) => {
    if (child.type !== 'CallExpression' || child.callee.type !== 'Identifier') return true;
    const to = child.callee.name;
    if (own.has(child.callee) || !names.functions.has(to)) return true;
    if (isReplaced(settings, to)) return false;
    calls.push({ node: child, to });
    return true;
  });
  return {
    name,
    node,
    isExported: [...names.exports.values()].includes(name),
    parameters: node.params.map((parameter) => ({ node: parameter, slot: null, meaning: { is: 'container' } })),
    result: returnsValue(node) ? { name: '', type: 'none' } : null,
    calls,
  };
}

function returnsValue({ body }: FunctionNode): boolean {
  if (body.type !== 'BlockStatement') return true;
  const returns: AnyNode[] = [];
  let bare: AnyNode | null = null;
  walk(body, (node) => {
    if (node.type !== 'ReturnStatement') return true;
    if (node.argument) returns.push(node);
    else bare = node;
    return true;
  });
  if (bare !== null && returns.length > 0) refuse(bare, 'a return without a value beside ones with a value');
  return returns.length > 0;
}
