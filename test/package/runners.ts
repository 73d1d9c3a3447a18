import { ok } from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { CAPTURES } from './commands.ts';
import type { OtherNode } from './nodes.ts';
import { must, type Workshop, withNode } from './workshop.ts';

interface Runner {
  name: string;
  /** What is installed, and how it is called. */
  packages: string[];
  command: string[];
  env: Record<string, string>;
  runsOn: (node: OtherNode) => boolean;
}

const JEST = {
  command: ['node_modules/.bin/jest', '--ci'],
  // As jest's documentation says, for the test that is an ES module.
  env: { NODE_OPTIONS: '--experimental-vm-modules' },
  runsOn: () => true,
};
const VITEST = { command: ['node_modules/.bin/vitest', 'run', '--globals'], env: {} };
const isNode20 = ({ version }: OtherNode) => version.startsWith('20.');

const RUNNERS: Runner[] = [
  { name: 'jest 29', packages: ['jest@29'], ...JEST },
  { name: 'jest 30', packages: ['jest@30'], ...JEST },
  // The last one for Node 20, and the newest.
  { name: 'vitest 4', packages: ['vitest@4'], ...VITEST, runsOn: isNode20 },
  { name: 'vitest', packages: ['vitest@latest'], ...VITEST, runsOn: (node) => !isNode20(node) },
];

/** Test runners find `sockscope/jest`, as an ES module and (jest) as CommonJS. */
export async function proveRunners(
  workshop: Workshop,
  tarball: string,
  { captures, sources, nodes }: { captures: string; sources: string; nodes: OtherNode[] },
): Promise<void> {
  for (const { name, packages, command, env, runsOn } of RUNNERS) {
    const isJest = name.startsWith('jest');
    const cwd = workshop.project(name.replace(' ', '-'), { jest: { testMatch: ['**/*.test.[cm]js'] } });
    await must(['npm', 'install', '--ignore-scripts', '--no-package-lock', tarball, ...packages], { cwd });
    cpSync(join(sources, 'judge.test.mjs'), join(cwd, 'judge.test.mjs'));
    if (isJest) cpSync(join(sources, 'judge.test.cjs'), join(cwd, 'judge.test.cjs'));
    const given = { GOOD: join(captures, CAPTURES.good), RESET: join(captures, CAPTURES.reset), ...env };
    for (const node of nodes.filter(runsOn)) {
      await workshop.prove(`Node ${node.version}: matchers under ${name}`, async () => {
        const { stdout, stderr } = await must(command, { cwd, env: { ...given, ...withNode(node.path) } });
        ok(/Tests:? +.*[2-9] passed/.test(stdout + stderr), `no tests were run:\n${stdout}${stderr}`);
      });
    }
  }
}
