import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { XMLValidator } from 'fast-xml-parser';
import { ROOT } from '../support/command.ts';
import { PICTURE, PICTURED, picture, pictureText, textInPicture } from './picture.ts';

const image = readFileSync(join(ROOT, PICTURE), 'utf8');

test('the picture shows what the command prints today', () => {
  const printed = pictureText().trimEnd().split('\n');
  expect(textInPicture(image)).toEqual([`$ ${PICTURED}`, ...printed.map((line) => line.trimEnd())]);
  expect(printed.length).toBeGreaterThan(20);
});

test('the picture is as `npm run examples` makes it', () => {
  expect(image).toBe(picture());
});

test('the picture is well-formed, and its colours follow the reader', () => {
  expect(XMLValidator.validate(image)).toBe(true);
  expect(image).toContain('prefers-color-scheme: dark');
  expect(image).toMatch(/<text [^>]*class="[^"]*r[^"]*"/);
});
