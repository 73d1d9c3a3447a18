import { as } from './code.ts';
import { fieldsTaken } from './declare.ts';
import { codeOf } from './expressions.ts';
import type { Program, Routine } from './program.ts';
import { linesOf, taken } from './statements.ts';
import type { Writer } from './writer.ts';

/** The whole program in AssemblyScript. */
export function assemble(program: Program): string {
  const routines = [...program.routines.values()].map((routine) => textOf(program, routine));
  const fields = [...program.fields.values()].map(({ name, type, at }) => `// ${at}: ${name}, ${type}`);
  const exports = [...program.names.exports]
    .filter(([, name]) => program.routines.has(name))
    .map(([exported, name]) => `export { ${name}$ as ${exported} };`);
  return [...fields, PRELUDE, ...routines, ...exports, ''].join('\n');
}

/** What the compiled functions need beside the operators of the language. */
const PRELUDE = `
let isLeftOut: bool = false;
function leaveOut(): bool {
  isLeftOut = true;
  return false;
}
function wasLeftOut(): bool {
  const was = isLeftOut;
  isLeftOut = false;
  return was;
}
@inline function step<T>(at: usize, by: i32): T {
  const value = load<T>(at) + <T>by;
  store<T>(at, value);
  return value;
}
@inline function inOrder<T>(value: T, isLittle: bool): T {
  return isLittle ? value : bswap<T>(value);
}
@inline function divide(a: i32, b: i32): i32 {
  return b == 0 ? 0 : b == -1 ? -a : a / b;
}
@inline function copyWithin(to: usize, from: usize, end: usize): void {
  if (from < end) memory.copy(to, from, end - from);
}
@inline function clear(from: usize, to: usize): void {
  if (from < to) memory.fill(from, 0, to - from);
}
`;

function textOf(program: Program, routine: Routine): string {
  const writer: Writer = { program, routine, pointers: [] };
  const { node, name, isExported, parameters, result, calls } = routine;
  const list = parameters.flatMap(({ slot }) => (slot === null ? [] : [`${slot.name}: ${slot.type}`])).join(', ');
  const fields = parameters.flatMap((parameter) =>
    parameter.node.type === 'ObjectPattern' ? fieldsTaken(program, parameter.node, parameter.meaning).map(taken) : [],
  );
  const body =
    node.body.type === 'BlockStatement'
      ? node.body.body.flatMap((statement) => linesOf(writer, statement))
      : [`return ${as(codeOf(writer, node.body), result?.type ?? 'none')};`];
  const pointers = writer.pointers.map((pointer) => `let ${pointer}: i32 = 0`);
  const lines = [...[...pointers, ...fields].map((text) => `${text};`), ...body];
  const isTiny = node.body.type !== 'BlockStatement' && calls.length === 0 && !isExported;
  return `${isTiny ? '@inline ' : ''}function ${name}$(${list}): ${result?.type ?? 'void'} {\n${lines.map((line) => `  ${line}\n`).join('')}}`;
}
