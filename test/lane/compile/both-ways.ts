import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import { build } from 'esbuild';
import { compileToWasm } from '../../../src/lane/compile/compile.ts';
import type { Settings } from '../../../src/lane/compile/settings.ts';
import { randomOf } from '../../support/random-conversation.ts';

const PAGE = 0x1_0000;
const PAGES = 6;
const BYTES = 2048;
/** Below stand the fields of objects, which JavaScript has elsewhere. */
const TABLES_AT = 0x1000;

export const TEST_SETTINGS: Settings = {
  arrays: {
    words: { at: TABLES_AT, type: 'i32' },
    ints: { at: PAGE, type: 'i32' },
    floats: { at: 2 * PAGE, type: 'f64' },
    bytes: { at: 3 * PAGE, type: 'u8' },
    eventInts: { at: 4 * PAGE, type: 'i32' },
    eventTimes: { at: 5 * PAGE, type: 'f64' },
  },
  dataViews: { data: 'bytes' },
  objects: { names: ['view', 'cursor'], at: 0x400, end: TABLES_AT },
  containers: ['tables', 'slab', 'events'],
  leftOut: ['lookUp', 'note'],
  pages: PAGES,
};

export type Value = number | boolean | undefined;
type Functions = Record<string, (...values: unknown[]) => Value>;

/** Of the JavaScript interface of WebAssembly, what the tests use. */
interface WebAssemblyInterface {
  Memory: new (settings: { initial: number; maximum: number; shared: true }) => { buffer: SharedArrayBuffer };
  Module: new (code: Uint8Array) => object;
  Instance: new (module: object, imports: Record<string, Record<string, unknown>>) => { exports: unknown };
}
const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyInterface };

/** The same functions as JavaScript and as WebAssembly, each with a memory of its own and the same things in it. */
export class BothWays {
  readonly #script: Functions;
  readonly #wasm: Functions;
  readonly #scriptMemory = new ArrayBuffer(PAGES * PAGE);
  readonly #wasmMemory: SharedArrayBuffer;
  /** What functions are given that take the tables as their first argument. */
  readonly tables: object;
  /** The AssemblyScript in between. */
  readonly source: string;

