/** Keeps what V8 compiles of the command while it analyses fixtures: `npm run build:cache -- COMMAND` at the top of the project. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { CompiledFile } from './code-cache.ts';

/** Folders whose captures go through one analysis each, and one that goes alone. */
const FOLDERS = ['fixtures/close', 'fixtures/handshake'];
const ALONE = 'fixtures/close/client-first.pcap';

const [program, self, command, ...args] = process.argv;
if (command === undefined) {
  console.error('usage: npm run build:cache -- COMMAND');
  process.exit(2);
}
if (args.length > 0) {
  const compiled = new CompiledFile(resolve(command));
  process.argv = [program, command, ...args];
  process.on('exit', () => compiled.writeCache());
  compiled.run();
} else {
  try {
    // Each goes on from the cache of the one before.
    for (const captures of [...FOLDERS.map(capturesIn), [ALONE]]) {
      execFileSync(program, [self, command, ...captures], { stdio: 'ignore' });
    }
  } catch (error) {
    console.error(`no code cache, the command will start more slowly: ${(error as Error).message}`);
  }
}

function capturesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.pcap'))
    .map((name) => `${folder}/${name}`);
}
