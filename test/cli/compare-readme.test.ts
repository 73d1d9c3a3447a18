import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { FIELDS } from '../../src/check/baseline-fields.ts';
import { ASPECTS } from '../../src/check/diff-aspects.ts';
import { matchers } from '../../src/jest.ts';
import { ROOT } from '../support/command.ts';
import { blocks } from '../support/readme.ts';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

describe('the README says of baselines, diff and matchers what they are', () => {
  test('each field that a baseline compares', () => {
    const rows = FIELDS.filter(({ compared }) => compared).map(({ path, because }) => `| \`${path}\` | ${because} |`);
    expect(readme).toContain(`| compared | what it says |\n|---|---|\n${rows.join('\n')}\n\n`);
  });

  test('each aspect of diff', () => {
    const rows = Object.entries(ASPECTS).map(([aspect, { describe, least }]) => {
      return `| \`${aspect}\` | ${describe}${least === null ? '' : `, by more than ${least * 100} %`} |`;
    });
    expect(readme).toContain(`| aspect | is worse when |\n|---|---|\n${rows.join('\n')}\n\n`);
  });

  test('each matcher', () => {
    const named = [...readme.matchAll(/^\| `(to\w+)\(/gm)].map(([, name]) => name);
    expect(named).toEqual(Object.keys(matchers));
  });

  test('its Jest example is the test of a keep-alive connection', () => {
    const example = blocks(readme).find(({ body }) => body.includes("from 'sockscope/jest'"))?.body;
    const tested = readFileSync(join(ROOT, 'test/jest/http-keepalive.test.ts'), 'utf8');
    expect(example).toBe(tested.replace("'../../src/jest.ts'", "'sockscope/jest'"));
  });
});