  constructor(script: Functions, { wasm, source }: { wasm: Uint8Array; source: string }, settings: Settings) {
    this.#script = script;
    this.source = source;
    const memory = new WebAssembly.Memory({ initial: settings.pages, maximum: PAGE, shared: true });
    const module = new WebAssembly.Module(wasm);
    this.#wasm = new WebAssembly.Instance(module, { env: { memory } }).exports as Functions;
    this.#wasmMemory = memory.buffer;
    this.tables = tablesOf(viewsOf(this.#scriptMemory));
  }

  /** Puts the same random numbers into both memories: whole ones of all sizes, and fractions. */
  fill(seed: number): void {
    const random = randomOf(seed);
    const { ints, floats, bytes, words } = viewsOf(this.#scriptMemory);
    for (let i = 0; i < ints.length; i++) ints[i] = wordOf(random);
    for (let i = 0; i < words.length; i++) words[i] = random(100);
    for (let i = 0; i < floats.length; i++) floats[i] = (wordOf(random) * 16) / (random(50) + 1);
    for (let i = 0; i < bytes.length; i++) bytes[i] = random(256);
    new Uint8Array(this.#wasmMemory, TABLES_AT).set(new Uint8Array(this.#scriptMemory, TABLES_AT));
  }

  /** Puts bytes at the beginning of the array of bytes. */
  write(bytes: Uint8Array): void {
    for (const memory of [this.#scriptMemory, this.#wasmMemory]) {
      new Uint8Array(memory, TEST_SETTINGS.arrays.bytes.at, BYTES).fill(0xee).set(bytes.subarray(0, BYTES));
    }
  }

  /** Calls a function both ways; result and memory must be the same. */
  check(name: string, ...values: number[]): void {
    const expected = this.#script[name](this.tables, ...values);
    const result = this.#wasm[name](...values);
    expect({ name, values, result }).toEqual({ name, values, result: asNumber(expected) });
    const [first, second] = [this.#scriptMemory, this.#wasmMemory].map((memory) =>
      Buffer.from(memory).subarray(TABLES_AT),
    );
    if (first.compare(second) !== 0) throw new Error(`${name}(${values.join()}): ${firstDifference(first, second)}`);
  }

  /** Calls a function in WebAssembly only. */
  wasm(name: string, ...values: number[]): Value {
    return this.#wasm[name](...values);
  }
}

/** Texts of source files by name; what is exported by `source.ts` is compiled. */
export type Sources = { 'source.ts': string } & Record<string, string>;

/** Compiles sources both ways. */
export async function bothWays(sources: Sources, settings = TEST_SETTINGS): Promise<BothWays> {
  return withSources(sources, async (entry) => {
    const [script, compiled] = await Promise.all([scriptOf(entry), compileToWasm(entry, settings)]);
    return new BothWays(script, compiled, settings);
  });
}

/** The error that compiling a source text ends with, but for the folder. */
export async function refusalOf(text: string): Promise<string> {
  return withSources({ 'source.ts': text }, async (entry) => {
    try {
      await compileToWasm(entry, TEST_SETTINGS);
    } catch (error) {
      return (error as Error).message.replace(/^\S*\//, '');
    }
    return 'none';
  });
}

const LEFT_OUT = fileURLToPath(new URL('../../../src/lane/compile/left-out.ts', import.meta.url));

async function withSources<Result>(sources: Sources, use: (entry: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'compile-'));
  for (const [name, text] of Object.entries(sources)) {
    writeFileSync(join(folder, name), text.replaceAll('LEFT_OUT', JSON.stringify(LEFT_OUT)));
  }
  try {
    return await use(join(folder, 'source.ts'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function scriptOf(entry: string): Promise<Functions> {
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, write: false, format: 'cjs' });
  const module = { exports: {} as Functions };
  new Function('module', outputFiles[0].text)(module);
  return module.exports;
}

function viewsOf(memory: ArrayBuffer) {
  return {
    words: new Int32Array(memory, TABLES_AT, 64),
    ints: new Int32Array(memory, PAGE, 1024),
    floats: new Float64Array(memory, 2 * PAGE, 512),
    bytes: new Uint8Array(memory, 3 * PAGE, BYTES),
    data: new DataView(memory, 3 * PAGE, BYTES),
    eventInts: new Int32Array(memory, 4 * PAGE, 1024),
    eventTimes: new Float64Array(memory, 5 * PAGE, 64),
  };
}

/** Arrays and objects as functions are given them: the tables hang on one another, and fields begin with 0. */
function tablesOf(views: ReturnType<typeof viewsOf>): object {
  const object = (has: object) =>
    new Proxy<Record<PropertyKey, unknown>>({ ...has }, { get: (own, name) => own[name] ?? 0 });
  const tables: Record<string, unknown> = { ...views, view: object(views), cursor: object(views) };
  tables.deep = tables;
  tables.slab = tables;
  tables.events = tables;
  return tables;
}

/** Of any size, so that small numbers and those near the limits come as often. */
export function wordOf(random: (limit: number) => number): number {
  return (random(0x1_0000_0000) | 0) >> random(32);
}

function asNumber(value: Value): Value {
  return typeof value === 'boolean' ? Number(value) : value;
}

function firstDifference(first: Buffer, second: Buffer): string {
  const at = first.findIndex((byte, i) => byte !== second[i]) & ~7;
  return `at 0x${(at + TABLES_AT).toString(16)}: ${first.readDoubleLE(at)} or ${first.readInt32LE(at)}, compiled ${second.readDoubleLE(at)} or ${second.readInt32LE(at)}`;
}
