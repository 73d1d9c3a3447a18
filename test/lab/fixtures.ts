/**
 * Makes what can be remade anywhere: the hand-built captures, the golden record and explanation beside every
 * capture, and the table of fixtures/README.md. Usage: npm run fixtures [-- NAME…]; look at the difference before keeping it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { everyKind, explanationOf, LOOKS, lookPath } from '../fixtures/explanation.ts';
import { explanationPath, fixtureNames, fixturePath, goldenPath } from '../fixtures/fixture-files.ts';
import { goldenOf, goldenText } from '../fixtures/golden.ts';
import { HAND_BUILT } from './hand-built/index.ts';
import { fixturesReadme } from './readme.ts';

const wanted = process.argv.slice(2);
for (const { theme, file, bytes } of HAND_BUILT) {
  const path = fixturePath(`${theme}/${file}`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}
for (const name of fixtureNames()) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
  writeFileSync(goldenPath(name), goldenText(await goldenOf(fixturePath(name))));
  writeFileSync(explanationPath(name), await explanationOf(fixturePath(name)));
}
for (const { name, options } of LOOKS) {
  mkdirSync(dirname(lookPath(name)), { recursive: true });
  writeFileSync(lookPath(name), await everyKind(options));
}
writeFileSync(fixturePath('README.md'), fixturesReadme());
