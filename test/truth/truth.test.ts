import { expect, test } from '@jest/globals';
import { fixtureNames, fixturePath } from '../fixtures/fixture-files.ts';
import { captureResult } from './capture-result.ts';
import { lineOf, Tally } from './tally.ts';

/** Contradictions that are known, by change and kind: may only become fewer. */
const KNOWN: Record<string, number> = {
  'cut error': 9,
  'cut warning': 1,
  'cut errno': 2,
  'cut style': 5,
  'cut closer': 2,
  'cut cause': 7,
  'cut outcome': 5,
  'side error': 9,
  'side warning': 4,
  'side style': 3,
  'side outcome': 2,
  'double error': 4,
  'double warning': 10,
  'double errno': 4,
  'double style': 4,
  'double closer': 4,
  'double cause': 4,
  'double outcome': 4,
  'swap error': 7,
  'swap warning': 8,
  'swap style': 3,
  'swap cause': 37,
  'swap outcome': 1,
  'holes error': 16,
  'holes style': 4,
  'holes closer': 5,
  'holes cause': 13,
  'holes outcome': 3,
  'merged error': 6,
  'merged warning': 266,
  'merged errno': 1,
  'merged style': 43,
  'merged cause': 59,
  'merged counts': 266,
};

const MOST_LINES = 40;
const OPTIONS = { seed: 1, amount: { cuts: 250, copies: 3 }, mostPackets: 1000, keep: null };

test('a changed copy of a fixture says nothing that the whole one refutes', async () => {
  const tally = new Tally();
  for (const name of fixtureNames()) tally.add(await captureResult(fixturePath(name), name, OPTIONS));
  const counts = tally.counts();
  const worse = Object.keys({ ...KNOWN, ...counts }).filter((name) => (counts[name] ?? 0) > (KNOWN[name] ?? 0));
  const lines = tally.rows.filter(({ change, kind }) => worse.includes(`${change} ${kind}`)).map(lineOf);
  expect(worse.length === 0 ? [] : [tally.table(), ...lines.slice(0, MOST_LINES)]).toEqual([]);
  expect(tally.captures).toBeGreaterThan(100);
});
