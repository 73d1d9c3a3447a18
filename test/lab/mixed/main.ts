/**
 * Many connections of random kinds between two namespaces, and the share of right answers to each question; every
 * wrong one with its stream; with --kinds also a line for each kind. Exit code 1 where the goal is missed. Needs what
 * the lab needs.
 * Usage: npm run mixed [-- --connections 2000] [--threads 100] [--seed 1] [--at client|server] [--keep FILE.pcap] [--kinds]
 */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { disagreementText } from '../agreement.ts';
import { truthText } from '../truth.ts';
import { type KindResult, madeShare, playMixed, rightShare } from './mixed.ts';
import type { Verdict } from './unanswered.ts';

/**
 * What a run must reach: of the errors of each side and of closes without an answer nearly all, of what is called
 * certain everything, and nobody may be accused who owed no answer.
 */
const GOALS: Record<string, number> = {
  'error of the client': 0.99,
  'error of the server': 0.99,
  'certain calls': 1,
  'closed without answer': 0.99,
  'nothing owed': 1,
};
/** The share of connections that must have ended as their kind is made to; that two packets cross is a matter of luck. */
const MADE: [Verdict, number][] = [
  ['closed-without-answer', 0.95],
  ['keep-alive-race', 0.25],
  ['either', 0.25],
  ['nothing', 0.9],
];

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '2000' },
    threads: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    at: { type: 'string', default: 'client' },
    keep: { type: 'string' },
    kinds: { type: 'boolean', default: false },
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
  const { truth, agreement, kinds } = await playMixed(run, capture);
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
  for (const [ends, goal] of MADE) {
    const share = madeShare(kinds, ends);
    console.log(`${(100 * share).toFixed(2)} % made as meant: ${ends}${share < goal ? '  TOO FEW' : ''}`);
    if (share < goal) process.exitCode = 1;
  }
  if (values.kinds) for (const kind of kinds) console.log(kindText(kind));
} finally {
  rmSync(folder, { recursive: true });
}

/** Name, connections, and for each question how many of its answers were right. */
function kindText({ name, connections, verdicts, agreement }: KindResult): string {
  const proved = [...verdicts].map(([verdict, count]) => `${count} ${verdict}`).join(', ');
  const questions = [
    'error of the client',
    'error of the server',
    'certain calls',
    'closed without answer',
    'nothing owed',
  ];
  const right = questions.map((question) => {
    const asked = [...agreement.asked].find(([each]) => each === question)?.[1] ?? 0;
    const wrong = agreement.disagreements.filter((each) => each.question === question).length;
    return asked === 0 ? '-' : `${asked - wrong}/${asked}`;
  });
  return [name, connections, ...right, proved].join('\t');
}
