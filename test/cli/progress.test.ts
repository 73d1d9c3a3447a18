import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { Progress, type Reading, readingText } from '../../src/cli/progress.ts';
import { type Action, programAtTerminal, type Seen } from '../live/terminal.ts';
import { COMMAND, ROOT, sockscope } from '../support/command.ts';

const MANY = 'fixtures/transfer/http.pcap';

/** After four seconds, of which the size was known from the beginning. */
const reading = (fields: Partial<Reading>): Reading => ({
  read: 0,
  total: null,
  since: 0,
  from: 0,
  now: 4000,
  ...fields,
});

describe('how far reading has come is said', () => {
  test.each<[string, Partial<Reading>, width: number, text: string]>([
    [
      'in percent, with what is left',
      { read: 250, total: 1000 },
      50,
      'reading ███████░░░░░░░░░░░░░░░░░░░░ 25%, 12 s left',
    ],
    ['at the end', { read: 1000, total: 1000 }, 50, 'reading ███████████████████████████ 100%, 0 s left'],
    ['of nothing', { read: 0, total: 0 }, 30, 'reading █████████████████ 100%'],
    ['at the beginning', { read: 0, total: 100 }, 30, 'reading ░░░░░░░░░░░░░░░░░░░ 0%'],
    ['where there is no room for a bar', { read: 250, total: 1000 }, 30, 'reading 25%, 12 s left'],
    ['where there is no room at all', { read: 250, total: 1000 }, 10, 'reading 25'],
    ['without a size', { read: 8_000_000 }, 80, 'reading 8.0 MB, 2.0 MB/s'],
    ['of what grew larger while it was read', { read: 1200, total: 1000 }, 28, 'reading 100%, 0 s left'],
    ['from when the size is known', { read: 600, total: 1000, from: 500, since: 2000 }, 28, 'reading 60%, 8 s left'],
  ])('%s', (_name, fields, width, text) => {
    expect(readingText(reading(fields), width, false)).toBe(text);
    expect(text.length).toBeLessThanOrEqual(width);
  });

  test('in ASCII', () => {
    expect(readingText(reading({ read: 50, total: 100 }), 40, true)).toBe('reading #########......... 50%, 4 s left');
  });
});

/** A terminal of 60 columns that remembers what was written to it. */
function terminal() {
  const written: string[] = [];
  const stream = {
    isTTY: true,
    columns: 60,
    write: (text: string) => written.push(text) > 0,
  } as unknown as NodeJS.WriteStream;
  return { stream, seen: () => written.join('') };
}

async function shown(progress: Progress, ...updates: [number, number | null][]): Promise<void> {
  for (const [read, total] of updates) progress.update(read, total);
  // The bar is loaded when it is needed.
  await import('cli-progress');
  await setImmediate();
}

const HIDE = '\u001b[?25l';
const SHOW = '\u001b[?25h';
const CLEAR_LINE = '\u001b[2K';

describe('the bar', () => {
  test('stands on the terminal until the work is done, and leaves nothing behind', async () => {
    const { stream, seen } = terminal();
    const progress = new Progress(stream, -1);
    await shown(progress, [50, 100]);
    expect(seen()).toMatch(/reading █+░+ 50%/);
    progress.update(75, 100);
    progress.stop();
    expect(seen()).toMatch(/reading █+░+ 75%/);
    expect(seen().lastIndexOf(SHOW)).toBeGreaterThan(seen().lastIndexOf(HIDE));
    expect(seen().endsWith(CLEAR_LINE)).toBe(true);
    progress.update(80, 100);
    await shown(progress, [90, 100]);
    expect(seen()).not.toMatch(/80%|90%/);
  });

  test('shows amounts until there is a size', async () => {
    const { stream, seen } = terminal();
    const progress = new Progress(stream, -1);
    await shown(progress, [5000, null]);
    expect(seen()).toContain('reading 5.0 kB');
    expect(seen()).not.toContain('%');
    progress.update(500, 1000);
    progress.stop();
    expect(seen()).toMatch(/reading █+░+ 50%/);
  });

  test('goes on below what is written meanwhile', async () => {
    const { stream, seen } = terminal();
    const progress = new Progress(stream, -1);
    await shown(progress, [50, 100]);
    progress.above(() => stream.write('a warning\n'));
    const [before, after] = seen().split('a warning\n');
    expect(before.endsWith(CLEAR_LINE)).toBe(true);
    expect(after).toMatch(/reading █+░+ 50%/);
    progress.stop();
  });

  test('does not come for work that is soon done', async () => {
    const { stream, seen } = terminal();
    const progress = new Progress(stream, 60_000);
    await shown(progress, [50, 100], [100, 100]);
    progress.above(() => stream.write('a warning\n'));
    progress.stop();
    expect(seen()).toBe('a warning\n');
  });
});

