/**
 * Many connections of random kinds between two namespaces, and the share of right answers to each question; every
 * wrong one with its stream. Needs what the lab needs.
 * Usage: npm run mixed [-- --connections 2000] [--threads 100] [--seed 1] [--at client|server] [--keep FILE.pcap]
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { agreementOf, disagreementText } from '../agreement.ts';
import { play } from '../play.ts';
import { recordsOf } from '../records.ts';
import type { Scenario } from '../scenario.ts';
import { FEW_SYNS } from '../scenarios/preparations.ts';
import { truthText } from '../truth.ts';
import { truthOf } from '../witness.ts';

/** What a run must reach, of the errors of each side. */
const GOAL = 0.99;
/** Seconds for everything. */
const PATIENCE = 300;

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '2000' },
    threads: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    at: { type: 'string', default: 'client' },
    keep: { type: 'string' },
  },
});
const kinds = readFileSync(fileURLToPath(new URL('./kinds.py', import.meta.url)), 'utf8');
const scenario: Scenario = {
  theme: 'mixed',
  name: 'mixed',
  says: 'Connections of random kinds.',
  prepareClient: [...FEW_SYNS, 'sysctl -qw net.ipv4.tcp_fin_timeout=1'],
  server: `${kinds}\nserve()\n`,
  client: `${kinds}\nrun_clients(${Number(values.connections)}, ${Number(values.threads)}, ${Number(values.seed)})\n`,
  toServer: { share: 0.02, sharePort: 8998 },
  toClient: { share: 0.02, sharePort: 8998 },
  capture: { at: values.at === 'server' ? 'server' : 'client' },
  patience: PATIENCE,
  expect: {},
};

const folder = mkdtempSync(join(tmpdir(), 'sockscope-mixed-'));
const capture = join(folder, 'mixed.pcap');
try {
  const testimony = await play(scenario, capture);
  const truth = truthOf(scenario, testimony, capture);
  if (values.keep !== undefined) {
    copyFileSync(capture, values.keep);
    writeFileSync(`${values.keep}.truth.json`, truthText(truth));
  }
  const records = await recordsOf(capture);
  console.log(`${truth.connections.length} connections, ${records.length} records`);
  const { asked, disagreements } = agreementOf(truth, records);
  // How late a hundred threads of one program wake is no question of packets.
  const told = disagreements.filter(({ question }) => question !== 'connect()');
  for (const each of told) console.log(`  ${disagreementText(each)}`);
  for (const [question, count] of asked) {
    const wrong = disagreements.filter((each) => each.question === question).length;
    const right = (count - wrong) / count;
    const isLow = question.startsWith('error of') ? right < GOAL : question === 'certain calls';
    console.log(`${(100 * right).toFixed(2)} % of ${count}  ${question}${isLow ? '  TOO FEW' : ''}`);
    if (isLow) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}
