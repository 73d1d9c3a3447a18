import { fileURLToPath } from 'node:url';
import { CompiledFile } from './code-cache.ts';

new CompiledFile(fileURLToPath(new URL('main.cjs', import.meta.url))).run();
