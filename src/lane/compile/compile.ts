import { assemble } from './assemble.ts';
import { assembleToWasm } from './assembly-script.ts';
import { bundle } from './bundle.ts';
import { declareLocals } from './declare.ts';
import { discover } from './discover.ts';
import { inferTypes } from './infer.ts';
import { namesOf } from './module-names.ts';
import { tellParameters } from './parameters.ts';
import { Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';

export type { Settings } from './settings.ts';

export interface Compiled {
  wasm: Uint8Array;
  /** The AssemblyScript that it was made of. */
  source: string;
}

/*
 * The hot path is written in a plain numeric style: functions over typed arrays and over two objects that hold numbers
 * only, without allocation. This compiles such functions, as they are, from TypeScript to WebAssembly: the bundler strips the
 * types and joins the modules, acorn reads them, here they are written in AssemblyScript, and that compiler does the rest.
 *
 * What can be compiled
 *
 * Functions: the exported ones of the entry, and all that they call: declarations and arrow functions at top level. Constants
 * of numbers, at top level and never written again. The rest of the modules may be anything.
 *
 * Names: arrays, DataViews and objects of numbers are known by their names (settings.ts), whatever object they hang
 * on: `ints`, `slab.ints`, `const { ints } = cursor` and `{ ints: event }` are one array. A variable of such a name with a number
 * behind it (`view2`) is the same, for so the bundler calls one that would hide another. A parameter is an object if it has
 * such a name, is taken apart, or is only used to reach a property or handed on as such a parameter; compiled, it
 * vanishes. The others are numbers. Other objects than those in the settings only lead to arrays; their numbers are refused.
 *
 * Types: i32, f64 and bool, the least that holds all that is put into a variable, a parameter, a result, a field. Parameters of
 * exported functions are i32. f64 comes from `/`, numbers that are no 32-bit integers, f64 arrays, getUint32, `>>> 0` and `>>>` by
 * what is no constant. Where bits are asked for (bit operators, Math.imul, i32 and u8 arrays, indices), f64 is taken modulo
 * 2^32 as in JavaScript; so 0x80000000 to 0xffffffff are bit patterns there, and f64 elsewhere. Fields begin with 0.
 *
 * Statements: const, let, if, while, for, switch, break, continue, return, assignments with every operator but `**` and the
 * logical ones, `++` and `--`. Math.min and max of two, imul, floor, abs. fill(0, from, to) and copyWithin(to, from, end) of an array.
 *
 * What is refused is told in an error. What cannot be seen, and is for the author to keep:
 * - `+ - *` and `++` of i32 wrap: a sum that passes 2^31 needs `| 0` in JavaScript, or an f64 in it;
 * - indices are whole and within the array, and what is added to a constant in one is not negative (`i` in `ints[i + 5]`);
 * - `%` by 0 of integers traps, and -0 of integers is 0; f64 of which bits are asked for is finite and less than 2^63;
 * - arguments of left-out functions are not evaluated.
 */

/**
 * Compiles the functions that an entry exports, and those that they call, to WebAssembly.
 *
 * @throws an Error of one line, with file, function and piece of source, for anything outside the subset
 */
export async function compileToWasm(entry: string, settings: Settings): Promise<Compiled> {
  const source = await toAssemblyScript(entry, settings);
  return { wasm: await assembleToWasm(source, settings.pages), source };
}

/** The first half of it, which takes little of the time. */
export async function toAssemblyScript(entry: string, settings: Settings): Promise<string> {
  const bundled = await bundle(entry);
  const names = namesOf(bundled.module);
  try {
    const program = discover(names, settings);
    tellParameters(program);
    declareLocals(program);
    inferTypes(program);
    return assemble(program);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { start, end } = error.node;
    const [name = ''] = [...names.functions].find(([, node]) => node.start <= start && end <= node.end) ?? [];
    const piece = bundled.text.slice(start, end).replaceAll(/\s+/g, ' ');
    const shown = piece.length > MOST_SHOWN ? `${piece.slice(0, MOST_SHOWN).trim()} …` : piece;
    throw new Error(`${bundled.fileAt(start)}: ${name}: ${error.message}: ${shown}`);
  }
}

const MOST_SHOWN = 80;
