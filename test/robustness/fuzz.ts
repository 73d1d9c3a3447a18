/**
 * Analyses every capture of a folder whole, cut and damaged; a sample of them through the command line too.
 * Usage: npm run fuzz -- FOLDER [--copies N] [--seed N]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { seededRandom } from '../bench/random.ts';
import { damaged, survives } from './survive.ts';

const CLI = fileURLToPath(new URL('../../bin/sockscope.js', import.meta.url));
/** A capture of the corpus takes a second at most; this is a hang. */
const HANG = 20_000;
/** One in so many damaged files goes through the command line, which takes a process each. */
const CLI_SAMPLE = 25;

const options = await yargs(hideBin(process.argv))
  .usage('npm run fuzz -- FOLDER')
  .demandCommand(1, 'Name a folder of captures.')
  .option('copies', { number: true, default: 6, describe: 'cut and damaged copies of each capture' })
  .option('seed', { number: true, default: 1, describe: 'of the damage; printed with each failure' })
  .option('file', { string: true, default: '', describe: 'only captures whose name contains this' })
  .strict()
  .parseAsync();

const folder = String(options._[0]);
const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(pcap|pcapng|cap|dmp)/.test(name) && name.includes(options.file))
  .filter((name) => statSync(join(folder, name)).isFile());
const scratch = mkdtempSync(join(tmpdir(), 'sockscope-fuzz-'));
const memoryBefore = process.memoryUsage().rss;
let tried = 0;
let failures = 0;
let peak = 0;
for (const name of names) {
  const file = readFileSync(join(folder, name));
  const random = seededRandom(options.seed + file.length);
  await attempt(`${name} whole`, file);
  for (let copy = 0; copy < options.copies; copy++) {
    await attempt(`${name} cut ${copy}`, file.subarray(0, Math.floor(random() * file.length)));
    await attempt(`${name} damaged ${copy}`, damaged(file, random));
  }
}
rmSync(scratch, { recursive: true });
console.log(`${tried} inputs of ${names.length} captures, ${failures} failures, seed ${options.seed}`);
console.log(`memory grew by at most ${Math.round((peak - memoryBefore) / 1e6)} MB`);
process.exitCode = failures > 0 ? 1 : 0;

async function attempt(what: string, bytes: Uint8Array): Promise<void> {
  tried += 1;
  const started = performance.now();
  try {
    await survives(bytes);
  } catch (error) {
    fail(what, error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const took = performance.now() - started;
  if (took > HANG) fail(what, `took ${(took / 1000).toFixed(1)} s`);
  peak = Math.max(peak, process.memoryUsage().rss);
  if (tried % CLI_SAMPLE === 0) commandLine(what, bytes);
}

function commandLine(what: string, bytes: Uint8Array): void {
  const path = join(scratch, 'capture');
  writeFileSync(path, bytes);
  const { status, signal, stderr } = spawnSync(process.execPath, [CLI, path], { encoding: 'utf8', timeout: HANG });
  if (status !== 0 && status !== 2) fail(what, `exit code ${status}, signal ${signal}: ${stderr}`);
  else if (/^\s+at /m.test(stderr)) fail(what, `a stack trace: ${stderr}`);
}

function fail(what: string, why: string): void {
  failures += 1;
  console.log(`${what}: ${why}`);
}
