import { describe, expect, test } from '@jest/globals';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { parse } from 'yaml';
import { type CheckFormatName, checkFormats } from '../../src/check/formats/index.ts';
import { type CheckReport, check, type RuleDefinition } from '../../src/index.ts';
import { fixturePath } from '../fixtures/fixture-files.ts';
import { written } from '../support/reports.ts';

const NAME = '100% of: a,b # SKIP ::error::x <&"> \\';
const RULES: RuleDefinition[] = [
  { name: NAME, description: 'what nobody keeps', expect: 'duration < 0' },
  { use: 'no-resets', severity: 'warning' },
  { name: 'mean', expect: 'mean(connections.map(c, c.duration)) < 0.01' },
  { name: 'telnet', where: 'server.port == 23', expect: 'true', allowNone: true },
  { name: 'elsewhere', captures: 'x/*.pcap', expect: 'true' },
];
const RESET = fixturePath('close/abort-by-server.pcap');
const CUT = fixturePath('files/cut.pcap');
const MISSING = 'a,b:c%d\n\u0007#1.pcap';

let found: Promise<CheckReport> | null = null;

/** One capture that breaks rules, one that is cut, one that is not there. */
function report(): Promise<CheckReport> {
  found ??= check([RESET, CUT, MISSING], RULES, { limit: 1 });
  return found;
}

async function told(name: CheckFormatName, options = { color: false, all: false }): Promise<string> {
  const [makeFormat, verdicts] = await Promise.all([checkFormats[name](), report()]);
  return written((output) => {
    const format = makeFormat(output, options);
    for (const verdict of verdicts.captures) format.capture(verdict);
    format.finish(verdicts);
    output.flush();
  });
}

describe('for people', () => {
  test('each capture, what it breaks and what to look at', async () => {
    const text = (await told('people')).replaceAll(RESET, 'reset.pcap').replaceAll(CUT, 'cut.pcap');
    const [{ client, values }] = (await report()).captures[0].rules[0].failures;
    const lasted = values[0].value;
    expect(text).toBe(`\
FAIL  reset.pcap  1 connection, 3 of 4 rules broken, 1 that matched no connection
  FAIL  ${NAME}: broken by 1 of 1 connection; expected: duration < 0
        what nobody keeps
        tcp 0  10.9.0.1:${client.port} → 10.9.0.2:80  frames 1, 6
          duration = ${lasted}
          in Wireshark: tcp.stream eq 0
          next: sockscope explain reset.pcap --stream 0
  warn  no-resets: broken by 1 of 1 connection; expected: no RST was sent (SCTP: ABORT)
        tcp 0  10.9.0.1:${client.port} → 10.9.0.2:80  frame 6
          fromClient.resets = 0
          fromServer.resets = 1
          in Wireshark: tcp.stream eq 0
          next: sockscope explain reset.pcap --stream 0
  FAIL  mean: broken; expected: mean(connections.map(c, c.duration)) < 0.01
        mean(connections.map(c, c.duration)) = ${lasted}
FAIL  cut.pcap  1 connection, 2 of 4 rules broken, 1 that matched no connection
  warn  cut short after frame 9: of the record at byte 685 only 50 bytes are there
  FAIL  ${NAME}: broken by 1 of 1 connection; expected: duration < 0
        what nobody keeps
        tcp 0  10.0.0.1:40000 → 10.0.0.2:80  frames 1, 9
          duration = 0.08
          in Wireshark: tcp.stream eq 0
          next: sockscope explain cut.pcap --stream 0
  FAIL  mean: broken; expected: mean(connections.map(c, c.duration)) < 0.01
        mean(connections.map(c, c.duration)) = 0.08
FAIL  a,b:c%d\\n\\x07#1.pcap  no such file
FAIL  no capture  1 rule for captures that are not here
  FAIL  elsewhere: no capture is called x/*.pcap (allow-none lets that pass)
3 captures, 2 connections: 1 hold, 5 fail, 1 warning, 2 that matched no connection, 1 capture not readable
`);
  });

  test('with --all also what holds', async () => {
    const text = await told('people', { color: false, all: true });
    expect(text).toContain('  ok    no-resets: holds for 1 connection\n');
    expect(text).toContain('  none  telnet: no connection matched server.port == 23\n');
  });

  test('in colour where that is wanted', async () => {
    expect(await told('people', { color: true, all: false })).toContain('\u001b[31mFAIL');
    expect(await told('people')).not.toContain('\u001b');
  });
});

test('JSON is the report', async () => {
  expect(JSON.parse(await told('json'))).toEqual(await report());
});

