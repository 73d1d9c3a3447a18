import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { markdownText } from '../../src/help/markdown-text.ts';
import { topics, topicText } from '../../src/help/topics.ts';
import { ROOT } from '../support/command.ts';
import { topicFiles } from './examples.ts';

const PLAIN = { width: 80, color: false, ascii: false };
const WIDTHS = [60, 80, 120, 200];
const names = topics().map(({ name }) => name);

describe('topics', () => {
  test('there is one for each Markdown file, with its heading as title', () => {
    expect([...names].sort()).toEqual(topicFiles());
    for (const { name, title } of topics()) {
      expect(readFileSync(join(ROOT, `src/help/${name}.md`), 'utf8')).toMatch(`# ${title}\n`);
      expect(title).toMatch(/^\S.{10,}/);
    }
  });

  test('another name has no text', () => {
    expect(topicText('nothing', PLAIN)).toBeNull();
    expect(topicText('../help/record', PLAIN)).toBeNull();
  });

  test.each(names)('%s fits the width, in colour as well as without', (name) => {
    for (const width of WIDTHS) {
      const text = topicText(name, { width, color: false, ascii: false }) ?? '';
      const long = text.split('\n').filter((line) => [...line].length > width && !line.startsWith('    '));
      expect(long).toEqual([]);
      const colored = topicText(name, { width, color: true, ascii: false }) ?? '';
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
      const shown = colored.replaceAll(/\u001b\[\d+m/g, '').split('\n');
      expect(shown.filter((line) => [...line].length > width && !line.startsWith('    '))).toEqual([]);
    }
  });

  test('the drawing in explain is whole at 80 columns', () => {
    const drawn = (topicText('explain', PLAIN) ?? '').split('\n').filter((line) => line.includes('│'));
    expect(drawn.length).toBeGreaterThan(10);
    expect(drawn.filter((line) => [...line].length > 80)).toEqual([]);
  });

  test.each(names)('%s loses nothing of its text', (name) => {
    const words = (text: string) => text.match(/[A-Za-z0-9]{2,}/g)?.sort() ?? [];
    const source = readFileSync(join(ROOT, `src/help/${name}.md`), 'utf8');
    const withoutLinks = source.replaceAll(/\]\([^)]*\)/g, ']').replaceAll(/^```\w*$/gm, '');
    const shown = words(topicText(name, { width: 1000, color: false, ascii: false }) ?? '');
    const missing = new Map<string, number>();
    for (const word of words(withoutLinks)) missing.set(word, (missing.get(word) ?? 0) + 1);
    for (const word of shown) missing.set(word, (missing.get(word) ?? 0) - 1);
    const inParentheses = [...source.matchAll(/\(\[([^\]]*)\]/g)].flatMap(([, text]) => words(text));
    expect([...missing].filter(([word, count]) => count > 0 && !inParentheses.includes(word))).toEqual([]);
  });

  test.each(names)('%s is plain ASCII where the terminal is', (name) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins a colour
    expect(topicText(name, { width: 80, color: true, ascii: true })).toMatch(/^[\n\u001b\u0020-\u007e]+$/);
  });

  test.each(names)('%s links only within itself, to topics and to whole addresses', (name) => {
    const source = readFileSync(join(ROOT, `src/help/${name}.md`), 'utf8');
    const links = [...source.matchAll(/\]\(([^)]+)\)/g)].map(([, href]) => href);
    const wrong = links.filter((href) => !/^(#|https:)/.test(href) && !names.includes(href.replace(/\.md$/, '')));
    expect(wrong).toEqual([]);
  });
});

describe('Markdown in a terminal', () => {
  const text = (markdown: string, look: Partial<typeof PLAIN> = {}) => markdownText(markdown, { ...PLAIN, ...look });

  test('headings are bold in colour and underlined without', () => {
    expect(text('# One\n\n### Three\n')).toBe('One\n───\n\nThree\n');
    expect(text('# One\n', { ascii: true })).toBe('One\n---\n');
    expect(text('# One\n', { color: true })).toBe('\u001b[1mOne\u001b[22m\n');
  });

  test('paragraphs are wrapped at spaces, and never wider than is easy to read', () => {
    expect(text('one two three\nfour\n', { width: 9 })).toBe('one two\nthree\nfour\n');
    const lines = text(`${'word '.repeat(60)}\n`, { width: 200 }).split('\n');
    expect(lines[0].length).toBe(99);
  });

  test('items of a list hang below each other', () => {
    expect(text('- one two\n- three\n', { width: 6 })).toBe('• one\n  two\n• three\n');
    expect(text('- one\n', { ascii: true })).toBe('- one\n');
    expect(text('9. one\n10. two three\n', { width: 10 })).toBe('9. one\n10. two\n    three\n');
  });

  test('code is indented and not broken', () => {
    expect(text('```sh\na  b   c\n\nd\n```\n', { width: 4 })).toBe('    a  b   c\n\n    d\n');
  });

  test('code in prose keeps its back-quotes only without colours', () => {
    expect(text('use `a b`, *not* c\n')).toBe('use `a b`, not c\n');
    expect(text('use `a b`, *not* c\n', { color: true })).toBe(
      'use \u001b[36ma b\u001b[39m, \u001b[1mnot\u001b[22m c\n',
    );
  });

  test('a link to a topic becomes the command that shows it, once', () => {
    expect(text('the [record](record.md), the [record](record.md) ([all](rules.md))\n')).toBe(
      'the record (sockscope help record), the record (sockscope help rules)\n',
    );
    expect(text('in [CEL](https://cel.dev)\n')).toBe('in CEL (https://cel.dev)\n');
    expect(text('see [below](#below)\n')).toBe('see below\n');
  });

  const table =
    '| a | what |\n|---|---|\n| `x`, `y` | one two three four five six seven eight nine ten `z` |\n| w | |\n';

  test('the columns of a table share the width and wrap', () => {
    expect(text(table, { width: 40 })).toBe(
      'a     what\nx, y  one two three four five six seven\n      eight nine ten `z`\nw\n',
    );
  });

  test('of two long columns neither takes the room of the other', () => {
    const row = `| ${'abc '.repeat(10)}| ${'text '.repeat(16)}|`;
    const [, first] = text(`| | |\n|---|---|\n${row}\n`, { width: 60 }).match(/^(.*?)text/) ?? [];
    expect(first.length).toBe('abc abc abc abc abc abc abc  '.length);
  });

  test('rows of a table that is too narrow are stacked', () => {
    expect(text(table, { width: 30 })).toBe(
      '`x`, `y`\n    one two three four five\n    six seven eight nine ten\n    `z`\nw\n'.replace('`x`, `y`', 'x, y'),
    );
  });

  test('from its third column on a stacked row says what stands there', () => {
    expect(text('| a | b | c |\n|---|---|---|\n| aaaaaaaaaa | bbbbbbbbbb | cc |\n', { width: 20 })).toBe(
      'aaaaaaaaaa\n    bbbbbbbbbb\n    c: cc\n',
    );
  });

  test('what has no form in a terminal is refused, so that no page loses it silently', () => {
    expect(() => text('<div>\n</div>\n')).toThrow("block of the kind 'html'");
    expect(() => text('an ![image](x.svg)\n')).toThrow('which has no form');
  });
});
