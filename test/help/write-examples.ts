import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/command.ts';
import { examplesOf, PAGES, textOf } from './examples.ts';
import { PICTURE, picture } from './picture.ts';

/** `npm run examples`: writes what commands and programs print today into the README, the help topics and the picture. */
execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' });
for (const page of PAGES) {
  const before = textOf(page);
  const after = examplesOf(page).reduce((text, example) => example.replaceIn(text, example.printed()), before);
  if (after === before) continue;
  writeFileSync(join(ROOT, page.file), after);
  console.log(`${page.file}: examples written`);
}
writeFileSync(join(ROOT, PICTURE), picture());
