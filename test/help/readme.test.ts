import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { topics } from '../../src/help/topics.ts';
import type { Connection } from '../../src/record.ts';
import { compileWhere } from '../../src/report/where.ts';
import { fixtureNames, goldenPath } from '../fixtures/fixture-files.ts';
import { ROOT, sockscope } from '../support/command.ts';
import { blocks, PAGES, textOf } from './examples.ts';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** A section of the README, from its heading to the next. */
function section(heading: string): string {
  const [, text] = new RegExp(`^## ${heading}\n([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, 'm').exec(readme) ?? [];
  if (text === undefined) throw new Error(`the README has no section '${heading}'`);
  return text;
}

/** Cells of each row of a table, without its heading. */
function rowsOf(table: string): string[][] {
  return table
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

const records = fixtureNames().flatMap((name): Connection[] => {
  return JSON.parse(readFileSync(goldenPath(name), 'utf8')).connections;
});

describe('the README', () => {
  test('is short enough to be read', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(350);
  });

  test('begins with two commands to try: one that analyses, one that tests', () => {
    const commands = blocks(section('Try it')).map(({ language, body }) => [language, body]);
    expect(commands).toEqual([
      ['sh', 'npm ci && node bin/sockscope.js fixtures/handshake/*.pcap\n'],
      ['sh', 'npm cit\n'],
    ]);
  });

  test('finds the help topics and the picture in the package, too', () => {
    const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const [{ files }]: [{ files: { path: string }[] }] = JSON.parse(stdout);
    const packed = new Set(files.map(({ path }) => path));
    const linked = [...readme.matchAll(/\]\((src\/help\/[^)]+)\)/g)].map(([, path]) => path);
    expect(linked.filter((path) => !packed.has(path))).toEqual([]);
    expect(new Set(linked).size).toBe(topics().length + 1);
    expect(topics().filter(({ name }) => !packed.has(`dist/help/${name}.md`))).toEqual([]);
  });

  test('lists every topic of the reference', () => {
    const rows = topics().map(({ name, title }) => [`[${name}](src/help/${name}.md)`, title]);
    expect(rowsOf(section('Reference'))).toEqual(rows);
  });
});

describe('"My log says" in the README', () => {
  const [messages, events] = section('My log says …').split(/\n\n(?=\| \| sockscope says)/);
  const problems = readFileSync(join(ROOT, 'src/help/problems.md'), 'utf8');

  test('every message leads to a row of the second table, and every row is led to', () => {
    const names = rowsOf(events).map(([name]) => name);
    const used = new Set(rowsOf(messages).map(([, , name]) => name));
    expect([...used].sort()).toEqual([...names].sort());
    expect(rowsOf(messages).length).toBeGreaterThan(30);
  });

  test.each(rowsOf(events))(
    '%s: its problems exist, and its expression finds some in the fixtures',
    (_name, says, where) => {
      const codes = [...says.matchAll(/`([a-z]+(?:-[a-z]+)*)`/g)].map(([, code]) => code);
      expect(codes.length).toBeGreaterThan(0);
      expect(codes.filter((code) => !problems.includes(`\n| \`${code}\` | `))).toEqual([]);
      const matches = compileWhere(/^`'(.*)'`$/.exec(where)?.[1] ?? '');
      expect(records.filter(matches).length).toBeGreaterThan(0);
    },
  );
});

const OTHERS = ['CONTRIBUTING.md', 'fixtures/README.md'].map((file) => ({ file, width: 0 }));

describe.each([...PAGES, ...OTHERS].map((page) => [page.file, textOf(page)]))('%s', (file, markdown) => {
  test('links only to files and headings that exist', () => {
    const links = [...markdown.matchAll(/\]\(([^)]+)\)/g)].map(([, href]) => href);
    const missing = links.filter((href) => {
      if (href.startsWith('https://')) return false;
      if (!href.startsWith('#')) return !existsSync(join(ROOT, dirname(file), href));
      return !headings(markdown).includes(href.slice(1));
    });
    expect(missing).toEqual([]);
  });

  test('has only expressions that are valid', () => {
    const quoted = [...markdown.matchAll(/--(?:where|assert) '([^']*)'/g)].map(([, expression]) => expression);
    for (const expression of quoted) expect(() => compileWhere(expression)).not.toThrow();
  });

  test('names only scripts of npm that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const named = [...markdown.matchAll(/\bnpm run ([a-z-]+)/g)].map(([, name]) => name);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  test('uses only options that exist', () => {
    const shells = blocks(markdown).filter(({ language }) => ['sh', 'console'].includes(language));
    const commands = shells.flatMap(({ body }) => [...body.matchAll(/(?:^|[$|] |sudo |npx )sockscope ([^|\n]*)/gm)]);
    const unknown = commands.flatMap(([, words]) => {
      const help = helpOf(/^(explain|check|diff|live|interfaces|help|completion)\b/.exec(words)?.[1] ?? 'analyze');
      const plain = words.replaceAll(/'[^']*'/g, '').replace(/ #.*/, '');
      return [...plain.matchAll(/ (--[a-z][a-z-]*)/g)]
        .map(([, option]) => option)
        .filter((option) => !help.includes(option));
    });
    expect(unknown).toEqual([]);
  });
});

const helps = new Map<string, string>();

function helpOf(command: string): string {
  const help = helps.get(command) ?? sockscope([command, '--help']).stdout;
  helps.set(command, help);
  return help;
}

/** As GitHub names them. */
function headings(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, text]) =>
    text
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}
