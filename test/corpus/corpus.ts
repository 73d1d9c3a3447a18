/**
 * Compares the analysis with what tshark and Zeek say of a folder of real captures, and its ways with each other: through the lane
 * and without it, usual connections handed out and only counted.
 * Usage: npm run corpus -- FOLDER [--differences [FIELD]] [--file PART] [--check] [--write]
 */
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { analyzeInto } from '../../src/analyze.ts';
import type { Connection } from '../../src/record.ts';
import { bothWays } from '../lane/both-ways.ts';
import { handedOutAndCounted } from '../track/counted.ts';
import { lostAgreement, writeAgreement } from './agreement.ts';
import { Comparison } from './compare.ts';
import { Corpus, type CorpusFile } from './oracle.ts';
import type { Tallies } from './tally.ts';

/** What a file may be refused with; anything else is a crash. */
const EXPECTED_ERRORS = new Set(['CaptureFormatError', 'InputError']);

const options = await yargs(hideBin(process.argv))
  .usage('npm run corpus -- FOLDER [options]')
  .demandCommand(1, 'Name the corpus folder.')
  .option('differences', { string: true, describe: 'print each disagreement (of the fields whose name contains this)' })
  .option('file', { string: true, describe: 'only captures whose name contains this' })
  .option('check', { boolean: true, describe: 'fail when agreement is below agreement.json' })
  .option('write', { boolean: true, describe: 'keep the agreement reached in agreement.json' })
  .strict()
  .parseAsync();

const started = performance.now();
const corpus = new Corpus(String(options._[0]));
const files = corpus.files.filter((file) => file.name.includes(options.file ?? ''));
const comparison = new Comparison();
const crashes: string[] = [];
const refused: string[] = [];
const slow: string[] = [];
const otherWays: string[] = [];
for (const file of files) {
  const connections = await read(file);
  if (connections !== null) comparison.file(corpus, file, connections);
  await compareWays(file);
}
report();

async function read(file: CorpusFile): Promise<Connection[] | null> {
  const connections: Connection[] = [];
  const begin = performance.now();
  try {
    await analyzeInto(
      [corpus.path(file)],
      { ended: (ended) => connections.push(ended.record()) },
      { order: 'capture' },
    );
  } catch (error) {
    const known = error instanceof Error && EXPECTED_ERRORS.has(error.constructor.name);
    if (known) refused.push(`${file.name}: ${error.message}`);
    else crashes.push(`${file.name}: ${error instanceof Error ? error.stack : error}`);
    if (!known || file.packets === 0) return null;
  }
  const seconds = (performance.now() - begin) / 1000;
  if (seconds > 2) slow.push(`${file.name}: ${seconds.toFixed(1)} s`);
  return connections;
}

async function compareWays(file: CorpusFile): Promise<void> {
  const { name } = file;
  const path = corpus.path(file);
  for (const needlessFrom of [undefined, 0]) {
    const { without, through } = await bothWays(path, needlessFrom === undefined ? {} : { needlessFrom });
    if (!same(without, through))
      otherWays.push(`${name}: through the lane${needlessFrom === 0 ? ', only counted' : ''}`);
  }
  const summaries = await handedOutAndCounted(path);
  if (summaries !== null && !same(summaries.handedOut, summaries.counted))
    otherWays.push(`${name}: the summary, only counted`);
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function report(): void {
  section('TCP streams, against tshark', comparison.tcp);
  section('UDP streams, against tshark', comparison.udp);
  section('Closes, against raw sequence numbers', comparison.close);
  section('Zeek conn.log (informative)', comparison.zeek);
  list('TCP streams with another number', comparison.tcp.reasons('stream number'));
  list('UDP streams with another number', comparison.udp.reasons('stream number'));
  list(
    'Streams that the oracle is no judge of',
    [...comparison.notJudged].map(([why, count]) => `${count}: ${why}`),
  );
  list('Files refused', refused);
  list('Slow files', slow);
  list('Crashes', crashes);
  list('Not the same each way', otherWays);
  console.log(`${files.length} captures in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  if (crashes.length + otherWays.length > 0) process.exitCode = 1;
  if (options.write) writeAgreement(comparison);
  if (options.check) check();
}

function section(title: string, tallies: Tallies): void {
  if (tallies.fields.size === 0) return;
  console.log(`${title}\n${tallies.table()}\n`);
  if (options.differences === undefined) return;
  for (const [field, { differences }] of tallies.fields) {
    if (!field.includes(options.differences)) continue;
    for (const { file, stream, oracle, ours, why } of differences) {
      const reason = why === null ? '' : ` (${why})`;
      console.log(`  ${field}: ${file} stream ${stream}: oracle ${oracle}, ours ${ours}${reason}`);
    }
  }
  console.log();
}

function list(title: string, lines: string[]): void {
  if (lines.length > 0) console.log(`${title}\n${lines.map((line) => `  ${line}`).join('\n')}\n`);
}

function check(): void {
  const lost = lostAgreement(comparison);
  list('Agreement lost', lost);
  if (lost.length > 0) process.exitCode = 1;
  else console.log('Agreement holds.');
}
