import { expect, test } from '@jest/globals';
import { fixtureNames, fixturePath } from '../fixtures/fixture-files.ts';
import { captureResult } from './capture-result.ts';
import { lineOf, Tally } from './tally.ts';

/** Contradictions that are known, by change and kind: may only become fewer. */
const KNOWN: Record<string, number> = {
  'cut error': 3,
  'cut warning': 3,
  'cut errno': 2,
  'cut style': 5,
  'cut closer': 2,
  'cut outcome': 6,
  'double warning': 2,
  'double counts': 4,
  'swap error': 7,
  'swap warning': 7,
  'swap style': 2,
  'swap cause': 12,
  'swap outcome': 1,
  'holes error': 17,
  'holes style': 3,
  'holes closer': 4,
  'holes cause': 9,
  'holes outcome': 3,
  'merged error': 2,
  'merged warning': 2,
  'merged errno': 1,
  'merged cause': 1,
  'merged counts': 4,
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
