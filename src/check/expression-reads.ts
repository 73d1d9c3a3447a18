import type { ASTNode } from '@marcbachmann/cel-js';

/** CEL's macros: their first argument names a variable of their own. */
const MACROS = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

/** The variable that stands for all chosen connections. */
export const CONNECTIONS = 'connections';

export function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value;
}

/** The nodes right under one. */
export function childrenOf(node: ASTNode): ASTNode[] {
  return [node.args as unknown].flat(3).filter(isNode);
}

/** Whether it speaks of all connections, and not of each. */
export function mentionsConnections(node: ASTNode): boolean {
  return (node.op === 'id' && node.args === CONNECTIONS) || childrenOf(node).some(mentionsConnections);
}

/** Lists of objects: compared as a whole, all of their members count. */
const OBJECT_LISTS = new Set(['resets', 'icmp', 'findings', 'steps', 'calls']);

function isObjectList(node: ASTNode): boolean {
  const name = memberName(node);
  // `fromClient.resets` is a number.
  return name !== null && OBJECT_LISTS.has(name) && !/^from/.test(memberName((node.args as [ASTNode])[0]) ?? '');
}

/** The name after a point, or as a string in brackets; null for all else. */
function memberName(node: ASTNode): string | null {
  if (node.op === 'id') return node.args;
  if (node.op === '.' || node.op === '.?') return node.args[1] as unknown as string;
  if (node.op !== '[]' && node.op !== '[?]') return null;
  const [, key] = node.args;
  return key.op === 'value' && typeof key.args === 'string' ? key.args : null;
}

/** Whether a name may be computed: `c[…]` with anything but a literal. */
function isComputed(node: ASTNode): boolean {
  return (node.op === '[]' || node.op === '[?]') && node.args[1].op !== 'value';
}

/** Every name of a member that it reads; null: it may be any, because one is computed or whole lists are compared. */
export function memberNames(node: ASTNode, names = new Set<string>()): Set<string> | null {
  if (isComputed(node)) return null;
  if ((node.op === '==' || node.op === '!=' || node.op === 'in') && node.args.some(isObjectList)) return null;
  const name = memberName(node);
  if (name !== null) names.add(name);
  for (const child of childrenOf(node)) if (memberNames(child, names) === null) return null;
  return names;
}

/** Whether it may read the socket calls. */
export function readsCalls(node: ASTNode): boolean {
  return isComputed(node) || memberName(node) === 'calls' || childrenOf(node).some(readsCalls);
}

/** Text of the expression that a node stands for. */
export function sourceOf(node: ASTNode): string {
  return node.input.slice(node.start, node.end);
}

/**
 * The parts of an expression whose values tell why it came out as it did: fields of the record, and what is
 * computed of them or of all connections. In the order in which they are written, each once.
 */
export function partsRead(node: ASTNode): string[] {
  return [...new Set(parts(node, new Set(), isResult))];
}

/** The fields of the record that it reads, as paths. */
export function fieldsRead(node: ASTNode): string[] {
  return [...new Set(parts(node, new Set(), () => false))];
}

/** @param isWhole what is told as it is, and not by its parts */
function parts(
  node: ASTNode,
  own: ReadonlySet<string>,
  isWhole: (node: ASTNode, own: ReadonlySet<string>) => boolean,
): string[] {
  if (node.op === 'id' && own.has(node.args)) return [];
  if (isFieldOfRecord(node, own) || isWhole(node, own)) return [sourceOf(node)];
  if (node.op !== 'rcall' || !MACROS.has(node.args[0])) {
    return childrenOf(node).flatMap((child) => parts(child, own, isWhole));
  }
  const [, receiver, [variable, ...rest]] = node.args;
  const inner = new Set(own).add(String(variable.args));
  return [...parts(receiver, own, isWhole), ...rest.flatMap((part) => parts(part, inner, isWhole))];
}

/** A value that says more than what it is computed from: of all connections, or the size of a field. */
function isResult(node: ASTNode, own: ReadonlySet<string>): boolean {
  if (node.op === 'call') {
    const [name, args] = node.args;
    return name !== 'has' && (mentionsConnections(node) || args.every((arg) => isFieldOfRecord(arg, own)));
  }
  if (node.op !== 'rcall') return false;
  const [method, receiver] = node.args;
  return mentionsConnections(receiver) || (method === 'size' && isFieldOfRecord(receiver, own));
}

/** A chain of names and indices that begins with a variable of the record. */
function isFieldOfRecord(node: ASTNode, own: ReadonlySet<string>): boolean {
  if (node.op === 'id') return !own.has(node.args);
  if (node.op === '.') return isFieldOfRecord(node.args[0], own);
  return node.op === '[]' && node.args[1].op === 'value' && isFieldOfRecord(node.args[0], own);
}

/** `connections.all(c, …)` and nothing else: variable and condition, so that each can be looked at by itself. */
export function asEach(node: ASTNode): { variable: string; condition: ASTNode } | null {
  if (node.op !== 'rcall') return null;
  const [method, receiver, args] = node.args;
  if (method !== 'all' || receiver.op !== 'id' || receiver.args !== CONNECTIONS) return null;
  const [variable, condition] = args;
  if (variable.op !== 'id' || mentionsConnections(condition)) return null;
  return { variable: variable.args, condition };
}
