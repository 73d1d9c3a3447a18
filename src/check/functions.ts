import type { Environment } from '@marcbachmann/cel-js';

type Numbers = readonly number[];

/**
 * What an expression over all connections may compute of a list. What is unknown (null) is left out; of nothing,
 * only `count` and `sum` are known.
 */
const OF_NUMBERS: Record<string, (values: Numbers) => number> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  min: (values) => values.reduce((least, value) => Math.min(least, value), known(values)),
  max: (values) => values.reduce((most, value) => Math.max(most, value), known(values)),
  mean,
  stdev,
};

function known(values: Numbers): number {
  if (values.length === 0) throw new Error('there is no value to compute it from');
  return values[0];
}

function mean(values: Numbers): number {
  known(values);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of a sample: n − 1. */
function stdev(values: Numbers): number {
  const middle = mean(values);
  if (values.length < 2) return 0;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

/** Nearest rank, as in the summary: the least value that p % of all do not exceed. */
function percentile(values: Numbers, p: number): number {
  known(values);
  if (!(p >= 0 && p <= 100)) throw new Error(`a percentile is from 0 to 100, not ${p}`);
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)];
}

/** How many of the conditions are true, of all that are known. */
function share(conditions: readonly boolean[]): number {
  if (conditions.length === 0) throw new Error('there is no condition to take the share of');
  return conditions.filter(Boolean).length / conditions.length;
}

function withoutUnknown<T>(list: readonly (T | null)[]): T[] {
  return list.filter((value) => value !== null);
}

function numbersOf(list: readonly (number | bigint | null)[]): number[] {
  return withoutUnknown(list).map(Number);
}

/**
 * For a checker, which wants each type told, or for an evaluator: there every list and every result is of any type,
 * so that a result may meet an int in a comparison.
 */
export function registerListFunctions(environment: Environment, role: 'checker' | 'evaluator'): Environment {
  const typed = role === 'checker';
  const result = typed ? 'double' : 'dyn';
  for (const list of typed ? ['list<double>', 'list<int>'] : ['list']) {
    for (const [name, compute] of Object.entries(OF_NUMBERS)) {
      environment.registerFunction(`${name}(${list}): ${result}`, (values) => compute(numbersOf(values)));
    }
    for (const p of ['int', 'double']) {
      environment.registerFunction(`percentile(${list}, ${p}): ${result}`, (values, share) =>
        percentile(numbersOf(values), Number(share)),
      );
    }
  }
  environment.registerFunction(`count(list): ${result}`, (values) => withoutUnknown(values).length);
  const conditions = typed ? 'list<bool>' : 'list';
  environment.registerFunction(`share(${conditions}): ${result}`, (values) => share(withoutUnknown(values)));
  return environment;
}
