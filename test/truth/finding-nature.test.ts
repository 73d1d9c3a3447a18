import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from '../support/command.ts';
import { KNOWN_CODES } from './finding-nature.ts';

test('of every documented problem it is known what can refute it', () => {
  const page = readFileSync(join(ROOT, 'src/help/problems.md'), 'utf8');
  const documented = [...page.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, code]) => code);
  expect(documented.length).toBeGreaterThan(20);
  expect(documented.filter((code) => !KNOWN_CODES.includes(code))).toEqual([]);
});
