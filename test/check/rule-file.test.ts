import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { check, type RuleDefinition } from '../../src/index.ts';
import { fixturePath } from '../fixtures/fixture-files.ts';

const CAPTURES = ['close/client-first.pcap', 'close/abort-by-server.pcap'].map(fixturePath);
let folder: string;
let count = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function written(text: string, extension = 'yml'): string {
  const file = join(folder, `rules-${++count}.${extension}`);
  writeFileSync(file, text);
  return file;
}

/** What is wrong, without the name of the file. */
async function problems(text: string): Promise<string[]> {
  const file = written(text);
  const error = await check(CAPTURES, file).then(
    () => new Error('no error'),
    (thrown: Error) => thrown,
  );
  expect(error.name).toBe('RulesError');
  return error.message.split('\n').map((line) => line.replace(file, 'FILE'));
}

test('a rule file has rules of all kinds', async () => {
  const report = await check(
    CAPTURES,
    written(`# what we expect of every release
rules:
  - no-refused
  - handshake-under: 0.05
  - no-retransmissions:
  - use: no-resets
    captures: close/client-*.pcap
  - use: clean-close
    name: closed well on port 80
    description: the load balancer counts resets as errors
    where: server.port == 80
    severity: warning
  - name: few connections
    expect: |
      size(connections) >= 1 &&
        size(connections) < 10
  - name: telnet
    where: server.port == 23
    expect: "false"
    allow-none: true
`),
  );
  const outcomes = report.captures.map(({ rules }) => rules.map(({ rule, outcome }) => `${rule}: ${outcome}`));
  const both = ['no-refused: passed', 'handshake-under:0.05: passed', 'no-retransmissions: passed'];
  expect(outcomes).toEqual([
    [...both, 'no-resets: passed', 'closed well on port 80: passed', 'few connections: passed', 'telnet: skipped'],
    [...both, 'closed well on port 80: failed', 'few connections: passed', 'telnet: skipped'],
  ]);
  expect(report.outcome).toBe('passed');
  expect(report.summary).toEqual({
    captures: 2,
    unreadable: 0,
    unruled: 0,
    connections: 2,
    passed: 10,
    failed: 0,
    warnings: 1,
    skipped: 2,
  });
  expect(report.captures[1].rules[3]).toMatchObject({
    severity: 'warning',
    description: 'the load balancer counts resets as errors',
    message: 'broken by 1 of 1 connection; expected: closed by FINs of both sides, each acknowledged',
  });
});

test('JSON and a file of a program are the same rules', async () => {
  const rules: RuleDefinition[] = ['no-resets', { name: 'short', expect: 'duration < 1', severity: 'warning' }];
  const fromFile = await check(CAPTURES, written(JSON.stringify({ rules }), 'json'));
  expect(fromFile).toEqual(await check(CAPTURES, rules));
});

test('strict makes errors of warnings', async () => {
  const rules: RuleDefinition[] = [{ use: 'no-resets', severity: 'warning' }];
  expect((await check(CAPTURES, rules)).outcome).toBe('passed');
  const strict = await check(CAPTURES, rules, { strict: true });
  expect([strict.outcome, strict.summary.failed]).toEqual(['failed', 1]);
});

