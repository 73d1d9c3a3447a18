import type { AnyNode, ForStatement, SwitchStatement, VariableDeclaration } from 'acorn';
import { as, asF64, asI32 } from './code.ts';
import { fieldsTaken } from './declare.ts';
import { effectOf } from './effects.ts';
import { codeOf, conditionOf } from './expressions.ts';
import type { Field, Slot } from './meanings.ts';
import { load } from './places.ts';
import { refuse } from './refusal.ts';
import type { Writer } from './writer.ts';

/** The lines of a statement. */
export function linesOf(writer: Writer, node: AnyNode): string[] {
  switch (node.type) {
    case 'BlockStatement':
      return ['{', ...bodyOf(writer, node.body), '}'];
    case 'EmptyStatement':
      return [];
    case 'ExpressionStatement':
      return [`${effectOf(writer, node.expression)};`];
    case 'VariableDeclaration':
      return declarationsOf(writer, node).map((text) => `${text};`);
    case 'ReturnStatement': {
      const { result } = writer.routine;
      if (!node.argument || result === null) return ['return;'];
      return [`return ${as(codeOf(writer, node.argument), result.type)};`];
    }
    case 'IfStatement': {
      const lines = [`if (${conditionOf(writer, node.test)}) {`, ...bodyOf(writer, [node.consequent])];
      if (node.alternate) lines.push('} else {', ...bodyOf(writer, [node.alternate]));
      return [...lines, '}'];
    }
    case 'WhileStatement':
      return [`while (${conditionOf(writer, node.test)}) {`, ...bodyOf(writer, [node.body]), '}'];
    case 'ForStatement':
      return forLoop(writer, node);
    case 'SwitchStatement':
      return switchOf(writer, node);
    case 'BreakStatement':
    case 'ContinueStatement':
      if (node.label) refuse(node, 'a label');
      return [node.type === 'BreakStatement' ? 'break;' : 'continue;'];
    default:
      return refuse(node, 'a statement of this kind');
  }
}

/** The lines of statements in braces, which a single one may stand without. */
function bodyOf(writer: Writer, statements: AnyNode[]): string[] {
  const [first] = statements;
  const inner = statements.length === 1 && first.type === 'BlockStatement' ? first.body : statements;
  return inner.flatMap((statement) => linesOf(writer, statement)).map((line) => `  ${line}`);
}

function forLoop(writer: Writer, { init, test, update, body }: ForStatement): string[] {
  const declarations = init?.type === 'VariableDeclaration' ? declarationsOf(writer, init) : [];
  const effect = init && init.type !== 'VariableDeclaration' ? [effectOf(writer, init)] : [];
  const condition = test ? conditionOf(writer, test) : '';
  const step = update ? effectOf(writer, update) : '';
  // Declared before the loop: the names are used once in a function.
  return [
    ...[...declarations, ...effect].map((text) => `${text};`),
    `for (; ${condition}; ${step}) {`,
    ...bodyOf(writer, [body]),
    '}',
  ];
}

function switchOf(writer: Writer, { discriminant, cases }: SwitchStatement): string[] {
  const value = codeOf(writer, discriminant);
  const tests = cases.map(({ test }) => (test ? codeOf(writer, test) : null));
  const all = [value, ...tests].filter((code) => code !== null);
  if (all.some(({ type }) => type === 'bool')) refuse(discriminant, 'a switch over truth values');
  const convert = all.some(({ type }) => type === 'f64') ? asF64 : asI32;
  const lines = cases.flatMap(({ consequent }, i) => {
    const test = tests[i];
    return [
      test === null ? '  default:' : `  case ${convert(test)}:`,
      ...bodyOf(writer, consequent).map((line) => `  ${line}`),
    ];
  });
  return [`switch (${convert(value)}) {`, ...lines, '}'];
}

/** Variables that hold a number; other names for arrays and objects vanish. */
function declarationsOf(writer: Writer, { declarations }: VariableDeclaration): string[] {
  return declarations.flatMap((node) => {
    const { id, init } = node;
    if (id.type !== 'Identifier') {
      const of = init ? writer.program.meaningOf(init) : null;
      return of === null ? [] : fieldsTaken(writer.program, id, of).map(taken);
    }
    const meaning = writer.program.bindings.get(id)?.meaning;
    if (meaning?.is !== 'number') return [];
    const { name, type } = meaning.slot;
    return [`let ${name}: ${type} = ${init ? as(codeOf(writer, init), type) : zeroOf(type)}`];
  });
}

/** A field that an object is taken apart into. */
export function taken({ slot, field }: { slot: Slot; field: Field }): string {
  const type = field.type === 'f64' || field.type === 'bool' ? field.type : 'i32';
  const value = load({ type, pointer: '0', offset: field.at, isSimple: true });
  return `let ${slot.name}: ${slot.type} = ${as(value, slot.type)}`;
}

function zeroOf(type: string): string {
  return type === 'bool' ? 'false' : type === 'f64' ? '0.0' : '0';
}
