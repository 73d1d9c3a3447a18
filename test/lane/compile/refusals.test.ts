import { describe, expect, test } from '@jest/globals';
import { bothWays, refusalOf, TEST_SETTINGS } from './both-ways.ts';

/** Sources that are outside the subset, and what is said of each after the file. */
const REFUSED: Record<string, [source: string, line: string][]> = {
  functions: [
    ['export async function f() {}', 'f: a function that waits: async function f() { }'],
    ['export function f() { const g = () => 1; return g(); }', 'f: a function within a function: () => 1'],
    ['export function f(a = 1) { return a; }', 'f: a default value: a = 1'],
    ['export function f({ a = 1 }) { return a; }', 'f: a default value: a = 1'],
    ['export function f({ a: { b } }) { return b; }', 'f: a pattern within a pattern: a: { b }'],
    ['export function f(...a) { return a; }', 'f: a pattern other than { names }: ...a'],
    ['export function f([a]) { return a; }', 'f: a pattern other than { names }: [a]'],
    ['export function f({ ["a"]: b }) { return b; }', 'f: a pattern other than { names }: ["a"]: b'],
    [
      'export function f(a) { if (a) return; return 1; }',
      'f: a return without a value beside ones with a value: return;',
    ],
    ['const g = (a) => a; export function f() { return g(1, 2); }', 'f: 1 argument expected: g(1, 2)'],
    ['const g = (a) => a; export function f() { return g(); }', 'f: 1 argument expected: g()'],
    ['const g = (a) => a; export function f(b) { return g(...b); }', 'f: an expression of this kind: ...b'],
    [
      'function g(a) { a | 0; return; } export function f() { return g(1); }',
      'f: the value of a function that returns none: g(1)',
    ],
    ['const g = (a) => a; export function f() { const h = g; return h(1); }', 'f: a function as a value: h = g'],
    ['const g = (a) => a; export function f() { return g + 1; }', 'f: a function as a value: g'],
    ['import { cpus } from "node:os"; export function f() { return cpus(); }', 'f: no function of these sources: cpus'],
    ['export function f(a) { return a(); }', 'f: no function of these sources: a'],
    ['export function f({ slab }) { return slab.take(1); }', 'f: a method that is not known: slab.take'],
    ['export function f({ slab }) { return slab["take"](1); }', 'f: no function of these sources: slab["take"]'],
  ],
  objects: [
    ['export function f(slab) { return slab.used; }', 'f: a value that is no number of a known object: slab.used'],
    ['export function f(slab, i) { return slab.rows[i]; }', 'f: an array that is not in the settings: slab.rows'],
    ['export function f(counts, i) { return counts[i]; }', 'f: an array that is not in the settings: counts'],
    [
      'const TABLE = [1, 2]; export function f(i) { return TABLE[i]; }',
      'f: an array that is not in the settings: TABLE',
    ],
    ['let count = 0; export function f() { return count++; }', 'f: a value that is no number of a known object: count'],
    [
      'let count = 0; export const g = () => count; function f() { count = 1; } globalThis.f = f;',
      'g: a value that is no number of a known object: count',
    ],
    ['export function f(view) { return view + 1; }', 'f: an object as a value: view'],
    ['export function f({ ints }) { return ints.length; }', 'f: a name that is not known here: ints.length'],
    [
      'export function f(a) { const words = a + 1; return words; }',
      "f: 'words' is the name of something else: words = a + 1",
    ],
    [
      'export function f(a, { view }) { const cursor = view; return cursor.me; }',
      "f: 'cursor' is the name of something else: cursor = view",
    ],
    [
      'const g = (view) => view.a; export function f(packet) { return g(packet) + packet.ints[0]; }',
      'f: another object than the parameter is named for: packet',
    ],
    ['const g = (view) => view.a; export function f(a) { return g(a + 1); }', 'f: an object is expected: a + 1'],
    [
      'const g = ({ a }) => a; export function f({ view, cursor }) { return g(view) + g(cursor); }',
      'f: another object than in other calls: g(cursor)',
    ],
    ['const g = ({ a }) => a; export function f(b) { return g(b | 0); }', 'f: an object is expected: g(b | 0)'],
    ['export function f({ a }) { return a + 1; }', 'f: a value that is no number of a known object: a'],
    [
      'export function f(a) { const { b } = a + 1; return b; }',
      'f: what is taken apart is no known object: { b } = a + 1',
    ],
    ['export function f(a) { return missing + a; }', 'f: a name that is not known here: missing'],
    ['export function f() { return this.a; }', 'f: a name that is not known here: this.a'],
    ['export function f({ view }) { return view?.a; }', 'f: an expression of this kind: view?.a'],
    [
      'export function f({ view }) { view = 1; }',
      'f: something else than a variable, a field or an element is written: view',
    ],
  ],
  expressions: [
    ['export const f = (a) => `text`;', 'f: an expression of this kind: `text`'],
    ['export const f = (a) => "text";', 'f: an expression of this kind: "text"'],
    ['export const f = (a) => a ** 2;', 'f: operator **: a ** 2'],
    ['export const f = (a) => a == 2;', 'f: operator ==: a == 2'],
    ['export const f = (a) => +a;', 'f: operator +: +a'],
    ['export const f = (a) => typeof a;', 'f: operator typeof: typeof a'],
    ['export const f = (a) => a ?? 1;', 'f: operator ??: a ?? 1'],
    ['export const f = (a, b) => { const c = a || b; return c; }', 'f: a number as the value of ||: a'],
    ['export const f = (a) => (a > 1) === 1;', 'f: a truth value compared with a number: a > 1 === 1'],
    ['export const f = (a) => (a / 2 ? 1 : 2);', 'f: a floating-point number as a condition: a / 2'],
    ['export const f = (a) => !(a / 2);', 'f: a floating-point number as a condition: a / 2'],
    ['export const f = (a) => [a];', 'f: an expression of this kind: [a]'],
    ['export const f = (a) => ({ a });', 'f: an expression of this kind: { a }'],
    ['export function f(a) { return { a }; }', 'f: an expression of this kind: { a }'],
    ['export const f = (a) => (a, 1);', 'f: an expression of this kind: a, 1'],
    ['export const f = (a) => Math.sqrt(a);', 'f: Math.sqrt: Math.sqrt(a)'],
    ['export const f = (a) => Math.max(a, 1, 2);', 'f: 2 arguments expected: Math.max(a, 1, 2)'],
    ['export const f = (a) => Math.imul(a);', 'f: 2 arguments expected: Math.imul(a)'],
    ['export const f = ({ data }, a) => data.getFloat64(a);', 'f: getFloat64 of a DataView: data.getFloat64(a)'],
    ['export const f = ({ data }, a) => data.getUint8(a, true);', 'f: 1 argument expected: data.getUint8(a, true)'],
    ['export const f = ({ ints }, a) => ints.indexOf(a);', 'f: the value of indexOf: ints.indexOf(a)'],
    [
      'export function f({ ints }, a) { return (ints[a] = 1); }',
      'f: the value of an assignment to memory: ints[a] = 1',
    ],
    [
      'export function f({ ints }, a) { return (ints[a] += 1); }',
      'f: the value of an assignment to memory: ints[a] += 1',
    ],
    ['export function f({ view }, a) { return (view.a = 1); }', 'f: the value of an assignment to memory: view.a = 1'],
    ['export function f({ bytes }, a) { return bytes[a]++; }', 'f: the value of ++ on a byte: bytes[a]++'],
    ['export function f({ ints }) { return ints[1.5]; }', 'f: an index that is not whole: 1.5'],
    ['export function f({ ints }) { return ints[-20000]; }', 'f: an index that is out of memory: -2e4'],
  ],
  statements: [
    ['export function f(a) { var b = a; return b; }', "f: 'var': var b = a;"],
    ['export function f(a) { a + 1; return a; }', 'f: a statement that does nothing: a + 1'],
    ['export function f(a) { Math.abs(a); return a; }', 'f: a statement that does nothing: Math.abs(a)'],
    ['export function f(a) { do { a--; } while (a > 0); }', 'f: a statement of this kind: do { a--; } while (a > 0);'],
    [
      'export function f({ ints }) { for (const a of ints) a; }',
      'f: a statement of this kind: for (const a of ints) a;',
    ],
    ['export function f(a) { throw a; }', 'f: a statement of this kind: throw a;'],
    [
      'export function f(a) { try { a--; } finally { a++; } }',
      'f: a statement of this kind: try { a--; } finally { a++; }',
    ],
    ['export function f(a) { b: while (a) { break b; } }', 'f: a statement of this kind: b: while (a) { break b; }'],
    [
      'export function f(a) { switch (a > 1) { case true: return 1; } return 2; }',
      'f: a switch over truth values: a > 1',
    ],
    [
      'export function f(a) { [a] = a; return a; }',
      'f: something else than a variable, a field or an element is written: [a]',
    ],
    ['export function f(a) { a &&= 1; return a; }', 'f: operator &&: a &&= 1'],
    [
      'export function f({ ints }, a) { ints.fill(a, 1, 2); }',
      'f: fill with something else than 0: ints.fill(a, 1, 2)',
    ],
    ['export function f({ ints }) { ints.fill(0); }', 'f: 3 arguments expected: ints.fill(0)'],
    ['export function f({ ints }) { ints.copyWithin(0, 1); }', 'f: 3 arguments expected: ints.copyWithin(0, 1)'],
    ['export function f({ ints }, a) { ints.set(a, 1, 2); }', 'f: set of an array: ints.set(a, 1, 2)'],
  ],
};

