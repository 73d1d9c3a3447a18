import type { AnyNode, ArrowFunctionExpression, FunctionDeclaration, Node } from 'acorn';

export type FunctionNode = FunctionDeclaration | ArrowFunctionExpression;

/** The nodes right below a node, in the order of the text. */
export function childrenOf(node: Node): AnyNode[] {
  return Object.values(node).flat().filter(isNode);
}

/** Calls back with a node and all below it, from the outside in; not below one for which it returns false. */
export function walk(node: AnyNode, visit: (node: AnyNode) => boolean | undefined): void {
  if (visit(node) === false) return;
  for (const child of childrenOf(node)) walk(child, visit);
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
