import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { FIELDS } from '../../src/check/baseline-fields.ts';
import { ASPECTS } from '../../src/check/diff-aspects.ts';
import { CHECK_FORMATS } from '../../src/check/formats/index.ts';
import { check } from '../../src/index.ts';
import { matchers } from '../../src/jest.ts';
import type { Connection } from '../../src/record.ts';
import { DEFAULT_THRESHOLDS } from '../../src/track/thresholds.ts';
import { fixtureNames, fixturePath, goldenPath } from '../fixtures/fixture-files.ts';
import { ROOT, sockscope } from '../support/command.ts';
import { blocks } from './examples.ts';

const topic = (name: string): string => readFileSync(join(ROOT, `src/help/${name}.md`), 'utf8');

/** What stands in back-quotes, without the path before the last name: `handshake.outcome` and `.outcome` are 'outcome'. */
const namesIn = (markdown: string): Set<string> =>
  new Set([...markdown.matchAll(/`(?:[\w.]*\.)?(\w+)`/g)].map(([, name]) => name));

const records = fixtureNames().flatMap((name): Connection[] => {
  return JSON.parse(readFileSync(goldenPath(name), 'utf8')).connections;
});

describe('the help topics name everything', () => {
  test('each field of the record', () => {
    const [tcp] = records.filter(
      ({ protocol, handshake }) => protocol === 'tcp' && (handshake?.client ?? null) !== null,
    );
    const { handshake, close, fromClient, ...rest } = tcp;
    const fields = [rest, handshake, close, fromClient].flatMap((part) => Object.keys(part ?? {}));
    const named = namesIn(topic('record'));
    expect(fields.filter((name) => !named.has(name) && name !== 'sockets')).toEqual([]);
    expect(fields.length).toBeGreaterThan(50);
  });

  test('each kind of problem that the sources can find', () => {
    const folders = ['src/track', 'src/socket'];
    const sources = folders.flatMap((folder) =>
      readdirSync(join(ROOT, folder)).map((file) => readFileSync(join(ROOT, folder, file), 'utf8')),
    );
    const literal =
      /(?:found\.add\(\s*(?:\{[^}]*\}|\w+(?:\([^)]*\))?),|\bcode: |\bconst code = [^;]*?\? |\bconst code = [^;]* : )\s*'([a-z-]+)'/g;
    const either = /\bconst code = [^;]*?\? '([a-z-]+)'/g;
    const codes = sources.flatMap((text) => [literal, either].flatMap((each) => [...text.matchAll(each)]));
    const missing = codes.map(([, code]) => code).filter((code) => !topic('problems').includes(`\n| \`${code}\` | `));
    expect(missing).toEqual([]);
    expect(new Set(codes.map(([, code]) => code)).size).toBeGreaterThan(25);
  });

  test('each kind of problem that a fixture has, and how bad it is', () => {
    const rows = [...topic('problems').matchAll(/\n\| `([a-z-]+)` \| ([a-z, ]+) \|/g)];
    const told = rows.flatMap(([, code, severities]) =>
      severities.split(', ').map((severity) => `${severity} ${code}`),
    );
    const had = records.flatMap(({ findings }) => findings.map(({ code, severity }) => `${severity} ${code}`));
    expect([...new Set(had)].filter((kind) => !told.includes(kind))).toEqual([]);
    expect(new Set(had).size).toBeGreaterThan(20);
  });

  test('each cause of a reset that a fixture has', () => {
    const causes = new Set(records.flatMap(({ resets }) => resets.map(({ cause }) => cause)));
    expect([...causes].filter((cause) => !topic('sockets').includes(`\n| \`${cause}\` | `))).toEqual([]);
    expect(causes.size).toBeGreaterThan(5);
  });

  test('the limits from which on something is a problem', () => {
    const { slowHandshake, retransmissionShare, retransmissionsAtLeast, zeroWindow, closeWait } = DEFAULT_THRESHOLDS;
    const problems = topic('problems');
    expect(problems).toContain(`| \`--slow-handshake SECONDS\` | ${slowHandshake} |`);
    expect(problems).toContain(`| \`--heavy-retransmission SHARE\` | ${retransmissionShare} |`);
    expect(problems).toContain(`at least ${retransmissionsAtLeast} of them |`);
    expect(problems).toContain(`| \`--zero-window SECONDS\` | ${zeroWindow} |`);
    expect(problems).toContain(`| \`--close-wait SECONDS\` | ${closeWait} |`);
  });

  /** Where the options of a command are described; those of all commands are in `report`. */
  const TOPICS: Record<string, string[]> = {
    analyze: ['report', 'problems', 'formats'],
    explain: ['explain', 'report', 'problems'],
    check: ['rules', 'baselines', 'report'],
    diff: ['diff', 'report'],
    live: ['live', 'report', 'problems', 'formats'],
    interfaces: ['formats', 'report'],
  };
  const [, listed] = /^Commands:\n((?:.+\n)+)/m.exec(sockscope(['--help']).stdout) ?? [];
  const commands = [...listed.matchAll(/^ {2}sockscope ([a-z]+)/gm)].map(([, name]) => name);

  test('the commands whose options are looked for', () => {
    expect(commands).toEqual(expect.arrayContaining(Object.keys(TOPICS)));
  });

  test.each(commands)('each option of %s, with a row of its own', (command) => {
    const rows = (TOPICS[command] ?? ['report']).flatMap((name) => topic(name).match(/^\| [^|]+ \|/gm) ?? []);
    const help = sockscope([command, '--help']).stdout;
    const options = [...help.matchAll(/^ +(?:-\w, )*(--[a-z][a-z-]+)/gm)].map(([, name]) => name);
    const missing = options.filter((name) => !rows.some((row) => new RegExp(`${name}(?![a-z-])`).test(row)));
    expect(missing.filter((name) => name !== '--help' && name !== '--version')).toEqual([]);
    expect(options.length).toBeGreaterThan(1);
  });

  test('each field of the JSON of explain', () => {
    const { stdout } = sockscope(['explain', fixturePath('close/client-first.pcap'), '--json']);
    const { explanations, ...document } = JSON.parse(stdout);
    const named = namesIn(topic('explain'));
    const fields = [
      ...Object.keys(explanations[0]),
      ...Object.keys(explanations[0].steps[0]),
      ...Object.keys(document),
    ];
    expect(fields.filter((field) => !named.has(field) && field !== 'schema')).toEqual([]);
  });

  test('each format of check, and what its JSON has', async () => {
    const rules = topic('rules');
    for (const name of CHECK_FORMATS) expect(rules).toContain(`\n| \`${name}\` | `);
    const [, described] = /^\| `json` \| (.*) \|$/m.exec(rules) ?? [];
    const members = [...described.matchAll(/`([a-z]+)`/g)].map(([, member]) => member);
    const text = JSON.stringify(await check(fixturePath('close/abort-by-client.pcap'), ['no-resets']));
    const outcomes = ['passed', 'skipped', 'unable'];
    expect(members.filter((member) => !outcomes.includes(member) && !text.includes(`"${member}"`))).toEqual([]);
    expect(members.length).toBeGreaterThan(12);
  });

  test('each field that a baseline compares', () => {
    const rows = FIELDS.filter(({ compared }) => compared).map(({ path, because }) => `| \`${path}\` | ${because} |`);
    expect(topic('baselines')).toContain(`| compared | why |\n|---|---|\n${rows.join('\n')}\n\n`);
  });

  test('each aspect of diff', () => {
    const rows = Object.entries(ASPECTS).map(([aspect, { describe, least }]) => {
      return `| \`${aspect}\` | ${describe}${least === null ? '' : `, by more than ${least * 100} %`} |`;
    });
    expect(topic('diff')).toContain(`| aspect | is worse when |\n|---|---|\n${rows.join('\n')}\n\n`);
  });

  test('each matcher', () => {
    const named = [...topic('jest').matchAll(/^\| `(to\w+)\(/gm)].map(([, name]) => name);
    expect(named).toEqual(Object.keys(matchers));
  });
});

test('the Jest example is the test of a keep-alive connection', () => {
  const example = blocks(topic('jest')).find(({ body }) => body.includes("from 'sockscope/jest'"))?.body;
  const tested = readFileSync(join(ROOT, 'test/jest/http-keepalive.test.ts'), 'utf8');
  expect(example).toBe(tested.replace("'../../src/jest.ts'", "'sockscope/jest'"));
});
