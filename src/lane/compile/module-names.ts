import type { AnyNode, Program as Module } from 'acorn';
import { type FunctionNode, walk } from './nodes.ts';

/** What a module declares outside of functions. */
export interface ModuleNames {
  functions: Map<string, FunctionNode>;
  /** What variables that are never written again begin with. */
  constants: Map<string, AnyNode>;
  all: Set<string>;
  /** Names under which things leave the module, and their own. */
  exports: Map<string, string>;
}

export function namesOf(module: Module): ModuleNames {
  const names: ModuleNames = { functions: new Map(), constants: new Map(), all: new Set(), exports: new Map() };
  for (const statement of module.body) addNames(names, statement);
  walk(module, (node) => {
    // The bundler makes `var` of `const` and `let`: only that nothing is written tells them apart.
    if (node.type === 'AssignmentExpression' && node.left.type === 'Identifier') names.constants.delete(node.left.name);
    if (node.type === 'UpdateExpression' && node.argument.type === 'Identifier') {
      names.constants.delete(node.argument.name);
    }
    return true;
  });
  return names;
}

function addNames(names: ModuleNames, statement: AnyNode): void {
  switch (statement.type) {
    case 'FunctionDeclaration':
      if (statement.id === null) return;
      names.functions.set(statement.id.name, statement);
      names.all.add(statement.id.name);
      return;
    case 'VariableDeclaration':
      for (const { id, init } of statement.declarations) {
        if (id.type !== 'Identifier') continue;
        names.all.add(id.name);
        if (init?.type === 'ArrowFunctionExpression') names.functions.set(id.name, init);
        else if (init) names.constants.set(id.name, init);
      }
      return;
    case 'ExportNamedDeclaration':
      for (const { exported, local } of statement.specifiers) {
        if (exported.type === 'Identifier' && local.type === 'Identifier') names.exports.set(exported.name, local.name);
      }
  }
}
