/**
 * Compiles the fast lane to WebAssembly: `npm run build:lane -- OUT.wasm [SOURCE.ts]` at the top of the project. SOURCE.ts keeps
 * the AssemblyScript that comes in between.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { compileToWasm } from './compile.ts';
import { SETTINGS } from './settings.ts';

const ENTRY = 'src/lane/follow.ts';

const [out, sourceOut] = process.argv.slice(2);
if (out === undefined) {
  console.error('usage: npm run build:lane -- OUT.wasm [SOURCE.ts]');
  process.exit(2);
}
try {
  const { wasm, source } = await compileToWasm(ENTRY, SETTINGS);
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, wasm);
  if (sourceOut !== undefined) writeFileSync(sourceOut, source);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
