/**
 * Changes captures in ways that take nothing away from the truth, or only some of the packets, and counts what the
 * analysis says of a changed copy although the whole capture refutes it.
 * Usage: npm run truth -- FOLDER|FILE… [--limit N] [--seed N] [--only cut,double] [--details] [--keep FOLDER]
 */
import { readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { seededRandom } from '../bench/random.ts';
import { CHANGE_NAMES, type ChangeName } from './changes.ts';
import { readReached, sorted, worseThan, writeReached } from './reached.ts';
import { lineOf, Tally } from './tally.ts';
import { examineAll, type Task } from './workers.ts';

const CAPTURE = /\.(pcap|pcapng|cap|dmp|dump)(\.(gz|zst|lz4))?$|^[^.]+$/;

const options = await yargs(hideBin(process.argv))
  .usage('npm run truth -- FOLDER|FILE… [options]')
  .demandCommand(1, 'Name folders of captures, or captures.')
  .option('limit', {
    number: true,
    default: Number.POSITIVE_INFINITY,
    describe: 'so many captures, chosen by the seed',
  })
  .option('seed', { number: true, default: 1, describe: 'of all that is left to chance' })
  .option('only', { string: true, default: CHANGE_NAMES.join(','), describe: 'only these changes' })
  .option('file', { string: true, default: '', describe: 'only captures whose name contains this' })
  .option('cuts', { number: true, default: 12, describe: 'cuts of each capture, everywhere if it has no more packets' })
  .option('copies', { number: true, default: 2, describe: 'copies with packets exchanged, and with holes' })
  .option('packets', { number: true, default: 5000, describe: 'captures with more packets are left out' })
  .option('workers', { number: true, default: availableParallelism(), describe: 'processes' })
  .option('details', { boolean: true, describe: 'print each contradiction' })
  .option('keep', { string: true, describe: 'write copies that say something untrue into this folder' })
  .option('check', { string: true, describe: 'fail where there are more contradictions than in this file' })
  .option('write', { string: true, describe: 'keep in this file what was reached' })
  .strict()
  .parseAsync();

const started = performance.now();
const changes = options.only.split(',').map((name): ChangeName => {
  const change = CHANGE_NAMES.find((each) => each === name.trim());
  if (change === undefined) throw new Error(`${name}: no change; they are ${CHANGE_NAMES.join(', ')}`);
  return change;
});
const results = await examineAll(
  tasks(),
  {
    seed: options.seed,
    amount: { cuts: options.cuts, copies: options.copies },
    changes,
    mostPackets: options.packets,
    keep: options.keep ?? null,
  },
  options.workers,
  (examined) => examined >= options.limit,
);
const tally = new Tally();
for (const result of results) if (tally.captures < options.limit) tally.add(result);
report();

/** The captures of all folders in an order that the seed decides. */
function tasks(): Task[] {
  const found = options._.map(String).flatMap((place): Task[] => {
    if (!statSync(place).isDirectory()) return [{ path: place, name: basename(place) }];
    return readdirSync(place, { recursive: true, encoding: 'utf8' })
      .filter((name) => CAPTURE.test(basename(name)) && statSync(join(place, name)).isFile())
      .sort()
      .map((name) => ({ path: join(place, name), name }));
  });
  const random = seededRandom(options.seed);
  return found
    .filter(({ name }) => name.includes(options.file))
    .map((task) => ({ task, place: random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ task }) => task);
}

function report(): void {
  if (options.details) for (const row of tally.rows) console.log(lineOf(row));
  console.log(`${tally.table()}\n`);
  for (const saying of tally.sayings()) console.log(saying);
  for (const failure of tally.failures) console.log(`failed: ${failure}`);
  if (tally.failures.length > 0) process.exitCode = 1;
  const reached = options.check === undefined ? null : readReached(options.check);
  const { explained } = sorted(tally, reached?.explained ?? []);
  for (const line of new Set(explained.map(({ row, why }) => `${row.change}: ${row.file} ${row.stream}: ${why}`))) {
    console.log(`explained: ${line}`);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${tally.captures} captures, ${tally.leftOut.length} left out, in ${seconds} s, seed ${options.seed}`);
  if (options.write !== undefined) writeReached(options.write, tally, { explained: reached?.explained ?? [] });
  if (reached === null) return;
  const worse = worseThan(reached, tally);
  if (worse.length === 0) {
    console.log('No more contradictions than before.');
    return;
  }
  console.log(`More contradictions than before:\n${worse.map((line) => `  ${line}`).join('\n')}`);
  process.exitCode = 1;
}
