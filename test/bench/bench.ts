/**
 * Times sockscope and the peers that are installed on the same capture, page cache warm, one process each.
 * Usage: npm run bench -- [CAPTURE…] [--runs N] [--slow] [--twice] [--only NAME]
 */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { analyzeInto } from '../../src/analyze.ts';
import { benchCapture } from './generate.ts';
import { type Command, isInstalled, type Measurement, measure } from './measure.ts';
import { BASELINE, peers, sockscope } from './peers.ts';

const options = await yargs(hideBin(process.argv))
  .usage('npm run bench -- [capture…]')
  .option('runs', { number: true, default: 3, describe: 'runs of each program; the median counts' })
  .option('slow', { boolean: true, default: false, describe: 'also the peers that take long' })
  .option('twice', { boolean: true, default: false, describe: 'memory on a capture twice as long' })
  .option('only', { string: true, default: '', describe: 'only programs whose name contains this' })
  .strictOptions()
  .parseAsync();

if (!existsSync(fileURLToPath(new URL('../../dist/index.js', import.meta.url)))) {
  console.error('Nothing is built: run `npm run build` first.');
  process.exit(2);
}
const captures = options._.map(String);
if (options.twice) await compareMemory();
else for (const capture of captures.length > 0 ? captures : [benchCapture()]) await race(capture);

async function race(capture: string): Promise<void> {
  await warm(capture);
  const packets = (await analyzeInto([capture], { ended: () => {} })).summary.packets;
  console.log(`${capture}: ${packets} packets, ${(statSync(capture).size / 1e9).toFixed(2)} GB`);
  const commands = [...peers(capture, options.slow), ...sockscope(capture)];
  const results = new Map<string, Measurement>();
  for (const command of commands) {
    const wanted = command.name.includes(options.only) || command.name === BASELINE;
    if (!wanted || !isInstalled(command.program)) continue;
    results.set(command.name, await measure(command, options.runs));
  }
  print(results, packets);
}

function print(results: Map<string, Measurement>, packets: number): void {
  const baseline = results.get(BASELINE)?.seconds;
  console.log(
    `${'program'.padEnd(20)} ${'seconds'.padStart(8)} ${'packets/s'.padStart(12)} ${'memory'.padStart(9)}    ratio`,
  );
  for (const [name, { seconds, memory }] of results) {
    const speed = Math.round(packets / seconds).toLocaleString('en-US');
    const ratio = baseline === undefined ? '-' : (seconds / baseline).toFixed(2);
    console.log(
      `${name.padEnd(20)} ${seconds.toFixed(2).padStart(8)} ${speed.padStart(12)} ${megabytes(memory).padStart(9)} ${ratio.padStart(8)}`,
    );
  }
  console.log(`ratio: wall time to that of ${BASELINE}; median of ${options.runs}\n`);
}

/** Peak memory must follow the connections that are open at once, not the length of the capture. */
async function compareMemory(): Promise<void> {
  const memoryOf = async (command: Command) => (await measure(command, 1)).memory;
  const [once, twice] = [benchCapture(1), benchCapture(2)];
  await warm(once);
  for (const [index, command] of sockscope(once).entries()) {
    const short = await memoryOf(command);
    const long = await memoryOf(sockscope(twice)[index]);
    const ratio = short === null || long === null ? '-' : (long / short).toFixed(2);
    console.log(`${command.name.padEnd(20)} ${megabytes(short)}, twice as long ${megabytes(long)}, ratio ${ratio}`);
  }
}

/** Reads the file once, so that every program finds it in the page cache. */
async function warm(capture: string): Promise<void> {
  for await (const _ of createReadStream(capture, { highWaterMark: 4 << 20 }));
}

function megabytes(bytes: number | null): string {
  return bytes === null ? '-' : `${Math.round(bytes / 1e6)} MB`;
}
