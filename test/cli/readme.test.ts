import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { ROOT, shell } from '../support/command.ts';
import { blocks, steady } from '../support/readme.ts';

/**
 * What the README shows is what the program prints. After an intended change, `UPDATE_README=1 npm test -- readme`
 * writes the new output into it.
 */
const README = join(ROOT, 'README.md');
const readme = readFileSync(README, 'utf8');
const WIDTH = '100';

function check(shown: string, printed: string, replace: (output: string) => [old: string, fresh: string]): void {
  if (process.env.UPDATE_README) {
    const [old, fresh] = replace(printed);
    writeFileSync(
      README,
      readFileSync(README, 'utf8').replace(old, () => fresh),
    );
  } else {
    expect(printed).toBe(steady(shown));
  }
}

describe('the README shows what happens', () => {
  const examples = blocks(readme)
    .filter(({ language, body }) => language === 'console' && body.startsWith('$ sockscope'))
    .map(({ body }) => body);
  expect(examples.length).toBeGreaterThan(0);

  test.each(examples.map((body) => [body.split('\n')[0].slice(2), body]))('%s', (command, body) => {
    const { stdout, stderr, status } = shell(command, { COLUMNS: WIDTH });
    expect([stderr, status]).toEqual(['', 0]);
    const shown = body.slice(body.indexOf('\n') + 1);
    check(shown, steady(stdout), (output) => [`\`\`\`console\n${body}`, `\`\`\`console\n$ ${command}\n${output}`]);
  });

  test('the library example prints what is written under it', () => {
    const [, code, shown] =
      /```ts\n(import \{ analyze \} from 'sockscope';\n[\s\S]*?)```\n\n```text\n([\s\S]*?)```/.exec(readme) ?? [];
    expect(code).toBeDefined();
    const folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
    try {
      const library = pathToFileURL(join(ROOT, 'src/index.ts')).href;
      const program = join(folder, 'example.mts');
      writeFileSync(program, code.replace("'sockscope'", JSON.stringify(library)));
      const { stdout, stderr } = shell(`'${process.execPath}' --import tsx '${program}'`);
      expect(stderr).toBe('');
      check(shown, stdout, (output) => [
        `${code}\`\`\`\n\n\`\`\`text\n${shown}`,
        `${code}\`\`\`\n\n\`\`\`text\n${output}`,
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
