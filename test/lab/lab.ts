/**
 * Plays the scenarios between real kernels and writes fixtures/<theme>/<name>.pcap, and beside it what the programs
 * saw: <name>.truth.json. Says where the records differ from that. Needs root, iproute2, ethtool, tcpdump, nftables,
 * tshark and python3; some of healthy/ also curl, openssl, nginx, netcat-openbsd, OpenSSH, PostgreSQL, Redis and Mosquitto.
 * Usage: npm run lab [-- NAME…]
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fixturePath, truthPath } from '../fixtures/fixture-files.ts';
import { agreementOf, type Disagreement, disagreementText } from './agreement.ts';
import { missing, play } from './play.ts';
import { recordsOf } from './records.ts';
import type { Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios/index.ts';
import { type Truth, truthText } from './truth.ts';
import { truthOf } from './witness.ts';

/** A busy machine wakes a program late; then the scenario is played again. */
const ATTEMPTS = 3;

const wanted = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'sockscope-lab-'));
let failures = 0;
for (const scenario of SCENARIOS) {
  const title = `${scenario.theme}/${scenario.name}`;
  if (wanted.length > 0 && !wanted.some((part) => title.includes(part))) continue;
  const path = join(folder, `${scenario.name}.pcap`);
  try {
    const { truth, disagreements } = await played(scenario, path);
    const target = fixturePath(`${title}.pcap`);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(path, target);
    if (truth !== null) writeFileSync(truthPath(`${title}.pcap`), truthText(truth));
    console.log(`ok    ${title}`);
    for (const each of disagreements) console.log(`      ${disagreementText(each)}`);
  } catch (error) {
    failures += 1;
    console.log(`WRONG ${title}: ${error instanceof Error ? error.message : error}`);
    if (process.env.LAB_KEEP) copyFileSync(path, join(process.env.LAB_KEEP, `${scenario.name}.pcap`));
  }
}
rmSync(folder, { recursive: true });
process.exitCode = failures > 0 ? 1 : 0;

async function played(
  scenario: Scenario,
  path: string,
): Promise<{ truth: Truth | null; disagreements: Disagreement[] }> {
  for (let attempt = 1; ; attempt++) {
    const testimony = await play(scenario, path);
    const wrong = missing(scenario, path);
    if (wrong.length > 0) throw new Error(wrong.join('; '));
    // A program that is not of Python keeps no notes.
    if (testimony.client.length === 0) return { truth: null, disagreements: [] };
    const truth = truthOf(scenario, testimony, path);
    const { disagreements } = agreementOf(truth, await recordsOf(path));
    const { at = 'client', late = false } = scenario.capture ?? {};
    const isSlow = at === 'client' && !late && disagreements.some(({ question }) => question === 'connect()');
    if (!isSlow || attempt === ATTEMPTS) return { truth, disagreements };
  }
}
