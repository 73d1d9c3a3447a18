import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { allCommands } from '../../src/cli/commands.ts';
import { manPage } from '../../src/cli/man-page.ts';
import { ROOT } from '../support/command.ts';
import { has } from '../support/programs.ts';

const commands = await allCommands();
/** What the build made. */
const FILE = join(ROOT, 'dist/man/sockscope.1');

test('the package has the manual page, and says where it is', () => {
  const { man } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  // npm makes links for a list alone.
  expect(man.map((file: string) => join(ROOT, file))).toEqual([FILE]);
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  expect(files.map(({ path }) => path)).toContain('dist/man/sockscope.1');
});

test('the same sources make the same page on the same day', async () => {
  const date = new Date('2026-11-28T23:59:59Z');
  const page = await manPage('1.2.3', date);
  expect(page).toBe(await manPage('1.2.3', date));
  expect(page).toContain('.Dd November 28, 2026\n');
  expect(page).toContain('.Os sockscope 1.2.3\n');
});

const isThere = has('mandoc');
(isThere ? describe : describe.skip)(isThere ? 'for mandoc' : 'for mandoc (needs mandoc)', () => {
  const read = (file: string, ...args: string[]) => spawnSync('mandoc', [...args, file], { encoding: 'utf8' });
  const text = isThere ? read(FILE, '-Tutf8', '-Owidth=500').stdout.replaceAll(/.[\b]/gu, '') : '';
  const flat = text.replaceAll(/\s+/g, ' ');

  test('there is nothing to complain of', () => {
    const { stdout, stderr, status } = read(FILE, '-Tlint', '-W', 'warning');
    expect([stdout, stderr, status]).toEqual(['', '', 0]);
  });

  test('there would be, if something were wrong', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
    try {
      const wrong = join(folder, 'wrong.1');
      writeFileSync(wrong, readFileSync(FILE, 'utf8').replace('.El\n', ''));
      expect(read(wrong, '-Tlint', '-W', 'warning').status).not.toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each(commands)('$name is there with its arguments, options and examples', (command) => {
    for (const { name, describe: meaning } of command.arguments) {
      expect(text).toContain(`  ${name}`);
      expect(flat).toContain(meaning);
    }
    for (const [name, option] of Object.entries(command.options)) {
      expect(text).toContain(`--${name}`);
      expect(flat).toContain(option.describe.split(/[{(]/)[0].trim());
    }
    for (const { command: line } of command.examples) expect(text).toContain(`      ${line}\n`);
  });

  test.each(['NAME', 'SYNOPSIS', 'DESCRIPTION', 'ENVIRONMENT', 'FILES', 'EXIT STATUS', 'EXAMPLES', 'SEE ALSO'])(
    'it has the section %s',
    (section) => {
      expect(text).toMatch(new RegExp(`^${section}$`, 'm'));
    },
  );

  test.each(['NO_COLOR', 'FORCE_COLOR', 'TERM', 'COLUMNS', 'LC_ALL', 'sockscope.yml'])('it tells of %s', (name) => {
    expect(text).toContain(`     ${name}`);
  });
});
