import sockscope = require('sockscope');
import forTests = require('sockscope/jest');

export async function first(path: string): Promise<sockscope.Connection | undefined> {
  for await (const connection of sockscope.analyze(path)) return connection;
  return undefined;
}

export const matchers: object = forTests.matchers;
// @ts-expect-error a path is text
sockscope.explain(7);
