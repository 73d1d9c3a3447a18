import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { check } from '../../src/index.ts';
import { fixturePath } from '../fixtures/fixture-files.ts';
import { COMMAND, ROOT } from '../support/command.ts';
import { blocks } from './examples.ts';

const topic = readFileSync(join(ROOT, 'src/help/rules.md'), 'utf8');
const yaml = blocks(topic).filter(({ language }) => language === 'yaml');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the rule file of the help topic holds where it should, and is broken where it should be', async () => {
  const rules = join(folder, 'rules.yml');
  writeFileSync(rules, yaml.find(({ body }) => body.startsWith('rules:'))?.body ?? '');
  const kept = ['transfer/http.pcap', 'close/client-first.pcap'].map(fixturePath);
  expect((await check(kept, rules)).summary).toMatchObject({ passed: 10, failed: 0, warnings: 0, skipped: 2 });

  const broken = await check(
    [...kept, ...['handshake/refused.pcap', 'close/simultaneous.pcap'].map(fixturePath)],
    rules,
  );
  const failed = broken.captures.map(({ rules: all }) => all.filter(({ outcome }) => outcome === 'failed'));
  expect(failed.map((verdicts) => verdicts.map(({ rule }) => rule))).toEqual([
    [],
    [],
    ['no-refused', 'handshake-under:0.05', 'clean-close', 'nearly all handshakes are fast'],
    ['handshake-under:0.05', 'nearly all handshakes are fast'],
  ]);
});

describe('the GitHub workflow of the help topic', () => {
  interface Workflow {
    on: string;
    jobs: Record<string, { 'runs-on': string; steps: { uses?: string; run?: string }[] }>;
  }

  /** Runs the commands of the job in a project that has these captures, with `npx` in place of an installation. */
  function runJob(captures: string[]): { status: number | null; stdout: string; commands: string[] } {
    const project = mkdtempSync(join(folder, 'project-'));
    const bin = join(project, 'bin');
    mkdirSync(bin);
    mkdirSync(join(project, 'captures'));
    for (const name of captures) cpSync(fixturePath(name), join(project, 'captures', name.replace('/', '-')));
    writeFileSync(
      join(project, 'sockscope.yml'),
      'rules:\n  - no-resets\n  - use: clean-close\n    severity: warning\n',
    );
    const program = (name: string, script: string) => {
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(bin, name), 0o755);
    };
    program('npm', 'test "$*" = ci');
    program('npx', `test "$1" = sockscope && shift && exec '${COMMAND.join("' '")}' "$@"`);

    const workflow: Workflow = parse(yaml.find(({ body }) => body.startsWith('name: captures'))?.body ?? '');
    expect(workflow.on).toBe('pull_request');
    const commands = workflow.jobs.check.steps.flatMap(({ run }) => run ?? []);
    // As GitHub runs them: one after the other, up to the first that fails.
    const { status, stdout } = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', commands.join('\n')], {
      cwd: project,
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C.UTF-8', NODE_OPTIONS: '', PATH: `${bin}:${process.env.PATH}` },
    });
    return { status, stdout, commands };
  }

  test('is green where all rules hold', () => {
    const { status, stdout, commands } = runJob(['close/client-first.pcap', 'transfer/http.pcap']);
    expect(commands).toEqual(['npm ci', 'npx sockscope check captures --format github']);
    expect([status, stdout]).toEqual([0, '2 captures, 2 connections: 4 hold, 0 fail\n']);
  });

  test('is red where one is broken, and annotates the capture', () => {
    const { status, stdout } = runJob(['close/client-first.pcap', 'close/abort-by-client.pcap']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^::error file=captures\/close-abort-by-client\.pcap,title=no-resets::broken by 1 of 1 /);
    expect(stdout).toMatch(/^::warning file=captures\/close-abort-by-client\.pcap,title=clean-close::/m);
  });
});
