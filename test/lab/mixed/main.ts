/**
 * Many connections of random kinds between two namespaces, and the share of right answers to each question; every
 * wrong one with its stream. Exit code 1 where the goal is missed. Needs what the lab needs.
 * Usage: npm run mixed [-- --connections 2000] [--threads 100] [--seed 1] [--at client|server] [--keep FILE.pcap]
 */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { disagreementText } from '../agreement.ts';
import { truthText } from '../truth.ts';
import { playMixed, rightShare } from './mixed.ts';

/** What a run must reach: of the errors of each side nearly all, of what is called certain everything. */
const GOALS: Record<string, number> = {
  'error of the client': 0.99,
  'error of the server': 0.99,
  'certain calls': 1,
};

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '2000' },
    threads: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    at: { type: 'string', default: 'client' },
    keep: { type: 'string' },
  },
});
const run = {
  connections: Number(values.connections),
  threads: Number(values.threads),
  seed: Number(values.seed),
  at: values.at === 'server' ? ('server' as const) : ('client' as const),
};

const folder = mkdtempSync(join(tmpdir(), 'sockscope-mixed-'));
const capture = join(folder, 'mixed.pcap');
try {
  const { truth, agreement } = await playMixed(run, capture);
  if (values.keep !== undefined) {
    copyFileSync(capture, values.keep);
    writeFileSync(`${values.keep}.truth.json`, truthText(truth));
  }
  console.log(`${truth.connections.length} connections, captured at the ${run.at}`);
  for (const each of agreement.disagreements) console.log(`  ${disagreementText(each)}`);
  for (const [question, count] of agreement.asked) {
    const share = rightShare(agreement, question);
    const isLow = share < (GOALS[question] ?? 0);
    console.log(`${(100 * share).toFixed(2)} % of ${count}  ${question}${isLow ? '  TOO FEW' : ''}`);
    if (isLow) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}
