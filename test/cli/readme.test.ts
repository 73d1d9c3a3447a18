import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { explainCommand } from '../../src/cli/explain-command.ts';
import { explainInputs } from '../../src/explain/explain.ts';
import type { Connection } from '../../src/record.ts';
import { explanationDocument } from '../../src/report/explanation-json.ts';
import { DEFAULT_THRESHOLDS } from '../../src/track/thresholds.ts';
import { fixtureNames, fixturePath, goldenPath } from '../fixtures/fixture-files.ts';
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
    const { stdout, stderr, status } = shell(command, { COLUMNS: WIDTH, LC_ALL: 'C.UTF-8' });
    expect([stderr, status]).toEqual(['', 0]);
    const shown = body.slice(body.indexOf('\n') + 1);
    check(shown, steady(stdout), (output) => [`\`\`\`console\n${body}`, `\`\`\`console\n$ ${command}\n${output}`]);
  });

  const programs = [...readme.matchAll(/```ts\n(import (?:(?!```)[\s\S])*)```\n\n```text\n([\s\S]*?)```/g)];
  expect(programs.length).toBeGreaterThan(1);

  test.each(programs.map(([, code, shown]) => [code.split('\n')[0], code, shown]))('%s', (_import, code, shown) => {
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

describe('the README names everything', () => {
  const records = fixtureNames().flatMap((name): Connection[] => {
    return JSON.parse(readFileSync(goldenPath(name), 'utf8')).connections;
  });

  test('each field of the record', () => {
    const section = readme.slice(readme.indexOf('## The connection record'), readme.indexOf('## What is counted'));
    const [tcp] = records.filter(
      ({ protocol, handshake }) => protocol === 'tcp' && (handshake?.client ?? null) !== null,
    );
    const { handshake, close, fromClient, ...rest } = tcp;
    const nested = [handshake, close, fromClient].flatMap((part) => Object.keys(part ?? {}));
    const named = new Set([...section.matchAll(/`(?:\w*\.)?(\w+)`/g)].map(([, name]) => name));
    expect([...Object.keys(rest), ...nested].filter((name) => !named.has(name))).toEqual([]);
  });

  test('each kind of problem that a fixture has, and how bad it is', () => {
    const found = records.flatMap(({ findings }) =>
      findings.map(({ code, severity }) => `| \`${code}\` | ${severity} |`),
    );
    expect([...new Set(found)].filter((row) => !readme.includes(row))).toEqual([]);
    expect(found.length).toBeGreaterThan(20);
  });

  test('each option of explain, and each field of a step of its JSON', async () => {
    const section = readme.slice(readme.indexOf('### explain one'), readme.indexOf('### choose connections'));
    const options = Object.keys(explainCommand.options).map((name) => `--${name}`);
    expect(options.filter((option) => !readme.includes(option))).toEqual([]);
    const { explanations } = explanationDocument(
      await explainInputs([fixturePath('close/client-first.pcap')], { choice: { by: 'itself' }, top: 1, steps: 40 }),
    );
    const named = new Set([...section.matchAll(/`(\w+)`/g)].map(([, name]) => name));
    const fields = [...Object.keys(explanations[0]), ...Object.keys(explanations[0].steps[0])];
    expect(fields.filter((field) => !named.has(field))).toEqual([]);
  });

  test('the limits and where they are', () => {
    const { slowHandshake, retransmissionShare, zeroWindow, closeWait } = DEFAULT_THRESHOLDS;
    expect(readme).toContain(`| \`--slow-handshake SECONDS\` | ${slowHandshake} |`);
    expect(readme).toContain(`| \`--heavy-retransmission SHARE\` | ${retransmissionShare} |`);
    expect(readme).toContain(`| \`--zero-window SECONDS\` | ${zeroWindow} |`);
    expect(readme).toContain(`| \`--close-wait SECONDS\` | ${closeWait} |`);
  });
});