describe('JUnit XML', () => {
  interface Case {
    name: string;
    classname: string;
    failure?: { message: string; '#text': string };
    error?: { message: string };
    skipped?: { message: string };
    'system-out'?: string;
  }
  type Suite = Record<'tests' | 'failures' | 'errors' | 'skipped' | 'name', string> & { testcase: Case[] };

  async function suites(): Promise<{ totals: Record<string, string>; suite: Suite[] }> {
    const text = await told('junit');
    expect(XMLValidator.validate(text)).toBe(true);
    const parser = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '',
      parseAttributeValue: false,
      isArray: (name) => name === 'testcase' || name === 'testsuite',
    });
    const { testsuite, ...totals } = parser.parse(text).testsuites;
    return { totals, suite: testsuite };
  }

  test('has a suite for each capture and a case for each rule', async () => {
    const { suite } = await suites();
    expect(suite.map(({ name, testcase }) => [name, testcase.length])).toEqual([
      [RESET, 4],
      [CUT, 4],
      ['a,b:c%d\\n\\x07#1.pcap', 1],
      ['no capture', 1],
    ]);
    const [broken, warned, overall, skipped] = suite[0].testcase;
    expect(broken).toMatchObject({ classname: RESET, name: NAME });
    expect(broken.failure?.message).toBe('broken by 1 of 1 connection; expected: duration < 0');
    expect(broken.failure?.['#text']).toContain('what nobody keeps\ntcp 0  10.9.0.1:');
    expect(warned.failure).toBeUndefined();
    expect(warned['system-out']).toContain('warning: broken by 1 of 1 connection');
    expect(overall.failure?.['#text']).toContain('mean(connections.map(c, c.duration)) = 0.0');
    expect(skipped.skipped?.message).toBe('no connection matched server.port == 23');
    expect(suite[2].testcase[0]).toMatchObject({ name: 'can be read', error: { message: 'no such file' } });
  });

  test('counts what it has', async () => {
    const { totals, suite } = await suites();
    const number = (holds: (each: Case) => boolean) => suite.flatMap(({ testcase }) => testcase).filter(holds).length;
    expect(totals).toEqual({
      name: 'sockscope check',
      tests: String(number(() => true)),
      failures: String(number(({ failure }) => failure !== undefined)),
      errors: String(number(({ error }) => error !== undefined)),
      skipped: String(number(({ skipped }) => skipped !== undefined)),
    });
    expect(totals).toMatchObject({ tests: '10', failures: '5', errors: '1', skipped: '2' });
    for (const { tests, testcase } of suite) expect(tests).toBe(String(testcase.length));
  });

  test('has no character that XML cannot have', async () => {
    expect((await told('junit')).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});

describe('GitHub annotations', () => {
  test('are a command for each broken rule, escaped', async () => {
    const lines = (await told('github')).trimEnd().split('\n');
    expect(lines.slice(0, -1).map((line) => /^::(error|warning) (.*?)::/.exec(line)?.slice(1))).toEqual([
      ['error', `file=${RESET},title=100%25 of%3A a%2Cb # SKIP %3A%3Aerror%3A%3Ax <&"> \\`],
      ['warning', `file=${RESET},title=no-resets`],
      ['error', `file=${RESET},title=mean`],
      ['warning', `file=${CUT},title=capture`],
      ['error', `file=${CUT},title=100%25 of%3A a%2Cb # SKIP %3A%3Aerror%3A%3Ax <&"> \\`],
      ['error', `file=${CUT},title=mean`],
      ['error', 'file=a%2Cb%3Ac%25d\\n\\x07#1.pcap,title=capture not readable'],
      ['error', 'title=elsewhere'],
    ]);
    expect(lines.at(-1)).toMatch(/^3 captures, 2 connections: /);
  });

  test('have all the evidence in one line', async () => {
    const [first] = (await told('github')).split('\n');
    const message = first.slice(first.indexOf('::', 2) + 2);
    expect(decodeURIComponent(message)).toContain('duration < 0\nwhat nobody keeps\ntcp 0  10.9.0.1:');
  });
});

describe('TAP 14', () => {
  test('has a test point for each rule, and counts them', async () => {
    const text = (await told('tap')).replaceAll(RESET, 'reset.pcap').replaceAll(CUT, 'cut.pcap');
    const lines = text.split('\n').filter((line) => !line.startsWith(' ') && line !== '');
    const name = '100% of: a,b \\# SKIP ::error::x <&"> \\\\';
    expect(lines).toEqual([
      'TAP version 14',
      `not ok 1 - reset.pcap: ${name}`,
      'not ok 2 - reset.pcap: no-resets # TODO a warning',
      'not ok 3 - reset.pcap: mean',
      'ok 4 - reset.pcap: telnet # SKIP no connection matched server.port == 23',
      '# cut.pcap: cut short after frame 9: of the record at byte 685 only 50 bytes are there',
      `not ok 5 - cut.pcap: ${name}`,
      'ok 6 - cut.pcap: no-resets',
      'not ok 7 - cut.pcap: mean',
      'ok 8 - cut.pcap: telnet # SKIP no connection matched server.port == 23',
      'not ok 9 - a,b:c%d\\\\n\\\\x07\\#1.pcap: can be read',
      'not ok 10 - no capture: elsewhere',
      '1..10',
      expect.stringMatching(/^# 3 captures, 2 connections: /),
    ]);
  });

  test('has the evidence as YAML', async () => {
    const [, block] = /\n {2}---\n([\s\S]*?)\n {2}\.\.\.\n/.exec(await told('tap')) ?? [];
    const { captures } = await report();
    const { message, failed, values, failures } = captures[0].rules[0];
    expect(parse(block)).toEqual({ message, severity: 'fail', failed, values, failures });
  });
});
