import { describe, expect, test } from '@jest/globals';
import { type Example, examplesOf, PAGES } from './examples.ts';

/** After an intended change of an output, `npm run examples` writes the new one into the pages. */
describe.each(
  PAGES.map((page): [string, Example[]] => [page.file, examplesOf(page)]).filter(([, all]) => all.length > 0),
)('what %s shows is printed today', (_file, examples) => {
  test.each(examples.map((example): [string, Example] => [example.title, example]))('%s', (_title, example) => {
    expect(example.printed()).toBe(example.shown);
  });
});

test('there are examples of commands and of programs', () => {
  const all = PAGES.flatMap((page) => examplesOf(page));
  expect(all.filter(({ title }) => title.startsWith('sockscope')).length).toBeGreaterThan(8);
  expect(all.filter(({ title }) => title.includes('await')).length).toBeGreaterThan(3);
});
