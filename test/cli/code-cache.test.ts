import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { COMMAND, ROOT } from '../support/command.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'code-cache-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));
const FILE = join(FOLDER, 'program.cjs');
const CACHE = `${FILE}.cache`;

/** Runs the file, each time in a process of its own: V8 knows what it has compiled before. @returns whether the cache was in use */
function run(then = ''): { isFromCache: boolean; printed: string } {
  const code = `import { CompiledFile } from ${JSON.stringify(join(ROOT, 'src/cli/code-cache.ts'))};
    const compiled = new CompiledFile(${JSON.stringify(FILE)});
    compiled.run();
    console.log(compiled.isFromCache);
    ${then}`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', code];
  const { stdout } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  const [printed, isFromCache] = stdout.split('\n');
  return { isFromCache: isFromCache === 'true', printed };
}

const programOf = (digit: number) => `const { basename } = require('node:path');
  function text() { return [${digit}, basename(__filename), typeof module.exports].join(' '); }
  console.log(text());`;
const printedBy = (digit: number) => `${digit} program.cjs object`;

beforeEach(() => {
  rmSync(CACHE, { force: true });
  writeFileSync(FILE, programOf(1));
  expect(run('compiled.writeCache();')).toEqual({ isFromCache: false, printed: printedBy(1) });
});

test('what was compiled before is used', () => {
  expect(run()).toEqual({ isFromCache: true, printed: printedBy(1) });
});

test('not if it is spoiled', () => {
  const bytes = readFileSync(CACHE);
  for (const spoiled of [bytes.subarray(0, 0), bytes.subarray(0, -9), Buffer.alloc(bytes.length, 7)]) {
    writeFileSync(CACHE, spoiled);
    expect(run()).toEqual({ isFromCache: false, printed: printedBy(1) });
  }
});

test('not if the file is newer: a text of the same length would pass for the one before', () => {
  writeFileSync(FILE, programOf(2));
  const later = new Date(Date.now() + 60_000);
  utimesSync(FILE, later, later);
  expect(run()).toEqual({ isFromCache: false, printed: printedBy(2) });
});

test('the command says the same with and without', () => {
  // Beside the project's dependencies.
  const folder = mkdtempSync(join(ROOT, 'tmp/code-cache-'));
  try {
    for (const name of ['main.cjs', 'start.cjs']) copyFileSync(join(dirname(COMMAND[1]), name), join(folder, name));
    const capture = join(ROOT, 'fixtures/handshake/refused.pcap');
    const start = () =>
      spawnSync(process.execPath, [join(folder, 'start.cjs'), capture, '--json'], { encoding: 'utf8' });
    const without = start();
    expect(without).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(without.stdout).connections).toHaveLength(1);
    const main = join(folder, 'main.cjs');
    expect(spawnSync('npm', ['run', '-s', 'build:cache', '--', main], { cwd: ROOT, encoding: 'utf8' }).status).toBe(0);
    expect(existsSync(`${main}.cache`)).toBe(true);
    expect(start()).toMatchObject({ status: 0, stderr: '', stdout: without.stdout });
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 30_000);
