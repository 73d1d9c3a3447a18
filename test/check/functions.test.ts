import { describe, expect, test } from '@jest/globals';
import { Environment } from '@marcbachmann/cel-js';
import { registerListFunctions } from '../../src/check/functions.ts';

const evaluator = registerListFunctions(new Environment({ unlistedVariablesAreDyn: true }), 'evaluator');
const lists = { some: [4, 1, 3, 2], holes: [1, null, 3], none: [], nulls: [null], flags: [true, false, null, true] };

describe('over a list', () => {
  test.each<[expression: string, value: number]>([
    ['count(some)', 4],
    ['count(holes)', 2],
    ['count(none)', 0],
    ['sum(some)', 10],
    ['sum(none)', 0],
    ['sum(holes)', 4],
    ['min(some)', 1],
    ['max(some)', 4],
    ['mean(holes)', 2],
    ['stdev([1.0, 2.0, 3.0])', 1],
    ['stdev([5.0])', 0],
    ['sum([1, 2, 3])', 6],
    ['percentile(some, 0)', 1],
    ['percentile(some, 25)', 1],
    ['percentile(some, 25.1)', 2],
    ['percentile(some, 50)', 2],
    ['percentile(some, 99)', 4],
    ['percentile(some, 100)', 4],
    ['share(flags)', 2 / 3],
  ])('%s is %d', (expression, value) => {
    expect(Number(evaluator.evaluate(expression, lists))).toBe(value);
  });

  test.each(['min(none)', 'max(nulls)', 'mean(none)', 'stdev(none)', 'percentile(none, 50)', 'share(none)'])(
    '%s is not known',
    (expression) => {
      expect(() => evaluator.evaluate(expression, lists)).toThrow(/there is no/);
    },
  );

  test('a percentile is from 0 to 100', () => {
    expect(() => evaluator.evaluate('percentile(some, 101)', lists)).toThrow('a percentile is from 0 to 100, not 101');
  });
});
