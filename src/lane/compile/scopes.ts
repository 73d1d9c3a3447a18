import type { AnyNode, Identifier, Pattern, VariableDeclaration } from 'acorn';
import type { Meaning } from './meanings.ts';
import { childrenOf, type FunctionNode } from './nodes.ts';
import { refuse } from './refusal.ts';

/** A parameter or local variable of a function. */
export interface Binding {
  readonly name: string;
  /** Where it is read or written, each with the node around it. */
  readonly uses: { node: Identifier; parent: AnyNode }[];
  /** Null until it is known. */
  meaning: Meaning | null;
}

type Scope = { names: Map<string, Binding>; outer: Scope | null };

/** Which variable each name in a function means. Names that are not its own are left to the module. */
export function bindingsOf(routine: FunctionNode): Map<Identifier, Binding> {
  const bindings = new Map<Identifier, Binding>();

  const declare = (scope: Scope, pattern: Pattern) => {
    for (const identifier of namesIn(pattern)) {
      const binding: Binding = { name: identifier.name, uses: [], meaning: null };
      scope.names.set(identifier.name, binding);
      bindings.set(identifier, binding);
    }
  };
  const declareAll = (scope: Scope, statements: AnyNode[]) => {
    for (const statement of statements) {
      if (statement.type === 'VariableDeclaration') for (const { id } of lexical(statement)) declare(scope, id);
    }
  };
  const inside = (outer: Scope, statements: AnyNode[]): Scope => {
    const scope: Scope = { names: new Map(), outer };
    declareAll(scope, statements);
    return scope;
  };

  const visit = (node: AnyNode, parent: AnyNode, scope: Scope): void => {
    switch (node.type) {
      case 'Identifier': {
        const binding = find(scope, node.name);
        if (binding === null) return;
        bindings.set(node, binding);
        binding.uses.push({ node, parent });
        return;
      }
      case 'MemberExpression':
        visit(node.object, node, scope);
        if (node.computed) visit(node.property, node, scope);
        return;
      case 'VariableDeclarator':
        if (node.init) visit(node.init, node, scope);
        return;
      case 'BlockStatement':
        visitAll(node, inside(scope, node.body));
        return;
      case 'ForStatement':
        visitAll(node, inside(scope, node.init ? [node.init] : []));
        return;
      case 'SwitchStatement':
        visit(node.discriminant, node, scope);
        visitEach(
          node.cases,
          node,
          inside(
            scope,
            node.cases.flatMap(({ consequent }) => consequent),
          ),
        );
        return;
      case 'BreakStatement':
      case 'ContinueStatement':
        return;
      case 'ForOfStatement':
      case 'ForInStatement':
      case 'TryStatement':
        refuse(node, 'a statement of this kind');
        break;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        refuse(node, 'a function within a function');
        break;
      default:
        visitAll(node, scope);
    }
  };
  const visitEach = (nodes: AnyNode[], parent: AnyNode, scope: Scope): void => {
    for (const node of nodes) visit(node, parent, scope);
  };
  const visitAll = (node: AnyNode, scope: Scope): void => visitEach(childrenOf(node), node, scope);

  const outermost: Scope = { names: new Map(), outer: null };
  for (const parameter of routine.params) declare(outermost, parameter);
  visit(routine.body, routine, outermost);
  return bindings;
}

function find(scope: Scope | null, name: string): Binding | null {
  return scope === null ? null : (scope.names.get(name) ?? find(scope.outer, name));
}

function lexical(declaration: VariableDeclaration): VariableDeclaration['declarations'] {
  if (declaration.kind !== 'const' && declaration.kind !== 'let') refuse(declaration, `'${declaration.kind}'`);
  return declaration.declarations;
}

/** A name, or those that an object is taken apart into. */
function namesIn(pattern: Pattern): Identifier[] {
  if (pattern.type === 'Identifier') return [pattern];
  return partsOf(pattern).map(({ name }) => name);
}

/** Properties that a pattern takes from an object, and the names it gives them. */
export function partsOf(pattern: Pattern): { property: string; name: Identifier }[] {
  if (pattern.type === 'AssignmentPattern') refuse(pattern, 'a default value');
  if (pattern.type !== 'ObjectPattern') refuse(pattern, 'a pattern other than { names }');
  return pattern.properties.map((part) => {
    if (part.type !== 'Property' || part.computed || part.key.type !== 'Identifier') {
      return refuse(part, 'a pattern other than { names }');
    }
    if (part.value.type === 'AssignmentPattern') return refuse(part, 'a default value');
    if (part.value.type !== 'Identifier') return refuse(part, 'a pattern within a pattern');
    return { property: part.key.name, name: part.value };
  });
}
