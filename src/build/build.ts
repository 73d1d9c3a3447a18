/**
 * Makes dist/ from the sources: `npm run build`, in a clone after `npm ci`.
 *
 * It stands in src/, as src/lane/compile does, which also runs at build time only: so it is typed and linted as the rest.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type BuildOptions, build } from 'esbuild';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { manPage } from '../cli/man-page.ts';
import { compileToWasm } from '../lane/compile/compile.ts';
import { SETTINGS } from '../lane/compile/settings.ts';

/** What an import finds: `sockscope` and `sockscope/jest`. */
const ENTRIES = ['src/index.ts', 'src/jest.ts'];
/** What is of use only while building, and to who wants to know what came out of it. */
const SCRATCH = 'tmp/build';

const COMMON: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  minifySyntax: true,
  logLevel: 'warning',
};
/** For CommonJS, which has no import.meta. */
const COMMONJS: BuildOptions = {
  ...COMMON,
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
};

/** dist/index.js and dist/jest.js, what `import` finds, and the two programs they start; dist/chunks is what they share. */
async function library(): Promise<void> {
  const programs = ['src/report/record-thread-main.ts', 'src/capture/live/cap-child.ts'];
  const chunks: BuildOptions = { format: 'esm', splitting: true, chunkNames: 'chunks/[name]-[hash]', sourcemap: true };
  await build({ ...COMMON, ...chunks, entryPoints: [...ENTRIES, ...programs], outbase: 'src', outdir: 'dist' });
}

/** dist/commonjs/index.cjs and jest.cjs, what `require` finds, also in jest, which cannot require an ES module. */
async function libraryForRequire(): Promise<void> {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  const external = Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => !isEsModule(name));
  const whole: BuildOptions = { packages: 'bundle', external, legalComments: 'eof' };
  await build({ ...COMMONJS, ...whole, entryPoints: ENTRIES, outdir: 'dist/commonjs' });
}

/** Such a dependency is put into the bundle. */
function isEsModule(name: string): boolean {
  return name === '@marcbachmann/cel-js';
}

/** dist/cli/main.cjs, what bin/sockscope.js runs; as CommonJS in one file it starts sooner. */
async function command(): Promise<void> {
  const small: BuildOptions = { minifyWhitespace: true, sourcemap: true };
  await build({ ...COMMONJS, ...small, entryPoints: ['src/cli/main.ts'], outdir: 'dist/cli' });
}

/** dist/lane/follow.wasm, the packet path; tmp/build/follow.ts is the AssemblyScript that it was made of. */
async function fastLane(): Promise<void> {
  const { wasm, source } = await compileToWasm('src/lane/follow.ts', SETTINGS);
  mkdirSync('dist/lane', { recursive: true });
  writeFileSync('dist/lane/follow.wasm', wasm);
  writeFileSync(`${SCRATCH}/follow.ts`, source);
}

/** dist/help, the topics that `sockscope help` shows. */
function helpTopics(): void {
  const isShown = (file: string) => file === 'src/help' || file.endsWith('.md');
  cpSync('src/help', 'dist/help', { recursive: true, filter: isShown });
}

/** dist/man/sockscope.1, the manual page, made of the definitions that the help is made of. */
async function manualPage(): Promise<void> {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  // The same sources make the same page where the time of the build is given: https://reproducible-builds.org.
  const { SOURCE_DATE_EPOCH } = process.env;
  const date = SOURCE_DATE_EPOCH === undefined ? new Date() : new Date(Number(SOURCE_DATE_EPOCH) * 1000);
  mkdirSync('dist/man', { recursive: true });
  writeFileSync('dist/man/sockscope.1', await manPage(version, date));
}

/** One declaration file for each entry, beside what it declares: dist/index.d.ts, dist/commonjs/index.d.cts, and so for jest. */
async function declarations(): Promise<void> {
  // The project file says what is declared, and puts it into tmp/build/src.
  const tsc = spawn('node', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
  const [status] = await once(tsc, 'close');
  if (status !== 0) throw new Error('the declarations cannot be made: see the errors of tsc');
  for (const name of ['index', 'jest']) {
    const onwarn = ({ message }: { message: string }) => console.warn(`declarations of ${name}: ${message}`);
    const bundle = await rollup({ input: `${SCRATCH}/src/${name}.d.ts`, external: /^node:/, plugins: [dts()], onwarn });
    await bundle.write({ file: `dist/${name}.d.ts`, format: 'es' });
    await bundle.write({ file: `dist/commonjs/${name}.d.cts`, format: 'es' });
  }
}

for (const folder of ['dist', SCRATCH]) rmSync(folder, { recursive: true, force: true });
mkdirSync(SCRATCH, { recursive: true });
helpTopics();
await Promise.all([library(), libraryForRequire(), command(), fastLane(), manualPage(), declarations()]);
