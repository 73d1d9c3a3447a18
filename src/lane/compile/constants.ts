import type { AnyNode } from 'acorn';

/** What a constant expression of numbers and truth values is worth, null where it is none. */
export type Worth = number | boolean | null;

/** @param worthOf of a variable, null where it is no constant */
export function fold(node: AnyNode, worthOf: (name: AnyNode) => Worth): Worth {
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'number' || typeof node.value === 'boolean' ? node.value : null;
    case 'Identifier':
      return worthOf(node);
    case 'MemberExpression':
      if (node.computed || node.object.type !== 'Identifier' || node.object.name !== 'Number') return null;
      if (node.property.type !== 'Identifier') return null;
      return NUMBERS.get(node.property.name) ?? null;
    case 'UnaryExpression':
      return unary(node.operator, fold(node.argument, worthOf));
    case 'BinaryExpression':
      return binary(node.operator, fold(node.left, worthOf), fold(node.right, worthOf));
    default:
      return null;
  }
}

const NUMBERS = new Map([
  ['POSITIVE_INFINITY', Number.POSITIVE_INFINITY],
  ['NEGATIVE_INFINITY', Number.NEGATIVE_INFINITY],
  ['MAX_SAFE_INTEGER', Number.MAX_SAFE_INTEGER],
]);

function unary(operator: string, value: Worth): Worth {
  if (operator === '!' && typeof value === 'boolean') return !value;
  if (typeof value !== 'number') return null;
  return operator === '-' ? -value : operator === '~' ? ~value : null;
}

function binary(operator: string, a: Worth, b: Worth): Worth {
  if (typeof a !== 'number' || typeof b !== 'number') return null;
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    case '|':
      return a | b;
    case '&':
      return a & b;
    case '^':
      return a ^ b;
    case '<<':
      return a << b;
    case '>>':
      return a >> b;
    case '>>>':
      return a >>> b;
    case '===':
      return a === b;
    case '!==':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    default:
      return null;
  }
}