describe('what is outside the subset is refused in one line', () => {
  for (const [theme, cases] of Object.entries(REFUSED)) {
    test.each(cases)(`${theme}: %s`, async (source, line) => {
      expect(await refusalOf(source)).toBe(`source.ts: ${line}`);
    });
  }

  test('the line names the file, and shortens a long piece of source', async () => {
    const long = `export function f(a) { throw ${Array(40).fill('a').join(' + ')}; }`;
    expect(await refusalOf(long)).toBe(`source.ts: f: a statement of this kind: throw ${'a + '.repeat(18)}a …`);
  });

  test('a file that is not there, and one that is no TypeScript', async () => {
    expect(await refusalOf("export { f } from './missing.ts';")).toBe('source.ts: Could not resolve "./missing.ts"');
    expect(await refusalOf('export function f( {')).toMatch(/^source\.ts: Expected .*end of file$/);
  });

  test('more fields than there is room for', async () => {
    const reads = Array.from({ length: 5 }, (_, i) => `view.a${i}`).join(' + ');
    const settings = { ...TEST_SETTINGS, objects: { names: ['view'], at: 1024, end: 1024 + 4 * 8 } };
    const compiling = bothWays({ 'source.ts': `export const f = ({ view }) => ${reads};` }, settings);
    await expect(compiling).rejects.toThrow('no room for the field view.a4 in 32 bytes');
  });

  test('what only AssemblyScript sees', async () => {
    const line = await refusalOf('export function f(a) { if (a > 1) return 1; }');
    expect(line).toMatch(
      /^AssemblyScript: ERROR TS2355: A function whose declared type is not 'void' must return a value\./,
    );
    expect(line).not.toContain('\n');
  });

  test('what no compiled function reads may be anything', async () => {
    const source = `class Table { size = 3; } const table = new Table(); const NAMES = new Map([[1, 'one']]);
      export function unused() { return [...NAMES.keys(), table.size]; }
      export const f = (a) => a + 1;`;
    const entry = "export { f } from './other.ts';";
    const both = await bothWays({ 'source.ts': entry, 'other.ts': source });
    expect(both.wasm('f', 2)).toBe(3);
  });
});
