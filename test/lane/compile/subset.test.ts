import { beforeAll, describe, expect, test } from '@jest/globals';
import { randomOf } from '../../support/random-conversation.ts';
import { type BothWays, bothWays, wordOf } from './both-ways.ts';
import { CASES, type Kind } from './cases.ts';

const CALLS = 300;

describe('what is compiled does what JavaScript does', () => {
  let both: BothWays;
  beforeAll(async () => {
    both = await bothWays(SOURCES);
  });

  test.each(Object.entries(CASES).map(([name, { rule }]) => [rule, name]))('%s: %s', (_rule, name) => {
    const random = randomOf(name.length);
    const draw: Record<Kind, () => number> = {
      word: () => wordOf(random),
      place: () => 100 + random(200),
      small: () => random(9),
    };
    for (let call = 0; call < CALLS; call++) {
      if (call % 20 === 0) both.fill(call + 1);
      both.check(name, ...CASES[name].takes.map((kind) => draw[kind]()));
    }
  });
});

/** One file for each, so that they may use the same names; one program of all, for the compiler takes long to start. */
const SOURCES = {
  'source.ts': Object.keys(CASES)
    .map((name) => `export { ${name} } from './${name}.ts';`)
    .join('\n'),
  ...Object.fromEntries(Object.entries(CASES).map(([name, { source }]) => [`${name}.ts`, source])),
};

describe('left out', () => {
  const SOURCE = `import { wasLeftOut } from LEFT_OUT;
    const NAMES = new Map([[5, 'five']]);
    function lookUp(a) { return NAMES.has(a); }
    function note(a, { list }) { list.push(a); return a; }
    export function seen({}, a) { if (a > 10) return lookUp(a) ? 1 : 2; return a; }
    export function noted(t, a) { if (a > 10) note(NAMES.get(a), t.events); return note(a) + 3; }
    export function handed(t, a) { note(a, t); return a; }
    export function asked({}) { return wasLeftOut(); }`;

  test('a call has the value false or 0, and is told of once', async () => {
    const both = await bothWays({ 'source.ts': SOURCE });
    expect(both.wasm('asked')).toBe(0);
    expect([both.wasm('seen', 5), both.wasm('asked')]).toEqual([5, 0]);
    expect([both.wasm('seen', 11), both.wasm('asked'), both.wasm('asked')]).toEqual([2, 1, 0]);
    expect([both.wasm('noted', 11), both.wasm('asked')]).toEqual([3, 1]);
    expect([both.wasm('handed', 7), both.wasm('asked')]).toEqual([7, 1]);
    expect(both.source).not.toContain('lookUp');
  });
});