describe('what is wrong is told with line and column, and what would do', () => {
  test.each<[what: string, rules: string, problem: string]>([
    [
      'a ready rule that is not there',
      '- no-reset',
      '2:3: no ready rule is called "no-reset" (did you mean "no-resets"?)',
    ],
    ['one that is like no other', '- zzz', '2:3: no ready rule is called "zzz"; there are no-failures, no-refused, '],
    [
      'a limit that is missing',
      '- handshake-under',
      '2:3: the limit of handshake-under is missing: it is a number of seconds; example: handshake-under:0.05',
    ],
    [
      'a limit that is no number',
      '- handshake-under: 50ms',
      '2:20: the limit of handshake-under is "50ms": it is a number of seconds',
    ],
    [
      'a limit out of range',
      '- use: no-retransmissions\n  limit: 2',
      '3:10: the limit of no-retransmissions is 2: it is a share of packets from 0 to 1',
    ],
    ['a limit that has no place', '- clean-close: 1', '2:16: clean-close has no limit'],
    ['two limits', '- handshake-under:0.1:0.2', '2:3: "handshake-under:0.1:0.2" has two limits'],
    ['an unknown member', '- name: a\n  expct: duration > 1', '3:3: unknown member "expct" (did you mean "expect"?)'],
    ['a member like no other', '- use: no-resets\n  colour: red', '3:3: unknown member "colour"; known are name, '],
    [
      'the spelling of programs',
      '- use: no-resets\n  allowNone: true',
      '3:3: unknown member "allowNone" (did you mean "allow-none"?)',
    ],
    [
      'no expectation',
      '- name: a\n  where: duration > 1',
      '2:3: expect is missing: a rule is the name of a ready rule, or has a name and an expect',
    ],
    ['no name', '- expect: duration > 1', '2:3: name is missing: '],
    [
      'two expectations',
      '- use: no-resets\n  expect: "true"',
      '3:3: a ready rule has its own expect: choose use or expect',
    ],
    [
      'a limit beside an expectation',
      '- name: a\n  expect: "true"\n  limit: 1',
      '4:3: limit belongs to a ready rule: write it in expect',
    ],
    ['a map in place of a text', '- name: a\n  expect: {a: 1}', '3:11: expect is a text, not a map: put it in quotes'],
    [
      'a number in place of a text',
      '- name: 7\n  expect: "true"',
      '2:9: name is a text, not a number: put it in quotes',
    ],
    ['an empty text', '- name: a\n  expect: ""', '3:11: expect is a text, not empty'],
    [
      'a name in use',
      '- no-resets\n- name: no-resets\n  expect: "true"',
      '3:9: a rule called "no-resets" is there already',
    ],
    ['a name over two lines', '- name: "a\\nb"\n  expect: "true"', '2:9: name is one line, without control characters'],
    [
      'a severity',
      '- use: no-resets\n  severity: warn',
      '3:13: severity is error or warning, not "warn" (did you mean "warning"?)',
    ],
    ['a flag', '- use: no-resets\n  allow-none: yes', '3:15: allow-none is true or false, not "yes"'],
    [
      'captures',
      '- use: no-resets\n  captures: []',
      '3:13: captures is a pattern or a list of them; example: close/*.pcap',
    ],
    ['a rule that is a number', '- 7', '2:3: a rule is not a number: a rule is the name of a ready rule'],
    ['a rule that is empty', '- no-resets\n-', '3:2: a rule is not nothing: '],
    [
      'an unknown field',
      '- name: a\n  expect: server.prt == 443',
      '3:18: No such field: prt (did you mean "server.port"?)',
    ],
    [
      'an unknown variable',
      '- name: a\n  where: servr.port == 443\n  expect: "true"',
      '3:10: Unknown variable: servr (did you mean "server.port"?)',
    ],
    ['types that do not meet', '- name: a\n  expect: server.port == "443"', '3:11: no such overload: double == string'],
    ['one = for two', '- name: a\n  expect: duration = 3', '3:20: Unexpected character: = (equal is ==)'],
    ['no truth value', '- name: a\n  expect: duration', '3:11: it is a double where true or false is needed'],
    [
      'a field of none of them',
      '- name: a\n  expect: size(connections) > 1 && close.style == "x"',
      '3:36: Unknown variable: close (of each: connections.all(c, c.close …))',
    ],
    [
      'a percentile of texts',
      '- name: a\n  expect: percentile(connections.map(c, c.protocol), 95) > 1',
      "3:11: found no matching overload for 'percentile(list<string>, int)'",
    ],
    [
      'connections in where',
      '- name: a\n  where: size(connections) > 1\n  expect: "true"',
      '3:15: Unknown variable: connections',
    ],
  ])('%s', async (_what, rules, problem) => {
    const [found, ...more] = await problems(`rules:\n${rules}\n`);
    expect(found).toContain(`FILE:${problem}`);
    expect(found).not.toContain('\n');
    expect(more).toEqual([]);
  });

  test.each<[what: string, expectation: string, place: string]>([
    ['plain, over two lines', 'close.style == "reset" &&\n      duraton > 1', '4:7'],
    ['in double quotes with escapes', '"client.address == \\"10.0.0.1\\" && duraton > 1"', '3:46'],
    ['in double quotes with a coded character', '"client.address == \'\\u00e4\' && duraton > 1"', '3:42'],
    ['in single quotes with quotes', "'client.address == ''a'' && duraton > 1'", '3:39'],
    ['in a literal block', '|\n    close.style == "reset"\n      && duraton > 1', '5:10'],
    ['in a folded block', '>-\n    close.style == "reset"\n    && duraton\n    > 1', '5:8'],
    ['at its end', 'duration ==', '3:22'],
  ])('a place in an expression %s', async (_what, expectation, place) => {
    expect((await problems(`rules:\n- name: a\n  expect: ${expectation}\n`))[0]).toMatch(`FILE:${place}: `);
  });

  test('all at once, in the order of the file', async () => {
    const lines = await problems('rules:\n- no-reset\n- name: a\n  expect: duraton > 1\nrule: 1\n');
    expect(lines.map((line) => /^FILE:(\d+:\d+)/.exec(line)?.[1])).toEqual(['2:3', '4:11', '5:1']);
  });

  test.each<[what: string, text: string, problem: RegExp]>([
    ['an empty file', '', /^FILE:1:1: a rule file is a map with a list of rules/],
    ['a list', '- no-resets', /^FILE:1:1: a rule file is a map/],
    ['no rules', 'rules: []', /^FILE:1:8: rules is a list with at least one rule/],
    ['rules that are a map', 'rules: {a: 1}', /^FILE:1:8: rules is a list/],
    ['a quote that is not closed', 'rules:\n- name: "a\n', /^FILE:3:1: Missing closing "quote/],
    ['a member twice', 'rules:\n- name: a\n  name: b\n', /^FILE:3:3: Map keys must be unique/],
    ['two documents', 'rules: [no-resets]\n---\nrules: [no-refused]\n', /^FILE:2:1: a second document begins/],
    ['an alias of nothing', 'rules: *a\n', /^FILE:1:8: there is no &a before this \*a/],
  ])('%s', async (_what, text, problem) => {
    expect((await problems(text))[0]).toMatch(problem);
  });

  test('in a rule behind an alias', async () => {
    const text = 'rules:\n- &one\n  name: a\n  expect: "true"\n- *one\n';
    expect(await problems(text)).toEqual([expect.stringMatching(/^FILE:\d+:\d+: a rule called "a" is there already/)]);
  });

  test('a file that is not there', async () => {
    await expect(check(CAPTURES, join(folder, 'none.yml'))).rejects.toThrow(
      /none\.yml: the rules cannot be read: ENOENT/,
    );
  });

  test('in rules of a program by their place in the list', async () => {
    const rules: RuleDefinition[] = ['no-resets', { name: 'a', expect: 'server.prt == 443' }];
    await expect(check(CAPTURES, rules)).rejects.toThrow(
      'rules[1].expect: No such field: prt (did you mean "server.port"?) at character 8',
    );
    await expect(check(CAPTURES, [])).rejects.toThrow('rules: there is no rule to hold');
  });
});
