import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { allCommands } from '../../src/cli/commands.ts';
import { DEFAULT_THRESHOLDS } from '../../src/track/thresholds.ts';
import { ROOT, sockscope } from '../support/command.ts';
import { has, installIn } from '../support/programs.ts';

const commands = await allCommands();

function help(name: string, columns = '80'): string {
  return sockscope([name, '--help'], { env: { COLUMNS: columns, LC_ALL: 'de_DE.UTF-8', LANG: 'de_DE.UTF-8' } }).stdout;
}

describe.each(commands)('the help of $name', ({ name, options, arguments: known, examples }) => {
  const text = help(name);
  const flat = text.replaceAll(/\s+/g, ' ');

  test('names every option and every argument, and what they may be', () => {
    for (const argument of known) expect(text).toContain(`  ${argument.name} `);
    for (const [option, definition] of Object.entries(options)) {
      expect(text).toMatch(new RegExp(`--${option}  `));
      if (definition.type === 'boolean') continue;
      for (const choice of definition.choices ?? []) expect(flat).toContain(choice);
      if (definition.default !== undefined) expect(flat).toContain(`[default: ${definition.default}]`);
    }
  });

  test('types numbers as numbers', () => {
    const numbers = Object.values(options).filter(({ type }) => type === 'number').length;
    expect(text.match(/\[number\]/g) ?? []).toHaveLength(numbers);
  });

  test('is in one language, whatever the locale', () => {
    expect(text).toContain('\nExamples:\n');
    expect(text).not.toMatch(/Optionen|Befehle|Argumente|Zahl|Standard:/);
  });

  test('has examples of its own', () => {
    expect(examples.length).toBeGreaterThanOrEqual(2);
    for (const { command } of examples) expect(text).toContain(`\n    ${command}\n`);
  });

  test.each([40, 60, 80, 100, 120, 200])('fits a terminal of %i columns', (columns) => {
    const lines = help(name, String(columns)).split('\n');
    const isExample = (line: string) => examples.some(({ command }) => line === `    ${command}`);
    const widest = Math.max(...lines.filter((line) => !isExample(line)).map((line) => line.length));
    expect(widest).toBeLessThanOrEqual(Math.min(100, columns));
    if (columns <= 80) expect(widest).toBeGreaterThan(columns * 0.8);
  });
});

test('the limits of problems are told by the numbers that hold', () => {
  const { slowHandshake, retransmissionShare, zeroWindow, closeWait } = DEFAULT_THRESHOLDS;
  for (const limit of [slowHandshake, retransmissionShare, zeroWindow, closeWait]) {
    expect(help('analyze')).toContain(`[number] [default: ${limit}]`);
  }
});

describe('the examples of the help run:', () => {
  let folder: string;
  let path: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
    path = installIn(folder);
    const copy = (fixture: string, name: string) => copyFileSync(join(ROOT, 'fixtures', fixture), join(folder, name));
    mkdirSync(join(folder, 'captures'));
    mkdirSync(join(folder, '.config/fish/completions'), { recursive: true });
    copy('close/abort-by-server.pcap', 'web.pcap');
    copy('transfer/http.pcap', 'before.pcap');
    copy('transfer/http.pcap', 'after.pcap');
    copy('transfer/http.pcap', 'captures/1.pcap');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  for (const { name, examples } of commands) {
    for (const { command } of examples) {
      const program = command.includes('completion zsh') ? 'zsh' : 'bash';
      const reason = whyNot(command, program);
      const line = command.replace('--duration 60', '--duration 1').replace('live eth0', 'live lo --duration 1');
      (reason === null ? test : test.skip)(reason === null ? command : `${command} (needs ${reason})`, () => {
        const script = `ssh() { cat web.pcap; }; less() { cat; }; ${line}`;
        const env = { ...process.env, PATH: path, HOME: folder };
        const run = spawnSync(program, ['-c', script], { cwd: folder, encoding: 'utf8', env, stdio: 'pipe' });
        // A rule that fails and a capture that is worse are answers, too.
        const isAnswer = run.status === 0 || (run.status === 1 && ['check', 'diff'].includes(name));
        expect([isAnswer, run.stderr]).toEqual([true, expect.any(String)]);
        // What live says beside its events goes there.
        if (name !== 'live') expect(run.stderr.replaceAll(/^sockscope: .*(found|accepted).*\n/gm, '')).toBe('');
      });
    }
  }

  /** Which need of an example is not met here; null where it runs. */
  function whyNot(command: string, program: string): string | null {
    const canCapture = process.platform === 'linux' && process.getuid?.() === 0 && has('tcpdump');
    if (/live (eth0|any)/.test(command) && !canCapture) return 'root on Linux and tcpdump';
    return has(program) ? null : program;
  }
});
