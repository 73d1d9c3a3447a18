/**
 * Plays the scenarios between real kernels and writes fixtures/<theme>/<name>.pcap. Needs root, iproute2, ethtool,
 * tcpdump, nftables, tshark and python3. Usage: npm run lab [-- NAME…]
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missing, play } from './play.ts';
import { SCENARIOS } from './scenarios/index.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures', import.meta.url));

const wanted = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'sockscope-lab-'));
let failures = 0;
for (const scenario of SCENARIOS) {
  const title = `${scenario.theme}/${scenario.name}`;
  if (wanted.length > 0 && !wanted.some((part) => title.includes(part))) continue;
  const path = join(folder, `${scenario.name}.pcap`);
  try {
    await play(scenario, path);
    const wrong = missing(scenario, path);
    if (wrong.length > 0) throw new Error(wrong.join('; '));
    const target = join(FIXTURES, `${title}.pcap`);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(path, target);
    console.log(`ok    ${title}`);
  } catch (error) {
    failures += 1;
    console.log(`WRONG ${title}: ${error instanceof Error ? error.message : error}`);
    if (process.env.LAB_KEEP) copyFileSync(path, join(process.env.LAB_KEEP, `${scenario.name}.pcap`));
  }
}
rmSync(folder, { recursive: true });
process.exitCode = failures > 0 ? 1 : 0;