/** Runs the command at a terminal, where it reads a pipe into which packets come until it ends. */
async function withEndlessInput(args: string[], actions: Action[]): Promise<Seen> {
  const folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
  const pipe = join(folder, 'pipe');
  spawnSync('mkfifo', [pipe]);
  const feed = `exec > "$1"; cat ${MANY}; while tail -c +25 ${MANY}; do sleep 0.05; done`;
  const feeder = spawn('bash', ['-c', feed, 'bash', pipe], { cwd: ROOT, stdio: 'ignore' });
  try {
    return await programAtTerminal([...COMMAND, ...args], [['wait', 'reading '], ...actions, ['end']], pipe);
  } finally {
    feeder.kill();
    rmSync(folder, { recursive: true });
  }
}

const SIGINT = -2;
const SIGQUIT = -3;

describe('at a terminal', () => {
  test.each([
    ['the report', []],
    ['explain', ['explain']],
    ['check', ['check', '--ready', 'no-resets']],
  ])('%s of a pipe shows what has come, and Ctrl-C ends it with the cursor back', async (_name, args) => {
    const { output, status, restored } = await withEndlessInput(args, [['signal', 'SIGINT']]);
    expect(output).toMatch(/reading [\d.]+ [kM]B, [\d.]+ [kM]B\/s/);
    expect([status, restored]).toEqual([SIGINT, true]);
    expect(output.lastIndexOf(SHOW)).toBeGreaterThan(output.lastIndexOf(HIDE));
  });

  test('Ctrl-\\ gives the cursor back, too', async () => {
    const { output, status } = await withEndlessInput([], [['signal', 'SIGQUIT']]);
    expect(status).toBe(SIGQUIT);
    expect(output.lastIndexOf(SHOW)).toBeGreaterThan(output.lastIndexOf(HIDE));
  });

  test('Ctrl-Z gives the cursor back until the work goes on', async () => {
    const stopped: Action[] = [
      ['signal', 'SIGTSTP'],
      ['wait', SHOW],
      ['wait', HIDE],
      ['wait', 'reading '],
    ];
    const { output, status } = await withEndlessInput([], [...stopped, ...stopped, ['signal', 'SIGINT']]);
    expect(status).toBe(SIGINT);
    expect(output.lastIndexOf(SHOW)).toBeGreaterThan(output.lastIndexOf(HIDE));
  });

  test.each([
    ['with --quiet', ['--quiet'], {}],
    ['on a terminal that is dumb', [], { TERM: 'dumb' }],
    ['where records come to the terminal themselves', ['--ndjson'], {}],
  ])('there is no bar %s', async (_name, args, env: Record<string, string>) => {
    const script = `(cat ${MANY}; sleep 1.5; tail -c +25 ${MANY}) | '${COMMAND.join("' '")}' ${args.join(' ')}`;
    const { output, status } = await programAtTerminal(['bash', '-c', script], [['end']], undefined, env);
    expect([status, output.includes('reading ')]).toEqual([0, false]);
  });
});

test('there is no bar where standard error is no terminal', () => {
  const { stderr } = sockscope(['explain', MANY, '--problems']);
  expect(stderr).toBe('');
});
