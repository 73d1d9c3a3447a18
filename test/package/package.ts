/**
 * Uses the package as users do: packed, installed outside of the checkout, under every version of Node that it is for, in test
 * runners and by the compiler. It needs the registry of npm. Usage: npm run package-test
 */
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CAPTURES, proveCommands, proveTooOld } from './commands.ts';
import { installNodes } from './nodes.ts';
import { proveRunners } from './runners.ts';
import { proveTypes } from './types.ts';
import { must, run, Workshop, withNode } from './workshop.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SOURCES = fileURLToPath(new URL('./projects', import.meta.url));
/** All that may be in the package. */
const SHIPPED = /^(CHANGELOG\.md|LICENSE|README\.md|package\.json|bin\/.*|dist\/.*|src\/help\/[\w-]+\.(md|svg))$/;

interface Packed {
  filename: string;
  version: string;
  files: { path: string }[];
}

const workshop = new Workshop();
const packed = await pack();
const tarball = join(workshop.folder, packed.filename);
const project = workshop.project('plain');
const installed = join(project, 'node_modules/sockscope');

await workshop.prove('the package holds what it should and nothing else', async () => checkFiles());
const [{ supported, tooOld }] = await Promise.all([
  installNodes(workshop),
  must(['npm', 'install', '--no-package-lock', tarball], { cwd: project }),
]);
for (const file of Object.values(CAPTURES))
  cpSync(join(ROOT, 'fixtures', file), join(project, file), { recursive: true });

await Promise.all([
  uses(),
  proveRunners(workshop, tarball, { captures: project, sources: SOURCES, nodes: supported }),
  proveTypes(workshop, tarball, join(SOURCES, 'types')),
]);

const seconds = Math.round(performance.now() / 1000);
console.log(`${workshop.proofs} hold, ${workshop.failures.length} fail (${seconds} s)`);
for (const failure of workshop.failures) console.log(`FAILED  ${failure}`);
process.exit(workshop.failures.length === 0 ? 0 : 1);

async function pack(): Promise<Packed> {
  const { stdout } = await must(['npm', 'pack', '--json', '--pack-destination', workshop.folder], { cwd: ROOT });
  // Before it stands what the build says.
  return JSON.parse(stdout.slice(stdout.search(/^[[{]/m)))[0];
}

function checkFiles(): void {
  const paths = packed.files.map(({ path }) => path);
  deepStrictEqual(
    paths.filter((path) => !SHIPPED.test(path)),
    [],
  );
  const { bin, man, main, types, exports, engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const named = [...Object.values(bin), ...man, main, types, ...targets(exports)] as string[];
  // TypeScript finds declarations beside what is exported.
  const declared = targets(exports)
    .filter((path) => /js$/.test(path))
    .map((path) => path.replace(/js$/, 'ts').replace(/\.([cm]?ts)$/, '.d.$1'));
  const missing = [...named, ...declared, 'bin/package.json'].filter((path) => !paths.includes(path.replace('./', '')));
  deepStrictEqual(missing, []);
  strictEqual(engines.node, '>=20.19');
}

function targets(exported: string | object): string[] {
  return typeof exported === 'string' ? [exported] : Object.values(exported).flatMap(targets);
}

/** The command line and the library, under each version of Node. */
async function uses(): Promise<void> {
  ok(existsSync(installed) && !installed.startsWith(ROOT) && dirname(ROOT) !== workshop.folder);
  await workshop.prove('npm install -g links the command and the manual page', async () => {
    const prefix = workshop.project('global');
    await must(['npm', 'install', '--global', '--prefix', prefix, tarball], { cwd: prefix });
    const links = ['bin/sockscope', 'share/man/man1/sockscope.1'];
    deepStrictEqual(
      links.filter((link) => !existsSync(join(prefix, link))),
      [],
    );
  });
  for (const node of supported) {
    await proveCommands(workshop, project, node, packed.version);
    for (const [how, file] of [
      ['import', 'library.mjs'],
      ['require', 'library.cjs'],
    ]) {
      await workshop.prove(`Node ${node.version}: ${how} of sockscope, without a warning`, async () => {
        cpSync(join(SOURCES, file), join(project, file));
        const captures = [CAPTURES.good, CAPTURES.reset];
        const ran = await run([node.path, file, ...captures], { cwd: project, env: withNode(node.path) });
        deepStrictEqual(ran, { status: 0, stdout: '', stderr: '' });
      });
    }
  }
  for (const node of tooOld) await proveTooOld(workshop, project, node);
}
