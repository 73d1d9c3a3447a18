import { expect, test } from '@jest/globals';
import { fixtureNames, fixturePath } from '../fixtures/fixture-files.ts';
import { captureResult } from './capture-result.ts';
import { lineOf, Tally } from './tally.ts';

/**
 * Contradictions that are known, by change and kind. It may only shrink.
 */
const KNOWN: Record<string, number> = {};

const OPTIONS = { seed: 1, amount: { cuts: 250, copies: 3 }, mostPackets: 1000, keep: null };

test('a changed copy of a fixture says nothing that the whole one refutes', async () => {
  const tally = new Tally();
  for (const name of fixtureNames()) tally.add(await captureResult(fixturePath(name), name, OPTIONS));
  const counts = tally.counts();
  const worse = Object.keys({ ...KNOWN, ...counts }).filter((name) => (counts[name] ?? 0) > (KNOWN[name] ?? 0));
  const lines = tally.rows.filter(({ change, kind }) => worse.includes(`${change} ${kind}`)).map(lineOf);
  if (worse.length > 0) throw new Error(`${JSON.stringify(counts, null, 2)}\n${lines.slice(0, 40).join('\n')}`);
  expect(tally.captures).toBeGreaterThan(100);
});
